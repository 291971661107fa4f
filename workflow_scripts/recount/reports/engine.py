"""A papermill engine that runs a notebook's cells in this process, one namespace a notebook.

A kernel per notebook costs one to three seconds to start; here a page costs milliseconds. Cells run
in IPython, so a notebook behaves as it does in Jupyter. A cell that hangs is stopped after
`timeout` seconds (in the main thread, where signals are heard).
"""

import contextlib
import functools
import io
import signal
import threading
import types
from collections.abc import Iterator

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from papermill.engines import Engine, papermill_engines
from traitlets.config import Config

NAME = "recount"
TIMEOUT = 60.0


class InProcess(Engine):
    """Registered as "recount"; `execute_notebook(..., engine_name="recount", timeout=60)`."""

    @classmethod
    def execute_managed_notebook(cls, nb_man, kernel_name, timeout: float = TIMEOUT, **_):
        with namespace() as session:
            for index, cell in enumerate(nb_man.nb.cells):
                if cell.cell_type != "code":
                    continue
                nb_man.cell_start(cell, index)
                cell.outputs = outputs(session, cell.source, timeout)
                cell.execution_count = index + 1
                failed = any(one.output_type == "error" for one in cell.outputs)
                if failed:
                    nb_man.cell_exception(cell, index)
                    return
                nb_man.cell_complete(cell, index)

    @classmethod
    def nb_kernel_name(cls, nb, name=None):
        return name or "python3"

    @classmethod
    def nb_language(cls, nb, language=None):
        return language or "python"


@functools.cache
def shell() -> InteractiveShell:
    """One IPython for all notebooks, without history, colours or a say in `__main__`."""
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    return InteractiveShell(config=config, user_module=types.ModuleType("recount_notebook"))


@contextlib.contextmanager
def namespace() -> Iterator[InteractiveShell]:
    """The shell with nothing but its own names in it, before and after."""
    session = shell()
    session.user_ns.clear()
    session.init_user_ns()
    try:
        yield session
    finally:
        session.user_ns.clear()


def outputs(session: InteractiveShell, source: str, timeout: float) -> list:
    """What a cell shows, in nbformat's terms; an exception becomes an error output."""
    hook = CapturingDisplayHook(shell=session, outputs=[])
    session.display_trap.hook = hook
    session.user_ns["display"] = lambda *values: [hook(value) for value in values] and None
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), alarm(timeout):
        result = session.run_cell(source, store_history=False)
    error = result.error_before_exec or result.error_in_exec
    found = [stream(name, text) for name, text in (("stderr", err), ("stdout", out))]
    if isinstance(error, SystemExit):  # papermill takes an exit for a good end
        error = RuntimeError(f"the cell ended the notebook (SystemExit: {error})")
    if error is not None:
        name, lines = type(error).__name__, out.getvalue().splitlines()
        found = [new_output("error", ename=name, evalue=str(error), traceback=lines)]
    found = [one for one in found if one.get("text", True)]
    return found + [
        new_output("display_data", data=one["data"], metadata=one["metadata"] or {})
        for one in hook.outputs
    ]


def stream(name: str, text: io.StringIO):
    return new_output("stream", name=name, text=text.getvalue())


@contextlib.contextmanager
def alarm(seconds: float) -> Iterator[None]:
    """Raises TimeoutError in the block after `seconds`."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(*_):
        raise TimeoutError(f"the cell ran longer than {seconds:g} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


papermill_engines.register(NAME, InProcess)
