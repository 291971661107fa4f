"""Work in a process of its own, forked so that it starts at once: to be killed, or to be asked."""

import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from typing import Any

GONE, SILENT = "it ended without an answer", "it did not end"
forked = multiprocessing.get_context("fork")


def killed(work: Callable[[], Any], after: float) -> bool:
    """Runs `work` and kills it with SIGKILL after so many seconds; whether it was still at work."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def apart(work: Callable[[], Any], seconds: float = 300) -> Any:
    """What `work` returns in a process of its own, or the text of its exception."""
    answers = forked.SimpleQueue()

    def answer() -> None:
        try:
            answers.put((True, work()))
        except BaseException as error:
            answers.put((False, f"{type(error).__name__}: {error}"))

    child = forked.Process(target=answer)
    child.start()
    deadline = time.monotonic() + seconds
    while answers.empty() and child.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    if answers.empty():
        silent = child.is_alive()
        child.kill()
        child.join()
        return False, SILENT if silent else GONE
    found = answers.get()
    child.join(10)
    return found


def timed(work: Callable[[], Any]) -> float:
    """Seconds that `work` takes in a process of its own; it must not fail."""
    begun = time.monotonic()
    fine, answer = apart(work)
    assert fine, answer
    return time.monotonic() - begun
