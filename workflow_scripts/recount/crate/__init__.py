"""Results that travel: one file, written here and read elsewhere.

writing   results as a Workflow Run RO-Crate
reading   opens one and trusts nothing in it
"""
