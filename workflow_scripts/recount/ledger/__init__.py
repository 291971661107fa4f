"""The ledger: recorded evidence, and the proof that each verdict follows from it.

`record` copies a paper's results into papers/<lab>/<slug>/evidence/. It alone writes there, and
refuses what was not registered before its data. `verify` recomputes every verdict from the recorded
rows, offline, and compares the bytes.
"""

from recount.ledger.chain import told
from recount.ledger.recording import record
from recount.ledger.verifying import Check, staleness, verify
from recount.ledger.versions import earlier, verify_kept

__all__ = ["Check", "earlier", "record", "staleness", "told", "verify", "verify_kept"]
