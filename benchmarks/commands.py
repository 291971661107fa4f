"""What a user waits for before anything is trained: the registry, and the commands that answer."""

import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks import CATALOGUE, catalogue
from benchmarks.table import Row, within
from benchmarks.timing import child, interleaved
from recount import registry

COMMAND = "import sys; from recount.cli import main; sys.exit(main(sys.argv[1:]))"
ANSWERS = ("list", "show paper_0000", "plan paper_0000", "status", "schema --check", "--help")


def read_anew(root: Path):
    """The registry, without what this process remembers of its declarations."""
    registry.declared.cache_clear()
    return registry.load(root)


def rows(quick: bool) -> list[Row]:
    """The registry of the whole catalogue, and the slowest of the commands on the present one."""
    papers, rounds = (5, 1) if quick else (CATALOGUE, 3)
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        catalogue.plant(root, papers)
        seconds = interleaved({"load": lambda: read_anew(root)}, rounds)
    answers = {words: answered(words, rounds) for words in asked()}
    slowest = max(answers, key=answers.get)
    return [
        within(f"registry of {papers} papers read and checked", seconds["load"], 3),
        within(f"slowest answer, `recount {slowest}`", answers[slowest], 2),
    ]


def asked() -> list[str]:
    """The commands, about a paper that is really there."""
    slug = catalogue.built()[0].slug
    return [words.replace("paper_0000", slug) for words in ANSWERS]


def answered(words: str, rounds: int) -> float:
    """Median processor seconds of one command of the project as it is."""
    command = [sys.executable, "-c", COMMAND, *words.split()]
    return statistics.median(child(command, cwd=catalogue.PROJECT) for _ in range(rounds))
