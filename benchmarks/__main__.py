"""Runs the benchmarks, prints the table and writes docs/benchmarks.md."""

import argparse
import importlib
import sys
import time
import traceback
from pathlib import Path

import torch

from benchmarks import BENCHMARKS, table

PAGE = Path(__file__).resolve().parents[1] / "docs" / "benchmarks.md"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--only", choices=BENCHMARKS, help="one benchmark; the page is not written")
    parser.add_argument("--quick", action="store_true", help="tiny sizes; the page is not written")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page (docs/benchmarks.md)")
    chosen = parser.parse_args(argv)
    torch.set_num_threads(1)
    rows, failed = [], []
    for name in [chosen.only] if chosen.only else BENCHMARKS:
        begun = time.monotonic()
        try:
            rows += importlib.import_module(f"benchmarks.{name}").rows(chosen.quick)
        except Exception:
            traceback.print_exc()
            failed.append(name)
        print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    page = table.markdown(rows)
    print(page)
    if failed:
        print(f"Failed, so the page is not written: {', '.join(failed)}", file=sys.stderr)
    elif not chosen.only and not chosen.quick:
        chosen.out.write_text(page)
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
