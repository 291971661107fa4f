"""How fast Recount is, as ratios: `python -m benchmarks [--only NAME] [--quick]`.

Every module named in `BENCHMARKS` has a function `rows(quick)`. All contestants of a row take turns
in one process or one after the other, on one thread; numbers are medians of processor seconds, so
that a busy machine distorts them least.
"""

import os

BENCHMARKS = ("training", "seeds", "evaluation", "tracking", "pages", "store", "dry_runs")
BENCHMARKS += ("commands", "orchestration")
CATALOGUE = 437  # papers in the full catalogue

for _name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ[_name] = "1"
os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
