"""Which device is there: a GPU is used where it exists and never needed."""

import torch


def found() -> str:
    """ "cuda" where torch sees a GPU, else "cpu"."""
    return "cuda" if torch.cuda.is_available() else "cpu"
