"""Prices that move by themselves: made-up bars, and a thread that keeps time going."""

from __future__ import annotations

import threading
from random import Random
from typing import TYPE_CHECKING

from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from decimal import Decimal

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.player import Player

_JOIN_S = 5.0


def made_up_bars(
    price: float, timeframe: str, *, start_ms: int, count: int, seed: int
) -> list[Bar]:
    """Return `count` bars of a random walk from `price`, the first open at `start_ms`.

    The same seed gives the same bars.
    """
    frame, random = Timeframe.parse(timeframe), Random(seed)  # noqa: S311 - made-up prices
    bars, last, opened = [], price, frame.open_ms(start_ms)
    for _ in range(count):
        moves = [last * (1 + random.gauss(0, 0.001)) for _ in range(4)]
        closes = frame.close_ms(opened)
        high, low = max(last, *moves), min(last, *moves)
        volume = random.uniform(1, 20)
        bars.append(Bar(opened, closes, last, high, low, moves[-1], volume))
        last, opened = moves[-1], closes
    return bars


class Ticker:
    """A thread that lets market time pass and prices wander.

    Args:
        core: The exchange.
        player: Its prices.
        every_s: Seconds between steps.
        speed: How many seconds of market time pass in one.
        bps: Most that a price moves in a step, in hundredths of a percent.
    """

    def __init__(
        self, core: Core, player: Player, *, every_s: float, speed: float, bps: Decimal
    ) -> None:
        self._core = core
        self._player = player
        self._every_s = every_s
        self._step_ms = int(every_s * speed * 1000)
        self._bps = bps
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="sim-ticker", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns when the thread has ended."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            self._player.advance(self._step_ms)
            for symbol in self._core.desks:
                self._player.stroll(symbol, self._bps)
