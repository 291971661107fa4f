"""The pooled residuals of a lab's recorded evidence, which calibration draws its last shape from.

Only committed evidence counts, so the pool is the same for everybody; the paper that is calibrated
is left out of it, so no verdict is judged by a shape of its own making.
"""

from recount import files, layout
from recount.judge.shape import Pool, residuals

SCALES = ("laptop", "gpu", "paper")


def of_lab(papers, paper) -> Pool:
    """All other recorded papers of the same lab that vary over the same kind of unit."""
    found = {}
    for slug, other in sorted(papers.items()):
        if slug == paper.slug or (other.lab, other.unit) != (paper.lab, paper.unit):
            continue
        rows = tuple(row for scale in SCALES for row in recorded(other, scale))
        if rows:
            found[slug] = rows
    return Pool(found)


def recorded(paper, scale: str) -> tuple:
    rows, verdicts, _ = layout.evidence(paper, scale)
    if scale not in paper.scales or not rows.exists() or not verdicts.exists():
        return ()
    return residuals(paper, files.read_table(rows))
