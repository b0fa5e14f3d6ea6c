"""Kills processes that write orders, at random, and sees what their journal holds.

    python tests/storage/kills.py 2000

Everything acknowledged must be there, and nothing half: whatever one commit wrote is there whole.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from threading import Timer
from typing import IO, TYPE_CHECKING

from realtrade.model.order import OrderStatus
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from realtrade.plugins.ports.journal import KnownOrder, Recalled

ROOT = Path(__file__).parents[2]
STEPS = ("intent", "sending", "answer", "fill", "bar")
OPENING_S, WRITING_S = 0.1, 0.08
"""Within these times after its start, or after its journal is open, a writer is killed."""


def survive(url: str, bot: str, folder: Path, kills: int, seed: int = 1) -> int:
    """Kill `kills` writers; return how many commits they had acknowledged in all.

    Raises:
        AssertionError: something acknowledged is missing, or something is there by halves.
    """
    dice = random.Random(seed)  # noqa: S311 - only the moment of a kill hangs on it
    command = [sys.executable, "-m", "tests.storage.killed_writer", url, bot, str(folder)]
    acknowledged = number = 0
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:
        assert nursery.stdin is not None
        assert nursery.stdout is not None
        for _ in range(kills):
            told = _one_life(nursery.stdin, nursery.stdout, number, dice)
            acknowledged += len(told)
            number = _examine(url, bot, folder, told, number)
        nursery.stdin.close()
    return acknowledged


def _one_life(
    stdin: IO[str], stdout: IO[str], number: int, dice: random.Random
) -> list[tuple[str, int]]:
    """Let a writer begin at `number`, kill it, return what it had acknowledged."""
    stdin.write(f"{number}\n")
    stdin.flush()
    told: list[tuple[str, int]] = []
    timer, child = None, 0
    moment, life_s = "ready", dice.uniform(0, WRITING_S)
    if dice.random() < 0.25:
        moment, life_s = "pid", dice.uniform(0, OPENING_S)
    for line in stdout:
        step, count = line.split()
        if step == "over":
            assert int(count) == signal.SIGKILL, "a writer ended by itself"
            break
        child = int(count) if step == "pid" else child
        if step == moment:
            timer = Timer(life_s, os.kill, (child, signal.SIGKILL))
            timer.start()
        if step in STEPS:
            told.append((step, int(count)))
    assert timer is not None
    timer.join()
    return told


def _examine(url: str, bot: str, folder: Path, told: list[tuple[str, int]], number: int) -> int:
    """Open the journal as the next process would; return the number it is to begin with."""
    journal = open_journal(
        url, account="account", bot=bot, folder=folder, clock=SystemClock(), locks=folder
    )
    recalled = journal.recall()
    journal.close()
    known = {int(order.intent.client_order_id[3:]): order for order in recalled.orders}
    for step, count in told:
        _must_know(step, count, known, recalled)
    for count, order in known.items():
        _must_be_whole(count, order, recalled)
    return max(known, default=number - 1) + 1


def _must_know(step: str, count: int, known: dict[int, KnownOrder], recalled: Recalled) -> None:
    order = known.get(count)
    if step == "bar":
        assert recalled.bars["btc_1h"] >= count
    elif step == "fill":
        assert ("BTC/USDT", f"t{count}") in recalled.seen
    elif recalled.bars.get("btc_1h", -1) <= count:
        assert order is not None, f"{step} {count} was acknowledged and is gone"
        assert len(order.attempts) >= (step != "intent")
        assert step != "answer" or order.attempts[0].venue_order_id == str(count)


def _must_be_whole(count: int, order: KnownOrder, recalled: Recalled) -> None:
    """See that execution, status and position, which are one commit, are there together or not."""
    filled = order.status is OrderStatus.FILLED
    assert len(order.fills) == filled
    assert (("BTC/USDT", f"t{count}") in recalled.seen) == filled
    if filled and count == max(int(trade[1:]) for _, trade in recalled.seen):
        assert recalled.positions["BTC/USDT"].quantity == Decimal(count + 1)


def main() -> None:
    """Kill as many as asked for, on SQLite or at the URL of a PostgreSQL."""
    kills = int(sys.argv[1])
    url = sys.argv[2] if sys.argv[2:] else "sqlite:///kills.db"
    with tempfile.TemporaryDirectory() as folder:
        count = survive(url, f"kills-{os.getpid()}", Path(folder), kills)
    print(f"{kills} kills, {count} commits acknowledged, all there, none by halves")  # noqa: T201 - for people


if __name__ == "__main__":
    main()
