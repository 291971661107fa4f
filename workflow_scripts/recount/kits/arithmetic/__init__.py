"""What papers on learned arithmetic share: sums as lines of tokens, and how they are studied.

    experiment = Study(arm=Arm, lines=ByLength(places=places, span=span))

A source of lines (`ByLength`, `Text`, or a paper's own) says what is trained on and tested; `Study`
turns it into a trained experiment with exact match per test, the level on held-out lines of the
arm's own training distribution, and a fingerprint. Raise VERSION when a result can move.
"""

from recount.kits.arithmetic.addition import Addition, add, draw_digits
from recount.kits.arithmetic.lengths import ByLength, LengthSize
from recount.kits.arithmetic.study import Lines, Size, Source, Study, network
from recount.kits.arithmetic.text import FORMATS, Text, TextSize, balanced

VERSION = 1

__all__ = [
    "FORMATS",
    "Addition",
    "ByLength",
    "LengthSize",
    "Lines",
    "Size",
    "Source",
    "Study",
    "Text",
    "TextSize",
    "add",
    "balanced",
    "draw_digits",
    "network",
]
