"""A market that goes on while bots die: made-up bars, closed one after another on a thread."""

from __future__ import annotations

from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from realtrade.model.bar import Bar

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from realtrade.testing import SimExchange

MINUTE_MS = 60_000


class Market:
    """Plays one bar of every symbol each `pace_s` seconds until left."""

    def __init__(
        self, exchange: SimExchange, symbols: Sequence[str], *, seed: int, pace_s: float
    ) -> None:
        self._exchange = exchange
        self._pace_s = pace_s
        self._over = Event()
        self._start_ms = exchange.player.next_open_ms(symbols[0], "1m")
        self._bars = [_walk(symbol, self._start_ms, seed) for symbol in symbols]
        self._symbols = tuple(symbols)
        self._thread = Thread(target=self._run, name="market", daemon=True)

    def play(self, count: int) -> None:
        """Play so many bars at once: what was before anybody looked."""
        for _ in range(count):
            self._next()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(self._pace_s):
            self._next()

    def _next(self) -> None:
        together = {
            symbol: [next(bars)] for symbol, bars in zip(self._symbols, self._bars, strict=True)
        }
        self._exchange.play(together, "1m")


def _walk(symbol: str, start_ms: int, seed: int) -> Iterator[Bar]:
    random, price, opened = Random(f"{seed}{symbol}"), 1000.0, start_ms  # noqa: S311 - made-up prices
    while True:
        last = price * (1 + random.uniform(-0.003, 0.003))
        high = max(price, last) * (1 + random.uniform(0, 0.002))
        low = min(price, last) * (1 - random.uniform(0, 0.002))
        yield Bar(opened, opened + MINUTE_MS, price, high, low, last, 10.0)
        price, opened = last, opened + MINUTE_MS
