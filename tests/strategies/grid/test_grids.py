"""The grids against simulations of their own, lot by lot, and through restarts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest
import talib

from realtrade.strategies import AtrGrid, FixedGrid

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood

FIXED = {
    "lower": 5000.0,
    "upper": 20000.0,
    "lines": 76,
    "quantity": 0.5,
    "most": 12,
    "resting": 3,
}
ATR = {"period": 24, "factor": 2.0, "quantity": 0.5, "most": 6, "resting": 3}


class Lots:
    """A long grid that keeps a list of its lots, each with the line it was bought on."""

    def __init__(self, price_of: Callable[[int], float], most: int, resting: int) -> None:
        self.price_of, self.most, self.resting = price_of, most, resting
        self.anchor = 0
        self.held: list[int] = []
        self.buys: list[int] = []
        self.sells: list[int] = []

    def fills(self, row: Any) -> list[float]:
        bought = [line for line in self.buys if row.low <= self.price_of(line)]
        sold = [line for line in self.sells if row.high >= self.price_of(line)]
        self.held = [line for line in self.held if line + 1 not in sold] + bought
        if bought and sold:  # in which order nobody knows: the lots count as those nearest the top
            self.held = [self.anchor - lot for lot in range(len(self.held), 0, -1)]
        return [0.5] * len(bought) + [-0.5] * len(sold)

    def rest(self, lowest: int) -> None:
        below = min(self.held, default=self.anchor) - 1
        room = min(self.resting, self.most - len(self.held))
        self.buys = [line for line in range(below, below - room, -1) if line >= lowest]
        self.sells = sorted(line + 1 for line in self.held)[: self.resting]


def _fixed(bars: pd.DataFrame) -> list[tuple[int, float]]:
    lines = [5000.0 + 200.0 * line for line in range(76)]
    lots, fills = Lots(lines.__getitem__, 12, 3), []
    for at, row in enumerate(bars.itertuples(), start=1):
        fills += [(at, size) for size in lots.fills(row)]
        if not lots.held:
            lots.anchor = min((n for n, price in enumerate(lines) if price > row.close), default=75)
        lots.rest(lowest=0)
    return fills


def _atr(bars: pd.DataFrame) -> list[tuple[int, float]]:
    true_ranges: Any = talib.TRANGE(bars["high"], bars["low"], bars["close"])
    ranges = 2.0 * true_ranges.rolling(24).mean()
    centre = step = 0.0
    lots, fills = Lots(lambda line: centre + line * step, 6, 3), []
    for at, (row, reach) in enumerate(zip(bars.itertuples(), ranges, strict=True), start=1):
        fills += [(at, size) for size in lots.fills(row)]
        if at <= 24:
            continue
        if not lots.held and (not step or abs(row.close - centre) >= min(step, reach)):
            centre, step = row.close, reach
        lots.rest(lowest=-6)
    return fills


@pytest.mark.parametrize(
    ("cls", "params", "simulate"), [(FixedGrid, FIXED, _fixed), (AtrGrid, ATR, _atr)]
)
def test_fills_as_lots_bought_and_sold_one_by_one(
    cls: Any,
    params: dict[str, Any],
    simulate: Callable[[pd.DataFrame], list[tuple[int, float]]],
    hours: pd.DataFrame,
    stand: Callable[..., Stood],
) -> None:
    bars = hours.iloc[:1500]
    expected = simulate(bars)

    stood = stand(cls, bars, **params)

    assert sorted(stood.fills) == sorted(expected)
    assert len(expected) > 150


def test_short_is_the_mirror_image(hours: pd.DataFrame, stand: Callable[..., Stood]) -> None:
    bars = hours.iloc[:600]
    mirrored = 30000.0 - bars.rename(columns={"high": "low", "low": "high"})

    long = stand(FixedGrid, bars, **FIXED)
    mirror = {**FIXED, "lower": 10000.0, "upper": 25000.0}
    short = stand(FixedGrid, mirrored, **mirror, direction="short")

    assert sorted(short.fills) == sorted((at, -size) for at, size in long.fills)
    assert len(long.fills) > 40


@pytest.mark.parametrize(("cls", "params"), [(FixedGrid, FIXED), (AtrGrid, ATR)])
def test_both_is_long_below_the_start_and_short_above(
    cls: Any, params: dict[str, Any], hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    held = []

    class Noted(cls):
        def next(self) -> None:
            held.append((self.data.close[0], self.position.size))
            super().next()

    stand(Noted, hours.iloc[:900], **params, direction="both")

    start = held[0][0]
    assert all(size <= 0 for close, size in held if close > start * 1.05)
    assert {size > 0 for _, size in held} == {True, False}
    assert min(size for _, size in held) < 0
    assert max(abs(size) for _, size in held) <= params["most"] * params["quantity"]


class _Snapshots:
    """What a process that dies after a bar leaves behind."""

    def __init__(self) -> None:
        self.held: dict[int, tuple[float, float]] = {}
        self.resting: dict[int, list[tuple[bool, float, float]]] = {}
        self.memory: dict[int, Any] = {}

    def of(self, cls: Any) -> Any:
        snapshots = self

        class Watched(cls):
            def next(self) -> None:
                super().next()
                at = len(self)
                snapshots.held[at] = (self.position.size, self.position.price)
                snapshots.resting[at] = [
                    (one.isbuy(), one.created.price, one.executed.remsize)
                    for one in self._resting._orders.values()
                    if one.ref not in self._resting._leaving
                ]
                snapshots.memory[at] = self.remember()

        return Watched


def _restarted(cls: Any, snapshots: _Snapshots, at: int, warm: int, keep: str) -> Any:
    """Return the strategy as a new process has it: idle for `warm` bars, then what was left."""

    class Restarted(cls):
        def __init__(self) -> None:
            super().__init__()
            if keep == "memory":
                self.on_recover(snapshots.memory[at])

        def next(self) -> None:
            if len(self) > warm:
                super().next()
            elif len(self) == warm:
                self.position.update(*snapshots.held[at])
                _place(self, snapshots.resting[at] if keep == "orders" else [])

    return Restarted


def _place(strategy: Any, orders: list[tuple[bool, float, float]]) -> None:
    for buys, price, size in orders:
        act = strategy.buy if buys else strategy.sell
        act(size=abs(size), price=price, exectype=bt.Order.Limit)


@pytest.mark.parametrize("keep", ["orders", "memory"])
@pytest.mark.parametrize("grid", [(FixedGrid, FIXED, 1), (AtrGrid, ATR, 50)], ids=["fixed", "atr"])
def test_a_restart_goes_on_where_it_was(
    grid: tuple[Any, dict[str, Any], int],
    keep: str,
    hours: pd.DataFrame,
    stand: Callable[..., Stood],
) -> None:
    """Killed after any bar: with the orders kept, fills of the next bar are seen by nobody."""
    cls, params, warm = grid
    bars, snapshots = hours.iloc[:1000], _Snapshots()
    whole = stand(snapshots.of(cls), bars, **params)
    stops = range(401, 980, 37)

    for at in stops:
        again = _restarted(cls, snapshots, at, warm, keep)
        later = stand(again, bars.iloc[at - warm :], **params)

        delay = 0 if keep == "orders" else 1
        expected = [(bar, size) for bar, size in whole.fills if bar > at + delay]
        made = [(bar + at - warm, size) for bar, size in later.fills]
        if keep == "memory" and _missed(whole, at):
            continue
        assert sorted(made) == sorted(expected), at
    assert sum(not _missed(whole, at) for at in stops) > 8


def _missed(whole: Stood, at: int) -> bool:
    """Tell whether orders would have been filled in the one bar in which none rested."""
    return any(bar == at + 1 for bar, _ in whole.fills)


def test_without_orders_or_memory_the_average_price_tells(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    """Three lots bought on the way down from 8000, as a restart finds them."""

    class Found(FixedGrid):
        def start(self) -> None:
            self.broker.getposition(self.data).update(1.5, 7600.0)

    zeros = []

    class Noted(Found):
        def next(self) -> None:
            super().next()
            zeros.append(self._zero)

    bars = hours.iloc[:3].copy()
    bars.loc[:, ["open", "high", "low", "close"]] = 7300.0

    stood = stand(Noted, bars, **FIXED)

    resting = {
        (order.isbuy(), order.created.price) for order in stood.strategy._resting._orders.values()
    }
    assert zeros[0] == 15  # the line at 8000, so that 7800, 7600 and 7400 were bought
    assert resting == {
        *((True, price) for price in (7200.0, 7000.0, 6800.0)),
        *((False, price) for price in (7600.0, 7800.0, 8000.0)),
    }


def test_memory_of_another_grid_is_not_taken(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Fixed(FixedGrid):
        def __init__(self) -> None:
            super().__init__()
            self.on_recover({"zero": 76})
            self.on_recover({})
            assert self._zero is None

    class Atr(AtrGrid):
        def __init__(self) -> None:
            super().__init__()
            self.on_recover({"centre": 1.0, "step": 0.0})
            self.on_recover({"centre": "1", "step": 1.0})
            assert self._grid is None
            assert self.remember() == {}

    for cls, params in ((Fixed, FIXED), (Atr, ATR)):
        stand(cls, hours.iloc[:60], **params)


def test_a_refusal_is_not_asked_for_again_on_every_bar(hours: pd.DataFrame) -> None:
    refused = []

    class Poor(FixedGrid):
        def notify_order(self, order: Any) -> None:
            super().notify_order(order)
            if order.status == order.Margin:
                refused.append(len(self))

    bars = hours.iloc[:200].copy()
    bars.loc[:, ["open", "high", "low", "close"]] = 7300.0
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(bt.feeds.PandasData(dataname=bars))
    cerebro.broker.setcash(10.0)
    cerebro.addstrategy(Poor, **FIXED)
    cerebro.run()

    assert sorted(set(refused)) == [2, 4, 7, 12, 21, 38, 71, 136]
