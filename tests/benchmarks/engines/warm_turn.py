"""How an engine is timed from the bars in memory on, perhaps after a run that compiles."""

from __future__ import annotations

import json
import time  # noqa: TID251 (a benchmark measures time)
from collections.abc import Callable
from typing import TYPE_CHECKING

from turn import Outcome, resident

if TYPE_CHECKING:
    from pathlib import Path

Answer = Callable[[], Outcome]


def take_loaded(prepare: Callable[[Path], Answer], bars: Path, *, turns: int) -> None:
    """Print the last of `turns` runs as JSON; reading the bars is not timed."""
    answer = prepare(bars)
    before = resident("VmRSS")
    seconds, trades, equity = 0.0, 0, 0.0
    for _ in range(turns):
        start = time.process_time()
        trades, equity = answer()
        seconds = time.process_time() - start
    told = {"seconds": seconds, "memory_bytes": resident("VmHWM") - before}
    print(json.dumps({**told, "trades": trades, "equity": equity}))  # noqa: T201 (the answer)
