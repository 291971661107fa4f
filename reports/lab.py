# %% [markdown]
# # The page of one lab
#
# `inputs` names a JSON file with one entry per paper of the lab, built or planned.

# %%
from recount.reports import pages, sections

# %% tags=["parameters"]
inputs = ""

# %%
page = pages.read(inputs)

# %%
sections.lab_heading(page)

# %%
sections.lab_entries(page)
