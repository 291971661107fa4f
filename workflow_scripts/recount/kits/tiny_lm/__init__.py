"""Tiny language models: local text, attention masks, loss by context, and times of operators."""

VERSION = 1
