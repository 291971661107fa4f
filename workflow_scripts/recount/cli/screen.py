"""The console that every command prints on."""

import contextlib

from rich.console import Console


class Lasting(Console):
    """Falls silent when its reader is gone (`recount run | head`), where others end the program:
    what it was about to do, such as stopping Snakemake and its jobs, is done all the same."""

    def on_broken_pipe(self) -> None:
        with contextlib.suppress(SystemExit):
            super().on_broken_pipe()


def console() -> Console:
    """As wide as the terminal; 120 columns where there is none, so that a log stays readable."""
    found = Lasting(highlight=False)
    return found if found.is_terminal else Lasting(highlight=False, width=120)
