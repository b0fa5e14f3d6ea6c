"""Live, history is shown first: nothing may rest, go or move because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.strategies import AtrGrid, DcaDrop, FixedGrid, StanceStrategy

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
    cerebro.adddata(Feed(dataname=bars))
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


def test_purchases_made_before_a_restart_are_counted_on(hours: pd.DataFrame) -> None:
    class Restarted(DcaDrop):
        def __init__(self) -> None:
            super().__init__()
            self.on_recover(memory)

    bars = hours.iloc[:40].copy()
    bars.loc[:, ["open", "high", "low", "close"]] = 5600.0
    bars.loc[bars.index[20:], ["open", "high", "low", "close"]] = 5000.0
    params = {"period": 3, "drop": 0.05, "most": 3, "take_profit": 0.5}
    counts = {}
    memory: dict[str, Any]
    for memory in ({"lots": [[2, 5500.0]]}, {"lots": [[3, 5500.0]]}, {"lots": []}, {}):
        strategy = _run(Restarted, bars, (2.0, 5700.0), **params)
        counts[str(memory)] = (len(strategy.placed), strategy.remember()["lots"])

    assert counts == {
        "{'lots': [[2, 5500.0]]}": (1, [[3, 5000.0]]),
        "{'lots': [[3, 5500.0]]}": (0, [[3, 5500.0]]),
        "{'lots': []}": (0, [[0, 0.0]]),
        "{}": (0, [[0, 0.0]]),
    }
