"""The judge: a frozen rule on a table of metrics, and how often that rule is wrong.

`judge` makes the judgement of a claim, `lint` refuses rules that cannot be trusted, `calibrate`
runs the same code on worlds whose truth is known. Raise JUDGE_VERSION whenever a verdict could
change.
"""

JUDGE_VERSION = 1

from recount.judge.calibration import calibrate  # noqa: E402
from recount.judge.fragility import statistic_decides  # noqa: E402
from recount.judge.inputs import inputs  # noqa: E402
from recount.judge.limits import cost_to_decide  # noqa: E402
from recount.judge.linter import advise, lint  # noqa: E402
from recount.judge.magnitudes import odd_units  # noqa: E402
from recount.judge.verdict import judge, undecided  # noqa: E402

__all__ = ["JUDGE_VERSION", "advise", "calibrate", "cost_to_decide", "inputs", "judge", "lint"]
__all__ += ["odd_units", "statistic_decides", "undecided"]
