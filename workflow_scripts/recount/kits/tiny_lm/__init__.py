"""Tiny language models: local text, attention masks, bits per byte, and times of operators."""

from recount.kits.tiny_lm.corpus import windows
from recount.kits.tiny_lm.study import Size, bits, lines, study

VERSION = 1

__all__ = ["VERSION", "Size", "bits", "lines", "study", "windows"]
