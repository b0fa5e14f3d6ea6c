"""What nobody listens to is not told, and what is told stays Backtrader's."""

from __future__ import annotations

from typing import Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.engine.cerebro import LeanCerebro


class Silent(bt.Strategy):
    """Trades under several trade ids and asks to hear of nothing but trades."""

    def __init__(self) -> None:
        self.average = bt.ind.SMA(period=3)
        self.heard: list[Any] = []
        self.kinds: set[str] = set()
        self.values: list[float] = []

    def next(self) -> None:
        self.kinds.add(type(self.average).__name__)
        self.values.append(self.average[0] - self.average[-1])
        turn, rest = divmod(len(self), 5)
        if not rest:
            place = self.buy if turn % 2 else self.sell
            place(size=2 + turn % 3, tradeid=turn // 20 % 2)

    def notify_trade(self, trade: bt.Trade) -> None:
        told = {name: value for name, value in vars(trade).items() if name not in {"ref", "data"}}
        told["history"] = [(entry.status.size, entry.event.price) for entry in trade.history]
        self.heard.append(told)


class Listening(Silent):
    """The same, and hears of every step of every order."""

    def notify_order(self, order: bt.Order) -> None:
        bits = [(bit.size, bit.price) for bit in order.executed.iterpending()]
        self.heard.append((order.getstatusname(), order.executed.size, order.executed.dt, bits))


class Counting(bt.Analyzer):
    """Counts what it hears of orders."""

    def start(self) -> None:
        self.count = 0

    def notify_order(self, order: bt.Order) -> None:
        self.count += 1


def play(kind: type, feed: Any, *, lean: bool, **words: Any) -> Any:
    cerebro = (LeanCerebro if lean else bt.Cerebro)(stdstats=False, **words)
    cerebro.adddata(feed)
    cerebro.addstrategy(kind)
    if lean:
        cerebro.broker = BaseBroker()
    cerebro.broker.setcommission(0.001)
    cerebro.broker.setcash(1_000_000)
    return cerebro.run()[0]


@pytest.mark.parametrize("kind", [Silent, Listening])
@pytest.mark.parametrize("history", [False, True])
def test_trades_and_orders_are_backtraders_to_the_last_attribute(
    rows: Any, feed: Any, kind: type, history: bool
) -> None:
    bars = rows(400)

    ours, theirs = (
        play(kind, feed(bars), lean=lean, tradehistory=history) for lean in (True, False)
    )

    assert ours.heard == theirs.heard
    assert len(ours.heard) > 30
    assert ours.values[1:] == theirs.values[1:]  # the first looks back past its average


def test_only_executions_are_copied_when_no_one_asks(rows: Any, feed: Any) -> None:
    silent, listening = (play(kind, feed(rows(100)), lean=True) for kind in (Silent, Listening))

    assert (silent.broker.tells_steps, listening.broker.tells_steps) == (False, True)


def test_an_analyzer_that_listens_hears_every_step(rows: Any, feed: Any) -> None:
    cerebro = LeanCerebro(stdstats=False)
    cerebro.adddata(feed(rows(100)))
    cerebro.broker = BaseBroker()
    cerebro.addstrategy(Silent)
    cerebro.addanalyzer(Counting, _name="counting")

    strategy = cerebro.run()[0]

    assert strategy.analyzers.counting.count == 3 * (100 // 5 - 1)


def test_an_indicator_keeps_its_class_name_and_gets_its_class_back(rows: Any, feed: Any) -> None:
    strategy = play(Silent, feed(rows(50)), lean=True)

    assert strategy.kinds == {bt.ind.SMA.__name__}
    assert type(strategy.average) is bt.ind.SMA


class Doubled(bt.ind.SMA):
    """Reads twice of what its line holds."""

    def __getitem__(self, ago: int) -> float:
        value: float = super().__getitem__(ago)
        return 2 * value


def test_an_indicator_with_its_own_way_of_reading_keeps_it(rows: Any, feed: Any) -> None:
    class Reader(bt.Strategy):
        def __init__(self) -> None:
            self.double = Doubled(period=3)
            self.pairs: list[tuple[float, float]] = []

        def next(self) -> None:
            self.pairs.append((self.double[0], self.double.lines[0][0]))

    strategy = play(Reader, feed(rows(50)), lean=True)

    assert strategy.pairs
    assert all(read == 2 * held for read, held in strategy.pairs)
