"""How far a run is, as a small file that `recount status` reads; written at most once a second."""

import json
import time
from pathlib import Path


class Progress:
    """Callable as `progress(done, total, note)`. Losing the file loses nothing."""

    def __init__(self, path: Path, arm: str):
        self.path, self.arm = path, arm
        self.begun = time.time()
        self.last = 0.0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        now = time.time()
        if now - self.last < 1 and done < total:
            return
        self.last = now
        state = {"arm": self.arm, "done": int(done), "total": int(total), "note": str(note)}
        state |= {"begun": self.begun, "seen": now}
        temporary = self.path.with_name(".progress.json")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_text(json.dumps(state))
            temporary.replace(self.path)
        except OSError:
            return

    def close(self) -> None:
        self.path.unlink(missing_ok=True)
