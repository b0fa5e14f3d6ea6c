"""What every engine's script shares: the work's figures, the clock, and how to tell the result.

Runs inside peers' environments, so it needs nothing but Python.
"""

from __future__ import annotations

import json
import sys
import time  # noqa: TID251 (a benchmark measures time)
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

CASH = 100_000_000.0
FEE = 0.001
FAST, SLOW = 10, 30

Outcome = tuple[int, float]
"""Closed trades and final equity."""


def take(work: Callable[[Path], Outcome]) -> None:
    """Measure one turn of `work`, from the bars' CSV file to the outcome, and print it as JSON."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # the peak counts from here
    before = resident("VmRSS")
    # Processor time: neighbours on the same machine lengthen it far less than the clock's.
    start = time.process_time()
    trades, equity = work(Path(sys.argv[1]))
    seconds = time.process_time() - start
    told = {"seconds": seconds, "memory_bytes": resident("VmHWM") - before}
    print(json.dumps({**told, "trades": trades, "equity": equity}))  # noqa: T201 (the answer)


def asked(option: str) -> bool:
    """Tell whether the command line has `option`."""
    return option in sys.argv[2:]


def resident(field: str) -> int:
    """Return a figure of this process in bytes; Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    raise KeyError(field)
