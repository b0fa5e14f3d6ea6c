"""Backtrader's Cerebro and broker against ours: every type of order, several feeds, analyzers.

A gambler decides by dice, but on what its broker tells it: a difference anywhere spreads. Half of
the gamblers do not ask what becomes of their orders, as most strategies do not; their orders may
then take the short way. `test_every_gambler_plays_enough` keeps the count of orders honest.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.simulated import SimulatedVenue
from realtrade.engine.cerebro import LeanCerebro

O = bt.Order  # noqa: E741 (short, as it is in every line)
KINDS = (O.Market, O.Close, O.Limit, O.Stop, O.StopLimit, O.StopTrail, O.StopTrailLimit)
ANALYZERS = ("TradeAnalyzer", "DrawDown", "SharpeRatio", "TimeReturn", "SQN", "Returns")
SEEDS = range(12)
LEAST_ORDERS = 1_700
"""Of each gambler: 12 of them place more than 20,000."""


class Gambler(bt.Strategy):
    """Plays; writes down its account on every bar, every trade, and, if it asks, every order."""

    params = (("seed", 0), ("calm", 0.0))

    def __init__(self) -> None:
        self.dice = random.Random(self.p.seed)  # noqa: S311 (a reproducible test)
        self.averages = [bt.ind.SMA(data, period=3 + n) for n, data in enumerate(self.datas)]
        self.seen: list[Any] = []
        self.placed = 0
        self.mine: list[Any] = []

    def next(self) -> None:
        broker, dice = self.broker, self.dice
        held = [broker.getposition(data).size for data in self.datas]
        self.seen.append(
            (len(self), broker.getcash(), broker.getvalue(), self.position.price, held)
        )
        for data in self.datas:
            if dice.random() < 0.6:
                self.play(data)
        if self.mine and dice.random() < 0.1:
            self.cancel(dice.choice(self.mine[-5:]))

    def play(self, data: Any) -> None:
        """Place something."""
        dice = self.dice
        plain = dice.random() < self.p.calm
        if plain and self.getposition(data).size and dice.random() < 0.5:
            self.note(self.close(data))
        elif plain or dice.random() < 0.5:
            self.note(self.side()(data, size=dice.choice([1, 2, 5, 40])))
        elif dice.random() < 0.1:
            self.bracket(data)
        else:
            self.note(self.odd(data, dice.choice(KINDS)))

    def side(self) -> Any:
        """Buy or sell."""
        return self.buy if self.dice.random() < 0.5 else self.sell

    def note(self, *orders: Any) -> None:
        """Count."""
        self.placed += len([order for order in orders if order is not None])

    def bracket(self, data: Any) -> None:
        """Place three orders at once."""
        price = data.close[0] * (1 + self.dice.uniform(-0.004, 0.004))
        above, below = price * 1.004, price * 0.996
        if self.dice.random() < 0.5:
            made = self.buy_bracket(data, size=2, price=price, stopprice=below, limitprice=above)
        else:
            made = self.sell_bracket(data, size=2, price=price, stopprice=above, limitprice=below)
        self.note(*made)

    def odd(self, data: Any, kind: int) -> Any:
        """Place an order of some kind, perhaps with an end, perhaps in a group."""
        dice = self.dice
        price = data.close[0] * (1 + dice.uniform(-0.006, 0.006))
        words: dict[str, Any] = {"exectype": kind, "price": price}
        if kind in {O.Market, O.Close}:
            del words["price"]
        if kind in {O.StopLimit, O.StopTrailLimit}:
            words["plimit"] = price * (1 + dice.uniform(-0.003, 0.003))
        if kind in {O.StopTrail, O.StopTrailLimit}:
            words["trailamount"] = dice.choice([0.2, 0.5, 1.0])
        if dice.random() < 0.5:
            words["valid"] = data.datetime.datetime() + dt.timedelta(minutes=dice.randint(1, 9))
        if self.mine and self.mine[-1].alive() and dice.random() < 0.3:
            words["oco"] = self.mine[-1]
        self.mine.append(self.side()(data, size=dice.randint(1, 5), **words))
        return self.mine[-1]

    def notify_trade(self, trade: Any) -> None:
        figures = (trade.size, trade.price, trade.value, trade.pnl, trade.pnlcomm, trade.commission)
        self.seen.append((trade.status, trade.barlen, trade.baropen, trade.dtclose, *figures))


class Asking(Gambler):
    """Hears what becomes of its orders."""

    def notify_order(self, order: Any) -> None:
        done = order.executed
        figures = (done.size, done.price, done.value, done.comm, done.pnl, done.dt, done.remsize)
        self.seen.append((order.status, order.size, order.created.price, *figures))


def settings(seed: int) -> dict[str, Any]:
    """Return what differs between the gamblers."""
    return {
        "kind": Asking if seed % 2 else Gambler,
        "calm": (0.0, 0.0, 0.8, 0.5, 1.0, 1.0)[seed % 6],
        "shapes": (
            [(1, 1.0)],
            [(1, 0.9), (1, 0.8)],
            [(1, 1.0), (5, 1.0)],
            [(1, 0.95), (5, 1.0), (1, 0.7)],
        )[seed % 4],
        "cash": (3_000.0, 1e6, 20_000.0)[seed % 3],
        "leverage": (1.0, 1.0, 2.0)[seed % 3],
    }


def play(cerebro: Any, broker: Any, seed: int, feed: Any, rows: Any) -> Any:
    given = settings(seed)
    bars = 3_000 // len(given["shapes"])
    for number, (minutes, keep) in enumerate(given["shapes"]):
        made = rows(bars // minutes, seed=10 * seed + number, minutes=minutes, keep=keep)
        cerebro.adddata(feed(made, minutes=minutes), name=f"feed{number}")
    cerebro.addstrategy(given["kind"], seed=seed, calm=given["calm"])
    for name in ANALYZERS:
        cerebro.addanalyzer(getattr(bt.analyzers, name), _name=name)
    broker.setcash(given["cash"])
    broker.setcommission(0.001, leverage=given["leverage"])
    cerebro.broker = broker
    (done,) = cerebro.run()
    return done


@pytest.mark.parametrize(
    "seed",
    [*SEEDS[:3], *(pytest.param(seed, marks=pytest.mark.untraced) for seed in SEEDS[3:])],
)
def test_the_same_accounts_trades_and_analyses(feed: Any, rows: Any, seed: int) -> None:
    lean = LeanCerebro(stdstats=False)
    expected = play(bt.Cerebro(stdstats=False), bt.brokers.BackBroker(), seed, feed, rows)

    seen = play(lean, BaseBroker(SimulatedVenue()), seed, feed, rows)

    assert lean.path == "fast", lean.path_reason
    assert seen.placed == expected.placed > LEAST_ORDERS
    for want, have in zip(expected.seen, seen.seen, strict=True):
        assert have == want
    for name in ANALYZERS:
        want, have = (getattr(one.analyzers, name).get_analysis() for one in (expected, seen))
        assert repr(have) == repr(want), name


def test_every_gambler_plays_enough() -> None:
    assert len(SEEDS) * LEAST_ORDERS > 20_000
