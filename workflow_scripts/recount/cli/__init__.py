"""`recount COMMAND`: each command is a module with `add(parser)` and `run(args) -> exit code`.

Modules are imported when their command is called, so a command pays for its own imports only. Exit
codes: 0 fine, 1 a check or a run failed, 2 the input cannot be used, 130 interrupted.
"""

import argparse
import difflib
import importlib
import os
import sys
from importlib import metadata

from recount.logs import refused
from recount.typed import BadValue

COMMANDS = {
    "doctor": ("recount.cli.doctor", "is this machine ready? each trouble with its remedy"),
    "init-site": ("recount.cli.init_site", "write a profile for your cluster"),
    "list": ("recount.cli.listing", "the papers, built and planned, with their verdicts"),
    "show": ("recount.cli.show", "one paper: what it claims, how that is judged, what was found"),
    "plan": ("recount.cli.plan", "what would run, and for how long"),
    "run": ("recount.cli.run", "run the chosen papers and show the verdicts"),
    "status": ("recount.cli.status", "what is done, under way, waiting or failed"),
    "why": ("recount.cli.why", "what became of a claim, and what to do about it"),
    "resume": ("recount.cli.resume", "continue after a killed run"),
    "verify": ("recount.cli.verify", "recompute every recorded verdict from its rows"),
    "history": ("recount.cli.history", "was every rule frozen before its data? asks git"),
    "record": ("recount.cli.record", "copy results into the papers' evidence"),
    "confirm": ("recount.cli.confirm", "do recorded verdicts hold on a second batch of seeds?"),
    "audit": ("recount.cli.audit", "run recorded claims again, on seeds that a commit draws"),
    "calibrate": ("recount.cli.calibrate", "how often each rule would be wrong"),
    "controls": ("recount.cli.controls", "A/A pairs and planted faults, trained and judged"),
    "pilot": ("recount.cli.pilot", "cost, spread and learned level on pilot seeds, blinded"),
    "new-paper": ("recount.cli.new_paper", "begin a planned paper: its two files to fill in"),
    "schema": ("recount.cli.schema", "the JSON Schema of paper.yaml, for editors"),
    "pack": ("recount.cli.pack", "results as one file for another machine (an RO-Crate)"),
    "unpack": ("recount.cli.unpack", "check such a file, publish it, rebuild the views"),
    "clean": ("recount.cli.clean", "free the disk of models that have been judged"),
}


def main(argv: list[str] | None = None) -> int:
    """Runs one command. A BadValue becomes its message on stderr and exit code 2."""
    argv = sys.argv[1:] if argv is None else argv
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(overview())
        return 0
    if argv[0] == "--version":
        print(f"recount {metadata.version('recount')}")
        return 0
    try:
        module, line = command(argv[0])
        parser = argparse.ArgumentParser(prog=f"recount {argv[0]}", description=line)
        module.add(parser)
        code = module.run(parser.parse_args(argv[1:]))
        sys.stdout.flush()
        return code
    except BadValue as error:
        print(f"recount {argv[0]}: {error}", file=sys.stderr)
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"recount {argv[0]}: {refused(error)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return 130


def command(name: str):
    """The module of a command and its line of help."""
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, n=1, cutoff=0.5)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(COMMANDS)}"
        raise BadValue(f"no such command; {hint}")
    path, line = COMMANDS[name]
    return importlib.import_module(path), line


def overview() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:{width}}  {line}" for name, (_, line) in COMMANDS.items()]
    return "\n".join(
        ["usage: recount COMMAND ...", "", *lines, "", "`recount COMMAND --help` says more."]
    )
