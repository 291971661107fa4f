"""A job's log: all that it prints, and its last words when it fails."""

import contextlib
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

from recount import provenance
from recount.typed import BadValue

JOB = "job {job} on {node}"


def job_of(path: Path) -> tuple[str, str] | None:
    """The cluster job and the node that wrote a log last, as its first line says."""
    if not path.exists():
        return None
    with path.open(errors="replace") as lines:
        words = lines.readline().split()
    return (words[1], words[3]) if words[::2] == ["job", "on"] and len(words) == 4 else None


@contextlib.contextmanager
def logged(path: str | Path) -> Iterator[None]:
    """Sends stdout and stderr to `path`. A BadValue ends the job with its message alone."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", buffering=1) as log:
        if (at := provenance.job())["job"]:
            print(JOB.format(**at), file=log)
        try:
            with contextlib.redirect_stdout(log), contextlib.redirect_stderr(log):
                yield
        except BadValue as error:
            print(error, file=log)
            print(f"\n{error}\n", file=sys.stderr)
            raise SystemExit(2) from None
        except OSError as error:
            print(f"{error}", file=log)
            print(f"\n{refused(error)}\n", file=sys.stderr)
            raise SystemExit(2) from None
        except BaseException:
            traceback.print_exc(file=log)
            raise


def refused(error: OSError) -> str:
    """What the operating system refused, with a remedy: full disk, read-only folder, and so on."""
    remedies = {
        27: "a file too large for a limit on this machine (ulimit -f); raise it and run again",
        28: "the disk is full; free space (`recount clean` removes models) and run again",
        30: "the folder is read-only; run from a folder that you may write to",
        13: "no permission; run from a folder that you may write to",
        122: "your quota is used up; free space and run again",
    }
    remedy = remedies.get(error.errno or 0, "nothing was half-written; mend this and run again")
    return f"{error.filename or 'a file'}: {error.strerror or error}: {remedy}"
