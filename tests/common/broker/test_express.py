"""Orders that take the short way, beside Backtrader's broker, which knows only one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro

if TYPE_CHECKING:
    from collections.abc import Callable

START = 738_000.0


class Bars(bt.feed.DataBase):
    """Flat bars: each has one price."""

    params = (("prices", ()),)

    def start(self) -> None:
        super().start()
        self._left = list(enumerate(self.p.prices))

    def _load(self) -> bool:
        if not self._left:
            return False
        index, price = self._left.pop(0)
        self.lines.datetime[0] = START + index
        for line in (self.lines.open, self.lines.high, self.lines.low, self.lines.close):
            line[0] = price
        return True


class Script(bt.Strategy):
    """Does on each bar what a script says, and writes its account down."""

    params = (("script", None),)

    def __init__(self) -> None:
        self.seen: list[Any] = []
        self.orders: list[Any] = []

    def next(self) -> None:
        self.seen.append((self.position.size, self.position.price, self.broker.getcash()))
        self.p.script(self)

    def notify_trade(self, trade: Any) -> None:
        self.seen.append((trade.status, trade.size, trade.pnlcomm))


def both(
    script: Callable[[Any], None], *prices: float, cash: float = 1_000.0, **knobs: bool
) -> tuple[Any, Any]:
    """Return the strategy of Backtrader's run and of ours."""
    done = []
    for cerebro, broker in (
        (bt.Cerebro(stdstats=False), bt.brokers.BackBroker()),
        (LeanCerebro(stdstats=False), BaseBroker(SimulatedVenue())),
    ):
        for knob, value in knobs.items():
            getattr(broker, f"set_{knob}")(value)
        cerebro.adddata(Bars(prices=prices))
        cerebro.addstrategy(Script, script=script)
        broker.setcash(cash)
        broker.setcommission(0.01)
        cerebro.broker = broker
        done += cerebro.run()
    return done[0], done[1]


def at(length: int, action: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Return a script of one action on one bar."""

    def script(strategy: Any) -> None:
        if len(strategy) == length:
            strategy.orders.append(action(strategy))

    return script


def of(*scripts: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a script of scripts."""

    def script(strategy: Any) -> None:
        for part in scripts:
            part(strategy)

    return script


def statuses(strategy: Any) -> list[str]:
    return [order.getstatusname() for order in strategy.orders]


BUY = at(1, lambda s: s.buy(size=1))
CASES: dict[str, tuple[Any, tuple[float, ...], dict[str, Any], list[str]]] = {
    "executed": (BUY, (100, 110, 120), {}, ["Completed"]),
    "and closed": (of(BUY, at(3, lambda s: s.close())), (9, 8, 7, 6, 5), {}, ["Completed"] * 2),
    "refused on submission": (BUY, (100, 50), {"cash": 99.0}, ["Margin"]),
    "unchecked": (BUY, (100, 50, 50), {"cash": 99.0, "checksubmit": False}, ["Completed"]),
    "refused at the open": (BUY, (100, 110, 90), {"cash": 105.0}, ["Margin"]),
    "closed, and not turned round": (
        of(at(1, lambda s: s.sell(size=1)), at(2, lambda s: s.buy(size=3))),
        (100, 100, 150, 100),
        {"cash": 220.0},
        ["Completed", "Margin"],
    ),
    "two at once": (of(BUY, at(1, lambda s: s.buy(size=2))), (5, 6, 7), {}, ["Completed"] * 2),
    "beside a resting one": (
        of(at(1, lambda s: s.buy(size=1, exectype=bt.Order.Limit, price=50)), BUY),
        (100, 90, 40, 50),
        {},
        ["Completed"] * 2,
    ),
    "cancelled too early": (
        of(BUY, at(1, lambda s: s.cancel(s.orders[0]))),
        (100, 90, 80),
        {},
        ["Completed"],
    ),
    "on the last bar": (at(2, lambda s: s.buy(size=1)), (100, 90), {}, ["Submitted"]),
    "cheating on close": (BUY, (100, 110, 120), {"coc": True}, ["Completed"]),
    "a group whose leader is gone": (
        of(BUY, at(2, lambda s: s.sell(size=1, exectype=bt.Order.Limit, price=7, oco=s.orders[0]))),
        (5, 6, 8, 9),
        {},
        ["Completed"] * 2,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_becomes_of_it_what_backtrader_makes_of_it(name: str) -> None:
    script, prices, words, expected = CASES[name]

    stock, ours = both(script, *prices, **words)

    assert ours.seen == stock.seen
    assert [order.getstatusname() for order in ours.orders if order] == expected
    assert [order.executed.dt for order in ours.orders if order] == [
        order.executed.dt for order in stock.orders if order
    ]


def test_money_added_meanwhile_arrives() -> None:
    stock, ours = both(of(BUY, at(1, lambda s: s.broker.add_cash(500.0))), 100, 90, 80)

    assert ours.seen == stock.seen


def test_an_order_under_way_is_found_by_whoever_asks() -> None:
    found: list[Any] = []

    def ask(strategy: Any) -> None:
        broker = strategy.broker
        if isinstance(broker, BaseBroker) and strategy.orders:
            order = strategy.orders[0]
            intents = [(i.symbol, float(i.quantity)) for i in broker.open_intents()]
            found.append((intents, broker.orderstatus(order), len(broker.get_orders_open())))
            if intents:
                assert broker.order(order.client_order_id) is order

    stock, ours = both(of(BUY, ask), 100, 90, 80)

    assert found == [
        ([("data0", 1.0)], bt.Order.Submitted, 0),
        ([], bt.Order.Completed, 0),
        ([], bt.Order.Completed, 0),
    ]
    assert ours.seen == stock.seen


def test_a_child_placed_after_its_parent_was_filled_wakes_at_once() -> None:
    protect = at(2, lambda s: s.sell(size=1, exectype=bt.Order.Stop, price=95, parent=s.orders[0]))

    _, ours = both(of(BUY, protect), 100, 100, 100, 90, 90)

    assert statuses(ours) == ["Completed", "Completed"]
    assert ours.position.size == 0


def test_what_a_strategy_asks_about_takes_the_long_way() -> None:
    class Asking(Script):
        def notify_order(self, order: Any) -> None:
            self.seen.append(order.getstatusname())

    cerebro = LeanCerebro(stdstats=False)
    cerebro.adddata(Bars(prices=(100, 110, 120)))
    cerebro.addstrategy(Asking, script=BUY)
    cerebro.broker = BaseBroker(SimulatedVenue())
    (done,) = cerebro.run()

    told = [entry for entry in done.seen if isinstance(entry, str)]
    assert told == ["Submitted", "Accepted", "Completed"]
