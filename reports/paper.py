# %% [markdown]
# # The page of one paper
#
# Every cell shows one part of the page, in the order in which a careful reader asks. `inputs` names
# a JSON file with the paper's data; nothing else is read.

# %%
from recount.reports import pages, sections

# %% tags=["parameters"]
inputs = ""

# %%
page = pages.read(inputs)

# %%
sections.heading(page)

# %%
sections.comparison(page)

# %%
sections.limits(page)

# %%
sections.rule(page)

# %%
sections.quantities(page)

# %%
sections.measurements(page)

# %%
sections.pictures(page)

# %%
sections.curves(page)

# %%
sections.guards(page)

# %%
sections.fragility(page)

# %%
sections.calibration(page)

# %%
sections.further_claims(page)

# %%
sections.cost(page)

# %%
sections.provenance(page)

# %%
sections.rerun(page)
