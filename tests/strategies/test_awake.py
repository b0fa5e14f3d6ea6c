"""Live, history is shown first: nothing may rest, go or move because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.strategies import AtrGrid, DcaDrop, DcaSchedule, FixedGrid, StanceStrategy
from realtrade.strategies.rules.compiling import compile_rules
from realtrade.strategies.rules.strategy import RulesStrategy

if TYPE_CHECKING:
    import pandas as pd

LIVE_FROM = 60


class Feed(bt.feeds.PandasData):
    """Bars of which the first are history."""

    def islive(self) -> bool:
        return True

    def _load(self) -> bool:
        if len(self) == LIVE_FROM:
            self.put_notification(self.LIVE)
        loaded: bool = super()._load()
        return loaded


def _run(cls: Any, bars: pd.DataFrame, held: tuple[float, float] | None, **params: Any) -> Any:
    class Watched(cls):
        def start(self) -> None:
            self.placed: list[int] = []
            if held is not None:
                self.broker.getposition(self.data).update(*held, dt=bars.index[0].to_pydatetime())

        def notify_order(self, order: Any) -> None:
            super().notify_order(order)
            if order.status == order.Submitted:
                self.placed.append(len(self) + 1)

    cerebro = bt.Cerebro(stdstats=False, live=True)
    cerebro.adddata(Feed(dataname=bars, timeframe=bt.TimeFrame.Minutes, compression=60))
    cerebro.broker.setcash(1e9)
    cerebro.addstrategy(Watched, **params)
    (strategy,) = cerebro.run()
    return strategy


@pytest.mark.parametrize(
    ("cls", "params"),
    [
        (FixedGrid, {"lower": 5000.0, "upper": 20000.0, "lines": 76}),
        (AtrGrid, {"period": 10}),
    ],
)
def test_a_grid_waits_for_the_first_bar_of_now(
    cls: Any, params: dict[str, Any], hours: pd.DataFrame
) -> None:
    strategy = _run(cls, hours.iloc[:120], None, **params)

    assert min(strategy.placed) - 1 in {LIVE_FROM + 1, LIVE_FROM + 2}
    assert len(strategy.placed) > 5


class Scripted(StanceStrategy):
    """Long from bar 10 until `until`."""

    params = (("until", 30),)

    def stance(self, index: int, now: int) -> int:
        return int(10 <= len(self) < self.p.until)


@pytest.mark.parametrize(
    ("held", "until", "size", "first"),
    [
        ((3.0, 5000.0), 30, 0.0, LIVE_FROM),
        ((3.0, 5000.0), 90, 0.0, 90),
        ((3.0, 5000.0), 900, 3.0, None),
        ((-3.0, 5000.0), 900, 1.0, LIVE_FROM),
        (None, 900, 0.0, None),
    ],
    ids=["over in history", "over later", "goes on", "turned in history", "missed"],
)
def test_what_history_says_to_leave_is_left_with_the_first_bar_of_now(
    held: tuple[float, float] | None,
    until: int,
    size: float,
    first: int | None,
    hours: pd.DataFrame,
) -> None:
    """Until then the broker, which has a rule for that, refuses everything."""

    class Refused(Scripted):
        def buy(self, **wish: Any) -> Any:
            return super().buy(**wish) if self._awake else None

        def close(self, **wish: Any) -> Any:
            return super().close(**wish) if self._awake else None

    strategy = _run(Refused, hours.iloc[:120], held, until=until)

    assert strategy.position.size == size
    placed = min(strategy.placed, default=None)
    expected = set() if first is None else {first + 2, first + 3}
    assert placed in expected or placed is first is None


class Resting(Scripted):
    """Has an order at rest from long before the start, far away from the price."""

    def next(self) -> None:
        if len(self) == 5:
            far = self.data.close[0] / 9
            self.found = StanceStrategy.buy(self, exectype=bt.Order.Limit, price=far, size=1)
        super().next()

    def buy(self, **wish: Any) -> Any:
        return super().buy(**wish) if self._awake else None


@pytest.mark.parametrize(("until", "gone"), [(90, True), (900, False)])
def test_an_entry_found_at_rest_goes_with_its_stance(
    until: int, gone: bool, hours: pd.DataFrame
) -> None:
    """Or it would be executed when the strategy has long been out, and nobody would leave it."""
    strategy = _run(Resting, hours.iloc[:120], None, until=until)

    assert (strategy.found.status == bt.Order.Canceled) is gone
    assert strategy.position.size == 0


def test_what_rests_to_protect_is_left_alone(hours: pd.DataFrame) -> None:
    class Protected(Resting):
        def next(self) -> None:
            super().next()
            if len(self) == 6:
                self.found.addinfo(reduce_only=True)

    strategy = _run(Protected, hours.iloc[:120], None, until=90)

    assert strategy.found.status == bt.Order.Accepted


@pytest.mark.parametrize(
    ("held", "events", "size", "first"),
    [
        (2.0, {30: "exit"}, 0.0, LIVE_FROM),
        (2.0, {30: "exit", 40: "entry"}, 2.0, None),
        (0.0, {30: "exit", 40: "entry"}, 0.0, None),
        (-2.0, {30: "exit", 40: "short_exit"}, 0.0, LIVE_FROM),
        (2.0, {30: "exit", LIVE_FROM: "entry"}, 2.0, None),
        (2.0, {LIVE_FROM + 9: "exit"}, 0.0, LIVE_FROM + 9),
        (0.0, {LIVE_FROM + 9: "entry"}, 1.0, LIVE_FROM + 9),
    ],
)
def test_rules_leave_what_history_says_to_leave(
    held: float, events: dict[int, str], size: float, first: int | None, hours: pd.DataFrame
) -> None:
    class Evented(RulesStrategy):
        def _act(self, holds: dict[str, bool]) -> None:
            event = events.get(len(self))
            super()._act({} if event is None else {event: True})

    plan = compile_rules({}, {"entry": "close > 0"}).plan
    position = (held, 5000.0) if held else None

    strategy = _run(Evented, hours.iloc[:120], position, plan=plan)

    assert strategy.position.size == size
    assert min(strategy.placed, default=None) == (None if first is None else first + 2)


def _taken_up(cls: Any, memory: dict[str, Any]) -> Any:
    """Return a class that is given its memory back, as a restart does it."""

    class Restarted(cls):
        def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
            if status == data.LIVE:
                self.on_recover(memory)
            super().notify_data(data, status, *words, **named)

    return Restarted


@pytest.mark.parametrize(
    ("memory", "placed", "lots"),
    [
        ({"lots": [[2, 5500.0, 2.0, 11400.0]]}, 1, [3, 5000.0]),
        ({"lots": [[2, 5500.0]]}, 1, [3, 5000.0]),
        ({"lots": [[3, 5500.0, 2.0, 11400.0]]}, 0, [3, 5500.0]),
        # One was bought, at 5,400, between then and now: less than a drop above what it is now.
        ({"lots": [[1, 6000.0, 1.0, 6000.0]]}, 1, [3, 5000.0]),
        ({"lots": [[2, 6000.0, 1.0, 6000.0]]}, 0, [3, 5400.0]),
        ({"lots": []}, 0, [0, 0.0]),
        ({}, 0, [0, 0.0]),
    ],
)
def test_purchases_made_before_a_restart_are_counted_on(
    memory: dict[str, Any], placed: int, lots: list[float], hours: pd.DataFrame
) -> None:
    prices = ["open", "high", "low", "close"]
    bars = hours.iloc[: LIVE_FROM + 20].copy()
    bars.loc[:, prices] = 5600.0
    bars.loc[bars.index[LIVE_FROM + 5 :], prices] = 5000.0
    params = {"period": 3, "drop": 0.05, "most": 3, "take_profit": 0.5}

    strategy = _run(_taken_up(DcaDrop, memory), bars, (2.0, 5700.0), **params)

    assert len(strategy.placed) == placed
    assert strategy.remember()["lots"][0][:2] == lots


def test_history_buys_nothing(hours: pd.DataFrame) -> None:
    bars = hours.iloc[: LIVE_FROM + 30]
    scheduled = _run(DcaSchedule, bars, None, every=5)
    dropped = _run(DcaDrop, bars, None, period=2, drop=0.001, take_profit=9.0)

    for strategy in (scheduled, dropped):
        assert min(strategy.placed) > LIVE_FROM
        assert len(strategy.placed) > 3


@pytest.mark.parametrize(
    ("since", "held", "bought_at"),
    [
        ([0, None], None, LIVE_FROM),  # due while it was away
        ([0, None, 0.0, 0.0], None, LIVE_FROM),
        ([1, None], None, LIVE_FROM + 3),  # nothing was
        ([0, 1, 0.0, 0.0], (1.0, 5000.0), LIVE_FROM + 3),  # ordered, and executed meanwhile
        ([0, 1, 0.0, 0.0], None, LIVE_FROM),  # ordered, and it never left
        ([0, 1, 1.0, 5000.0], (1.0, 5000.0), LIVE_FROM),
    ],
)
def test_a_schedule_knows_what_it_has_bought(
    since: list[Any],
    held: tuple[float, float] | None,
    bought_at: int,
    hours: pd.DataFrame,
) -> None:
    """A stretch begins with the fourth live bar; `since` counts from the one before."""
    bars = hours.iloc[: LIVE_FROM + 30]
    begins = next(at for at, time in enumerate(bars.index) if at > LIVE_FROM + 1 and _new(time))
    bars = bars.iloc[begins - LIVE_FROM - 2 :]
    stretch = _hours(bars.index[LIVE_FROM + 1]) // 5
    served, asked, *size = since
    now = [stretch - 1 + served, None if asked is None else stretch - 1 + asked]
    memory = {"seconds": [5 * 3600], "plans": [[*now, *size]]}

    strategy = _run(_taken_up(DcaSchedule, memory), bars, held, every=5)

    assert min(strategy.placed) - 2 == bought_at
    assert strategy.remember()["seconds"] == [18_000]


def _hours(time: pd.Timestamp) -> int:
    """Return how many hours have passed since Backtrader's day 0."""
    return int(bt.date2num(time.to_pydatetime()) * 24 + 0.001)


def _new(time: pd.Timestamp) -> bool:
    return _hours(time) % 5 == 0


def test_with_other_stretches_nothing_is_made_up_for(hours: pd.DataFrame) -> None:
    bars = hours.iloc[: LIVE_FROM + 30]
    memory = {"seconds": [4 * 3600], "plans": [[0, None]]}

    strategies = [
        _run(cls, bars, None, every=5) for cls in (DcaSchedule, _taken_up(DcaSchedule, memory))
    ]

    assert strategies[0].placed == strategies[1].placed
