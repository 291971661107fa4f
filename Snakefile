# Recount: every claim, counted again.
#   generate -> train -> evaluate -> claim_<slug> -> collect, track, report
#
# The nearer a job is to its paper's verdict the sooner it runs (priority): verdicts come one by one.
# Everything about one paper is in papers/<lab>/<slug>/; everything about how to run is in profiles/.
import os
import sys
from pathlib import Path

from snakemake.utils import min_version

min_version("9.27")

ROOT = Path(str(workflow.current_basedir))
sys.path.append(str(ROOT / "workflow_scripts"))
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.update(RECOUNT_ROOT=str(ROOT))
ENVIRONMENT = str(ROOT / "environment.yml")

from recount import selection
from recount.cluster import site


include: "rules/driver.smk"


if not config:

    configfile: str(ROOT / "config" / "config.yaml")


CHOICE = selection.choose(ROOT, config)
SCALE, PAPERS = CHOICE.scale, CHOICE.papers
SITE = site.of(workflow.resource_settings.default_resources)
HERE, AWAY = CHOICE.apart()
if CHOICE.folders:
    os.environ.setdefault("RECOUNT_CHECKPOINTS", CHOICE.checkpoint_variable())


wildcard_constraints:
    scale="smoke|laptop|gpu|paper",
    lab="|".join(sorted({paper.lab for paper in PAPERS.values()})),
    slug="|".join(PAPERS),
    arm="[a-z][a-z0-9_]{0,63}",


rule all:
    default_target: True
    input:
        CHOICE.verdicts(),
        f"results/{SCALE}/index.html",
        "results/recount.duckdb",
        f"results/{SCALE}/tracked.json",


include: "rules/generate.smk"
include: "rules/runs.smk"
include: "rules/claims.smk"
include: "rules/collect.smk"
include: "rules/reports.smk"
