# %% [markdown]
# # The atlas
#
# `inputs` names a JSON file with one entry per paper, built or planned, so that the whole
# denominator is in sight.

# %%
from recount.reports import pages, sections

# %% tags=["parameters"]
inputs = ""

# %%
page = pages.read(inputs)

# %%
sections.overview(page)

# %%
sections.table(page)

# %%
sections.error_rates(page)
