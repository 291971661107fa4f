"""The atlas: a page per paper and per lab, the index of all, and their validity, by papermill."""

from recount.reports.render import (
    PageFailed,
    render_all,
    render_index,
    render_lab,
    render_paper,
    render_validity,
)

__all__ = [
    "PageFailed",
    "render_all",
    "render_index",
    "render_lab",
    "render_paper",
    "render_validity",
]
