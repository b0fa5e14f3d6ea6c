"""`strategy.position` in the fast loop."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.engine.cerebro import LeanCerebro
from realtrade.engine.lean.position import KnownPosition


class Trading(bt.Strategy):
    """Turns its position over every few bars."""

    def __init__(self) -> None:
        self.seen: list[Any] = []

    def next(self) -> None:
        held = self.position
        assert held is self.broker.getposition(self.data)
        self.seen.append((bool(held), held.size, len(self), type(self).__name__))
        if len(self) % 3 == 0:
            self.close() if held else self.buy(size=2)


class Own(Trading):
    """Looks at a position of its own making."""

    def getposition(self, data: Any = None, broker: Any = None) -> Any:
        return super().getposition(data, broker)


@pytest.mark.parametrize("kind", [Trading, Own])
@pytest.mark.parametrize("broker", [BaseBroker, bt.brokers.BackBroker])
def test_is_the_brokers_position_on_every_bar(feed: Any, rows: Any, kind: Any, broker: Any) -> None:
    cerebro = LeanCerebro(stdstats=False)
    cerebro.adddata(feed(rows(40)))
    cerebro.addstrategy(kind)
    cerebro.broker = broker()

    (done,) = cerebro.run()

    assert {size for _, size, _, _ in done.seen} == {0, 2}
    assert all(holds == (size != 0) for holds, size, _, _ in done.seen)
    assert {name for *_, name in done.seen} == {kind.__name__}
    assert type(done) is kind


def test_known_only_where_nobody_looks_for_it_otherwise(feed: Any, rows: Any) -> None:
    known: dict[Any, bool] = {}

    class Telling(Trading):
        def next(self) -> None:
            known[type(self.broker)] = isinstance(self, KnownPosition)

    class Odd(BaseBroker):
        def getposition(self, data: Any) -> Any:
            return super().getposition(data)

    for broker in (BaseBroker, Odd, bt.brokers.BackBroker):
        cerebro = LeanCerebro(stdstats=False)
        cerebro.adddata(feed(rows(5)))
        cerebro.addstrategy(Telling)
        cerebro.broker = broker()
        cerebro.run()

    assert known == {BaseBroker: True, Odd: False, bt.brokers.BackBroker: False}
