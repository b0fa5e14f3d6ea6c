from __future__ import annotations

import datetime as dt
import random
from typing import Any

import backtrader as bt
import pytest

from realtrade.engine.cerebro import LeanCerebro

START = dt.datetime(2024, 1, 1)  # noqa: DTZ001 (Backtrader reads naive times as UTC)


class ArrayFeed(bt.feed.DataBase):
    """Rows of (datetime number, open, high, low, close, volume), loaded one by one."""

    params = (("rows", ()),)

    def start(self) -> None:
        super().start()
        self._row = 0

    def _load(self) -> bool:
        if self._row >= len(self.p.rows):
            return False
        time, opened, high, low, close, volume = self.p.rows[self._row]
        self._row += 1
        self.lines.datetime[0] = time
        self.lines.open[0] = opened
        self.lines.high[0] = high
        self.lines.low[0] = low
        self.lines.close[0] = close
        self.lines.volume[0] = volume
        self.lines.openinterest[0] = 0.0
        return True


def random_rows(
    count: int, *, seed: int = 1, minutes: int = 1, step: float = 0.4, keep: float = 1.0
) -> list[tuple[float, ...]]:
    """Rows of a seeded random walk; `keep` below one leaves random gaps."""
    rng = random.Random(seed)  # noqa: S311 (test prices, no secret)
    rows: list[tuple[float, ...]] = []
    close = 100.0
    for number in range(count):
        opened = round(close + rng.uniform(-step, step) / 4, 2)
        close = round(max(1.0, opened + rng.uniform(-step, step)), 2)
        high = round(max(opened, close) + rng.uniform(0, step / 2), 2)
        low = round(min(opened, close) - rng.uniform(0, step / 2), 2)
        time = bt.date2num(START + dt.timedelta(minutes=minutes * (number + 1)))
        if rng.random() <= keep:
            rows.append((time, opened, high, low, close, float(rng.randint(1, 500))))
    return rows


@pytest.fixture
def rows() -> Any:
    """Make seeded rows."""
    return random_rows


@pytest.fixture
def feed() -> Any:
    """Make a feed of minutes out of rows."""

    def make(rows: Any, *, minutes: int = 1, **kwargs: Any) -> Any:
        return ArrayFeed(rows=rows, timeframe=bt.TimeFrame.Minutes, compression=minutes, **kwargs)

    return make


class Diary:
    """What a strategy lived through, comparable between two runs."""

    def __init__(self) -> None:
        self.lines: list[Any] = []

    def __repr__(self) -> str:
        return "diary"

    def bar(self, strategy: Any, what: str) -> None:
        """Write down a call of the `next` family with everything a strategy can see."""
        broker = strategy.broker
        self.lines.append(
            (
                what,
                len(strategy),
                strategy.datetime[0],
                [(len(d), d.close[0] if len(d) else None) for d in strategy.datas],
                [self._look(i) for i in strategy.getindicators()],
                broker.getcash(),
                broker.getvalue(),
                [broker.getposition(d).size for d in strategy.datas],
            )
        )

    def order(self, strategy: Any, order: Any) -> None:
        """Write down an order notification."""
        done = order.executed
        self.lines.append(
            (
                *("order", len(strategy), order.ref - self._first(order.ref), order.status),
                *(order.ordtype, order.size, done.size, done.price, done.comm, done.pnl, done.dt),
            )
        )

    def trade(self, strategy: Any, trade: Any) -> None:
        """Write down a trade notification."""
        self.lines.append(
            ("trade", len(strategy), trade.status, trade.size, trade.pnlcomm, trade.barlen)
        )

    def _first(self, ref: int) -> int:
        self._ref = getattr(self, "_ref", ref)
        return self._ref

    @staticmethod
    def _look(indicator: Any) -> Any:
        size = len(indicator)
        return (size, repr(indicator[0]) if 0 < size <= len(indicator.array) else None)


def _run(kind: type, build: Any, **params: Any) -> tuple[Any, Diary, BaseException | None]:
    diary, error, cerebro = Diary(), None, kind(**params)
    build(cerebro, diary)
    try:
        cerebro.run()
    except Exception as raised:  # noqa: BLE001 (both runs must raise the same)
        error = raised
    return cerebro, diary, error


@pytest.fixture
def compare() -> Any:
    """Run what `build(cerebro, diary)` sets up in Backtrader's Cerebro and in ours.

    Everything seen must be equal. Returns both cerebros, ours second.
    """

    def check(build: Any, *, path: str = "fast", **params: Any) -> tuple[Any, Any]:
        stock, expected, stock_error = _run(bt.Cerebro, build, **params)
        lean, seen, lean_error = _run(LeanCerebro, build, **params)
        assert repr(lean_error) == repr(stock_error)
        for number, (want, have) in enumerate(zip(expected.lines, seen.lines, strict=False)):
            assert repr(have) == repr(want), f"entry {number}"
        assert len(seen.lines) == len(expected.lines)
        assert lean.path == path, lean.path_reason
        assert bool(lean.path_reason) == (path == "stock")
        assert lean.broker.getvalue() == stock.broker.getvalue()
        return stock, lean

    return check


class Trader(bt.Strategy):
    """Trades every few bars and writes everything down."""

    params = (("diary", None), ("every", 9))

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=6)

    def prenext(self) -> None:
        self.p.diary.bar(self, "prenext")

    def next(self) -> None:
        self.p.diary.bar(self, "next")
        if len(self) % self.p.every == 0:
            self.buy(size=2) if not self.position else self.close()

    def notify_order(self, order: Any) -> None:
        self.p.diary.order(self, order)

    def notify_trade(self, trade: Any) -> None:
        self.p.diary.trade(self, trade)

    def stop(self) -> None:
        self.p.diary.lines.append(("stop", len(self)))


@pytest.fixture
def trader() -> Any:
    """Return a strategy that trades every few bars."""
    return Trader
