# %% [markdown]
# # Why believe a verdict?
#
# How often the rules are wrong where the truth is known, and how far the verdicts can be trusted.
# `inputs` names a JSON file with the counts; nothing else is read.

# %%
from recount.reports import pages
from recount.reports import validity_parts as parts

# %% tags=["parameters"]
inputs = ""

# %%
page = pages.read(inputs)

# %%
parts.headline(page)

# %%
parts.families(page)

# %%
parts.expected(page)

# %%
parts.reliability(page)

# %%
parts.controls(page)

# %%
parts.fragility(page)

# %%
parts.weak(page)

# %%
parts.ladder(page)

# %%
parts.audits(page)
