"""What every engine's search shares: the values tried, and the clock.

Runs inside peers' environments, so it needs nothing but Python.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import sys
import time  # noqa: TID251 (a benchmark measures time)
from multiprocessing import forkserver
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from turn import Outcome


def values() -> tuple[range, range]:
    """Return the values of the fast and of the slow average, which has at most 60 bars.

    So many at each end of the bars are without a signal: see `measure`.
    """
    side = next(int(one.partition("=")[2]) for one in sys.argv if one.startswith("--side="))
    return range(2, 2 + 2 * side, 2), range(60 - 4 * (side - 1), 61, 4)


def search(work: Callable[[Path], Outcome], *, warm: bool = False) -> None:
    """Measure a whole search, from the bars' CSV file to the best, and print it as JSON.

    With `warm` it is done twice and the second time counts: the first compiles.

    By the clock on the wall, since other processes do the work, and by what all of them computed,
    which neighbours on the same machine disturb far less.
    """
    if warm:
        work(Path(sys.argv[1]))
    start, before = time.perf_counter(), _computed()
    trades, equity = work(Path(sys.argv[1]))
    seconds = time.perf_counter() - start
    _end_workers()
    told = {"seconds": seconds, "cpu_seconds": _computed() - before, "memory_bytes": 0}
    print(json.dumps({**told, "trades": trades, "equity": equity}))  # noqa: T201 (the answer)


def _computed() -> float:
    """Return the processor seconds of this process and of all children that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _end_workers() -> None:
    """Wait for worker processes: the system counts what children did once they have ended."""
    for child in multiprocessing.active_children():
        child.terminate()
        child.join()
    forkserver._forkserver._stop()  # type: ignore[attr-defined]  # no public way to end it before we do
