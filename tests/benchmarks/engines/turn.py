"""What every engine's script shares: the work's figures, the clock, and how to tell the result.

Runs inside peers' environments, so it needs nothing but numpy.
"""

from __future__ import annotations

import json
import sys
import time  # noqa: TID251 (a benchmark measures time)
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

CASH = 100_000_000.0
FEE = 0.001
FAST, SLOW = 10, 30

Outcome = tuple[int, float]
"""Closed trades and final equity."""


def take(work: Callable[[Any], Callable[[], Outcome]]) -> None:
    """Measure one turn and print it as JSON.

    `work` gets the rows of the bars file and prepares a run; only the run is timed.
    """
    before = _memory("VmRSS")
    run = work(np.load(sys.argv[1], mmap_mode="r"))
    # From here on the peak counts: bars in the engine's own form, and all it makes of them.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    # Processor time: neighbours on the same machine lengthen it far less than the clock's.
    start = time.process_time()
    trades, equity = run()
    seconds = time.process_time() - start
    told = {"seconds": seconds, "memory_bytes": _memory("VmHWM") - before}
    print(json.dumps({**told, "trades": trades, "equity": equity}))  # noqa: T201 (the answer)


def asked(option: str) -> bool:
    """Tell whether the command line has `option`."""
    return option in sys.argv[2:]


def _memory(field: str) -> int:
    """Return a figure of this process in bytes; Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise KeyError(field)
