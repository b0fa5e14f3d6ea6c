"""What every engine's search shares: the values tried, and the clock.

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

    from turn import Outcome


def values() -> tuple[range, range]:
    """Return the values of the fast and of the slow average, which has at most 60 bars.

    So many at each end of the bars are without a signal: see `measure`.
    """
    side = next(int(one.partition("=")[2]) for one in sys.argv if one.startswith("--side="))
    return range(2, 2 + 2 * side, 2), range(60 - 4 * (side - 1), 61, 4)


def search(work: Callable[[Path], Outcome]) -> None:
    """Measure a whole search, from the bars' CSV file to the best, and print it as JSON.

    By the clock on the wall: the work is done by other processes too.
    """
    start = time.perf_counter()
    trades, equity = work(Path(sys.argv[1]))
    seconds = time.perf_counter() - start
    told = {"seconds": seconds, "memory_bytes": 0, "trades": trades, "equity": equity}
    print(json.dumps(told))  # noqa: T201 (the answer)
