"""What every engine's script shares: the work's figures, the clock, and how to tell the result.

Runs inside peers' environments, so it needs nothing but numpy.
"""

from __future__ import annotations

import json
import resource
import sys
import time  # noqa: TID251 (a benchmark measures time)
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
    before = _resident()
    run = work(np.load(sys.argv[1], mmap_mode="r"))
    start = time.perf_counter()
    trades, equity = run()
    seconds = time.perf_counter() - start
    told = {"seconds": seconds, "memory_bytes": _resident() - before}
    print(json.dumps({**told, "trades": trades, "equity": equity}))  # noqa: T201 (the answer)


def asked(option: str) -> bool:
    """Tell whether the command line has `option`."""
    return option in sys.argv[2:]


def _resident() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
