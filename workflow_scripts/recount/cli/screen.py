"""The console that every command prints on."""

from rich.console import Console


def console() -> Console:
    """As wide as the terminal; 120 columns where there is none, so that a log stays readable."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=120)
