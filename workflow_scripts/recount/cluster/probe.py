"""What a compute node is like, told from inside a short job: run as a module with a folder.

Writes node.json into the folder (shared with the machine that submitted the job), then answers each
`ping` file there with a `pong` of the same number, so that the other side can time the file system.
"""

import json
import os
import platform
import sys
import time
from pathlib import Path

from recount import files, provenance
from recount.typed import BadValue

ROUNDS = 3
PATIENCE = 60.0


def main(folder: Path) -> int:
    files.write_json(folder / "node.json", examined())
    for number in range(ROUNDS):
        if not appears(folder / f"ping{number}", PATIENCE):
            return 1
        files.write_text(folder / f"pong{number}", "")
    return 0


def examined() -> dict[str, object]:
    """Node, torch and what it sees. A torch that cannot be imported is a finding, not an end."""
    told: dict[str, object] = {
        "node": provenance.job()["node"] or platform.node(),
        "gpus_granted": os.environ.get("CUDA_VISIBLE_DEVICES"),
        "python": platform.python_version(),
    }
    try:
        import torch

        from recount.nn.device import found

        told |= {"torch": torch.__version__, "device": found()}
        if told["device"] == "cuda":
            told["gpu"] = torch.cuda.get_device_name(0)
    except (ImportError, OSError, RuntimeError) as error:
        told |= {"torch": None, "trouble": f"{type(error).__name__}: {error}"}
    return told


def appears(path: Path, seconds: float, pause: float = 0.05) -> bool:
    """Waits for a file by listing its folder, which network file systems refresh soonest."""
    end = time.monotonic() + seconds
    while path not in path.parent.iterdir():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def read(folder: Path) -> dict[str, object]:
    try:
        return json.loads((folder / "node.json").read_text())
    except ValueError as error:
        raise BadValue(f"{folder / 'node.json'}: {error}") from None


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
