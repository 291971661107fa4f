"""Claims about language models: prompts asked of a local checkpoint, and small stand-ins for it.

A checkpoint is asked through the lm-evaluation-harness, offline. A seed of a run is one cluster of
prompts (one renaming of the digits, one document, one template), so the seeds are the units of a
claim about one checkpoint, and the same claim can be asked of stand-ins trained once per seed.
"""

from recount.kits.llm_eval.alphabets import AlphabetSize, stated_alphabets
from recount.kits.llm_eval.checkpoints import Checkpoint, accepted, configured
from recount.kits.llm_eval.harness import ask, weigh
from recount.kits.llm_eval.lines import Lines, LineSize, fit_lines, line_scores
from recount.kits.llm_eval.prompts import Prompt, by_seed, last_number, last_word
from recount.kits.llm_eval.study import Questions, Study

VERSION = 1

__all__ = [
    "AlphabetSize",
    "Checkpoint",
    "LineSize",
    "Lines",
    "Prompt",
    "Questions",
    "Study",
    "VERSION",
    "accepted",
    "ask",
    "by_seed",
    "configured",
    "fit_lines",
    "last_number",
    "last_word",
    "line_scores",
    "stated_alphabets",
    "weigh",
]
