"""The atlas: a page per paper, a page per lab, and the index of all, rendered by papermill."""

from recount.reports.render import PageFailed, render_all, render_index, render_lab, render_paper

__all__ = ["PageFailed", "render_all", "render_index", "render_lab", "render_paper"]
