"""After jobs have failed for good: verdicts that say so, and pages of all the rest.

Snakemake makes views and pages only when every verdict is there. So the runs that died get a result
without rows, whose state is `failed` with job, node and end of it; their claims are judged by it,
and the database and the pages are made of what there is. The next `recount run` tries them again.
"""

from pathlib import Path

from recount import layout, registry, reports, schedule, stages
from recount.cli import traces
from recount.views import store

FAILED = "Exiting because a job execution failed"
UNKNOWN = "its job ended without a result"


def settle(root: Path, choice, log: str) -> list[str]:
    """`paper arm: reason` of each run that failed; empty where Snakemake ended otherwise."""
    if FAILED not in log:
        return []
    results, told = root / "results", []
    for paper in choice.selected.values():
        place = layout.of(paper, choice.scale, results)
        old = schedule.stale_files(paper, choice.scale, results)
        dead = [arm for arm in paper.arms if not whole(place, arm) or place.metrics(arm) in old]
        for arm in dead:
            reason = why(root, place, arm)
            stages.fail(paper, choice.scale, arm, place.metrics(arm), reason)
            told.append(f"{paper.slug} {arm}: {reason}")
        for claim in paper.claims:
            if dead or not place.judgement(claim).exists():
                stages.judge(paper, claim, choice.scale, results, place.judgement(claim))
    everything = registry.load(root)
    store.rebuild(everything, results, results / "recount.duckdb")
    reports.render_all(everything, results, choice.scale)
    return told


def whole(place: layout.Layout, arm: str) -> bool:
    return place.metrics(arm).exists() and place.evaluated(arm).exists()


def why(root: Path, place: layout.Layout, arm: str) -> str:
    trace = traces.last(root, place, arm)
    if trace is None:
        return f"{UNKNOWN}: not started, because an earlier stage failed"
    return f"{trace.stage}: {trace.told() or UNKNOWN}; {trace.log.relative_to(root)}"
