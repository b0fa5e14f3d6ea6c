from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.strategies import StanceStrategy
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from tests.strategies.conftest import Stood


class Scripted(StanceStrategy):
    """Takes the stances it is told, one a bar, then keeps the last."""

    params = (("script", ()),)

    def stance(self, index: int, now: int) -> int:
        script = self.p.script
        return int(script[min(len(self), len(script)) - 1])


@pytest.mark.parametrize(
    ("direction", "script", "fills"),
    [
        ("long", (1, 1, 0, 0, 1), [(2, 1), (4, -1), (6, 1)]),
        ("long", (1, -1, -1, 1), [(2, 1), (3, -1), (5, 1)]),
        ("short", (-1, 1, -1), [(2, -1), (3, 1), (4, -1)]),
        ("both", (1, -1, 0), [(2, 1), (3, -1), (3, -1), (4, 1)]),
        ("both", (0, 0, 0), []),
    ],
)
def test_only_a_change_of_stance_trades(
    direction: str,
    script: tuple[int, ...],
    fills: list[tuple[int, float]],
    hours: pd.DataFrame,
    stand: Callable[..., Stood],
) -> None:
    stood = stand(Scripted, hours.iloc[:10], script=script, direction=direction)

    assert stood.fills == fills


def test_a_position_a_stop_has_closed_is_not_entered_again(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Stopped(Scripted):
        def next(self) -> None:
            super().next()
            if len(self) == 3:
                self.close()

    stood = stand(Stopped, hours.iloc[:12], script=(1, 1, 1, 1, 1, 1, 0, 1))

    assert stood.fills == [(2, 1), (4, -1), (9, 1)]


def test_a_position_found_at_the_start_is_left_when_the_strategy_would_be_out(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Restarted(Scripted):
        def start(self) -> None:
            self.broker.getposition(self.data).update(3, 5000.0)

    stood = stand(Restarted, hours.iloc[:8], script=(1, 1, 0))

    assert stood.fills == [(4, -3)]


def test_a_sizer_that_wants_nothing_leaves_nothing_at_work(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    stood = stand(Scripted, hours.iloc[:8], stake=0, script=(1, 0, 1))

    assert stood.fills == []
    assert not stood.strategy._working
    assert stood.strategy._pending == {}


def test_the_latest_change_waits_for_the_order_at_work(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    """Live, an order may be under way for longer than a bar: here it is never said to be over."""

    class Slow(Scripted):
        def notify_order(self, order: Any) -> None:
            if len(self) > 5:
                super().notify_order(order)

        def next(self) -> None:
            super().next()
            asked.append((len(self._pending), len(placed)))

        def buy(self, **kwargs: Any) -> Any:
            placed.append(len(self))
            return super().buy(**kwargs)

    asked: list[tuple[int, int]] = []
    placed: list[int] = []
    stand(Slow, hours.iloc[:9], script=(1, 0, 1, 0, 1))

    assert asked == [(0, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1), (1, 1)]


def test_an_order_that_waits_for_a_price_makes_room_for_the_next(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Patient(Scripted):
        def buy(self, data: Any = None, **kwargs: Any) -> Any:
            return super().buy(data=data, exectype=bt.Order.Limit, price=1.0, **kwargs)

        def cancel(self, order: Any) -> None:
            cancelled.append((len(self), order.ref))
            super().cancel(order)

        def next(self) -> None:
            super().next()
            resting.append(len(self.broker.get_orders_open()))

    cancelled: list[tuple[int, int]] = []
    resting: list[int] = []
    stand(Patient, hours.iloc[:9], script=(1, 1, 0, 0, 1, 1, 0))

    assert [bar for bar, _ in cancelled] == [3, 7]
    assert len({ref for _, ref in cancelled}) == 2
    assert resting == [0, 1, 0, 0, 0, 1, 0, 0, 0]


def _order(ref: int, *, alive: bool = True) -> Any:
    return SimpleNamespace(ref=ref, alive=lambda: alive, exectype=bt.Order.Market)


def test_orders_at_work_are_known_by_feed() -> None:
    working = OrdersAtWork()

    working.add(_order(1), 0)
    working.add(_order(2), 2)
    working.add(_order(3, alive=False), 3)
    working.add(None, 4)

    assert [working.on(feed) for feed in range(5)] == [True, False, True, False, False]
    working.notice(_order(1))
    working.notice(_order(2, alive=False))
    assert (working.on(0), working.on(2), bool(working)) == (True, False, True)
    working.notice(_order(1, alive=False))
    assert not working


def test_a_strategy_says_its_stance(hours: pd.DataFrame, stand: Callable[..., Stood]) -> None:
    with pytest.raises(NotImplementedError):
        stand(StanceStrategy, hours.iloc[:2])


def test_a_position_that_could_not_be_left_is_not_doubled(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Refused(Scripted):
        def close(self, **kwargs: Any) -> None:
            """Do nothing, as a sizer or a rule might."""

    stood = stand(Refused, hours.iloc[:8], script=(1, 0, 1))

    assert stood.fills == [(2, 1)]


def test_a_reversal_is_sized_before_a_quick_exchange_has_closed(
    hours: pd.DataFrame, stand: Callable[..., Stood]
) -> None:
    class Quick(Scripted):
        def getsizing(self, data: Any = None, isbuy: bool = True) -> int:
            return 5 if self.getposition(data).size else 3

        def close(self, data: Any = None, **kwargs: Any) -> None:
            self.getposition(data).size = 0

        def sell(self, data: Any = None, size: Any = None, **kwargs: Any) -> None:
            sold.append(size or self.getsizing(data, isbuy=False))

    sold: list[int] = []

    stood = stand(Quick, hours.iloc[:6], script=(1, 1, -1), direction="both")

    assert stood.fills == [(2, 3)]
    assert sold == [5]
