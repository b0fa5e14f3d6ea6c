"""The proof: random orders of every type; Backtrader's own broker says what becomes of them.

One strategy runs twice on the same bars, once with `bt.brokers.BackBroker`, once with ours. It
decides at random, but on what its broker tells it, so a difference anywhere spreads. Everything a
strategy can see is compared: notifications of orders and trades in their order, executions, cash,
value and positions on every bar.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
from dataclasses import dataclass, field
from math import exp
from pathlib import Path
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.simulated import SimulatedVenue

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Row = tuple[dt.datetime, float, float, float, float, float]

_CSV = Path(__file__).parents[2] / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
_O = bt.Order
_FILLERS = bt.broker.fillers
_TYPES = (_O.Market, _O.Close, _O.Limit, _O.Stop, _O.StopLimit, _O.StopTrail, _O.StopTrailLimit)


class Rows(bt.feed.DataBase):
    """Bars from a list."""

    params = (("rows", ()),)

    def start(self) -> None:
        super().start()
        self._next = iter(self.p.rows)

    def _load(self) -> bool:
        row = next(self._next, None)
        if row is None:
            return False
        self.lines.datetime[0] = bt.date2num(row[0])
        for line, value in zip(("open", "high", "low", "close", "volume"), row[1:], strict=True):
            getattr(self.lines, line)[0] = value
        self.lines.openinterest[0] = 0.0
        return True


def random_walk(seed: int, bars: int, *, skip: float = 0.0, minutes: int = 60) -> list[Row]:
    """Bars with gaps between close and open; `skip` is the share of bars left out."""
    chance = random.Random(seed)  # noqa: S311  # repeatable, not secret
    price, rows = 100.0, []
    for index in range(bars):
        opened = price * exp(chance.gauss(0, 0.004))
        price = opened * exp(chance.gauss(0, 0.012))
        high = max(opened, price) * exp(abs(chance.gauss(0, 0.005)))
        low = min(opened, price) * exp(-abs(chance.gauss(0, 0.005)))
        if chance.random() >= skip:
            moment = dt.datetime(2020, 1, 1) + dt.timedelta(minutes=minutes * index)  # noqa: DTZ001  # Backtrader's times are naive UTC
            volume = float(chance.randint(0, 40))
            rows.append((moment, opened, high, low, price, volume))
    return rows


def real_bars(start: int, count: int) -> list[Row]:
    """Bars of the sample data, scaled so that the cash buys a few."""
    with _CSV.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))[start : start + count]
    return [
        (
            dt.datetime.fromisoformat(row["time"]).replace(tzinfo=None),
            float(row["open"]) / 20,
            float(row["high"]) / 20,
            float(row["low"]) / 20,
            float(row["close"]) / 20,
            float(row["volume"]),
        )
        for row in rows
    ]


class Monkey(bt.Strategy):
    """Places, brackets, groups and cancels at random; writes down everything it is told."""

    params = (("seed", 0), ("dust", 0), ("log", None))

    def __init__(self) -> None:
        self.chance = random.Random(self.p.seed)  # noqa: S311  # repeatable, not secret
        self.numbers: dict[int, int] = {}
        self.mine: list[Any] = []

    def number(self, order: Any) -> int:
        return self.numbers.setdefault(order.ref, len(self.numbers))

    def notify_order(self, order: Any) -> None:
        done, asked = order.executed, order.created
        bits = [
            (
                (b.dt, b.size, b.price, b.pnl, b.psize, b.pprice),
                (b.closed, b.closedvalue, b.closedcomm),
                (b.opened, b.openedvalue, b.openedcomm),
            )
            for b in done.iterpending()
        ]
        told = (self.number(order), order.status, order.isbuy(), order.size, order.triggered)
        sums = (done.dt, done.size, done.remsize, done.price, done.value, done.comm, done.pnl)
        wish = (asked.dt, asked.size, asked.price, asked.pricelimit, order.valid, order.plen)
        self.p.log.append(("order", told, sums, wish, done.margin, bits, order.alive()))

    def notify_trade(self, trade: Any) -> None:
        facts = (trade.status, trade.size, trade.price, trade.value, trade.pnl, trade.pnlcomm)
        times = (trade.dtopen, trade.dtclose, trade.barlen, trade.commission, trade.tradeid)
        self.p.log.append(("trade", trade.data._name, facts, times))

    def notify_cashvalue(self, cash: float, value: float) -> None:
        self.p.log.append(("money", cash, value))

    def notify_fund(self, cash: float, value: float, fundvalue: float, shares: float) -> None:
        self.p.log.append(("fund", fundvalue, shares))

    def prenext(self) -> None:
        """Wait until every feed has started."""

    def next(self) -> None:
        self.look()
        if self.chance.random() < 0.6:
            for _ in range(self.chance.choice((1, 1, 1, 2, 3))):
                self.act()
        if self.chance.random() < 0.01:
            self.broker.add_cash(self.chance.choice((-200.0, 500.0)))

    def next_open(self) -> None:
        """Decide on an open that the broker has not seen yet."""
        self.p.log.append(("open", self.broker.getcash(), self.broker.getvalue()))
        if self.chance.random() < 0.3:
            self.act()

    def look(self) -> None:
        broker = self.broker
        held = [(p.size, p.price) for p in map(self.getposition, self.datas)]
        open_orders = sorted(self.number(order) for order in broker.get_orders_open())
        worth = [broker.getvalue([data]) for data in self.datas]
        levered = (broker.get_value(lever=True), broker.get_value(mkt=True), broker.get_leverage())
        trails = [o.created.price for o in self.mine if o.alive() and o.trailpercent]
        self.p.log.append(("look", held, open_orders, worth, levered, trails))

    def act(self) -> None:
        dice = self.chance.random()
        if dice < 0.12:
            self.cancel_one()
        elif dice < 0.22:
            self.bracket()
        elif dice < 0.30:
            self.group()
        elif dice < 0.40:
            self.keep(self.close(data=self.chance.choice(self.datas)))
        else:
            self.single()

    def cancel_one(self) -> None:
        alive = [order for order in self.mine if order.alive()]
        if alive:
            self.p.log.append(("cancel", self.broker.cancel(self.chance.choice(alive))))

    def bracket(self) -> None:
        data = self.chance.choice(self.datas)
        price, buys = data.close[0], self.chance.random() < 0.5
        away = self.chance.uniform(0.002, 0.03)
        low, high = price * (1 - away), price * (1 + away)
        self.keep(
            *(self.buy_bracket if buys else self.sell_bracket)(
                data=data,
                size=self.size(),
                price=price * self.chance.uniform(0.99, 1.01),
                exectype=self.chance.choice((_O.Limit, _O.Market, _O.Stop)),
                stopprice=low if buys else high,
                limitprice=high if buys else low,
                valid=self.valid(),
            )
        )

    def group(self) -> None:
        leader = self.single(self.chance.choice((_O.Limit, _O.Stop)))
        for _ in range(self.chance.randint(1, 2)):
            self.single(self.chance.choice((_O.Limit, _O.Stop, _O.StopLimit)), oco=leader)

    def single(self, kind: int | None = None, **more: Any) -> Any:
        data = self.chance.choice(self.datas)
        kind = self.chance.choice(_TYPES) if kind is None else kind
        place = self.buy if self.chance.random() < 0.5 else self.sell
        if kind not in {_O.Market, _O.Close}:
            more["price"] = data.close[0] * self.chance.uniform(0.97, 1.03)
        elif self.chance.random() < 0.1:
            more["price"] = data.close[0] * self.chance.uniform(0.5, 1.5)
        if kind in {_O.StopLimit, _O.StopTrailLimit} and self.chance.random() < 0.9:
            more["plimit"] = more["price"] * self.chance.uniform(0.985, 1.015)
        if kind in {_O.StopTrail, _O.StopTrailLimit}:
            more["trailpercent"] = self.chance.choice((0.0, 0.005, 0.02))
            if self.chance.random() < 0.3:
                more["trailamount"] = data.close[0] * 0.01
        if kind == _O.Market and self.chance.random() < 0.1:
            more["coc"] = False
        order = place(
            data=data,
            size=self.size(),
            exectype=kind,
            valid=self.valid(),
            tradeid=int(self.chance.random() < self.p.dust * 0.2),
            **more,
        )
        self.keep(order)
        return order

    def keep(self, *orders: Any) -> None:
        for order in orders:
            if order is not None:
                self.number(order)
                self.mine.append(order)
        self.mine = self.mine[-40:]

    def size(self) -> float:
        sizes: tuple[float, ...] = (1, 1, 2, 2, 5, 0.5, 0.25, 12.5, 70)
        return self.chance.choice((*sizes, 0.1) if self.p.dust else sizes)

    def valid(self) -> Any:
        return self.chance.choice(
            (
                None,
                None,
                dt.timedelta(hours=self.chance.randint(1, 30)),
                dt.timedelta(),
                self.data.datetime.datetime() + dt.timedelta(hours=5),
                self.data.datetime[0] + 0.5,
                0,
            )
        )


@dataclass(frozen=True)
class Case:
    """One setting of both brokers, and the bars."""

    name: str
    feeds: Callable[[], Sequence[list[Row]]] = lambda: [random_walk(1, 1_000)]
    arrange: Callable[[Any], None] = lambda broker: None
    cerebro: dict[str, Any] = field(default_factory=dict)
    cash: float = 10_000.0
    dust: int = 0
    """1: also quantities that leave float dust behind, and overlapping trades."""
    compensates: bool = False
    """The second feed's orders change what is held of the first."""
    replays: bool = False
    """Bars are replayed into bars of four hours."""


def _fees(broker: Any) -> None:
    broker.setcommission(commission=0.001)


def _futures(broker: Any) -> None:
    broker.setcommission(commission=2.0, margin=300.0, mult=5.0)


def _mixed(broker: Any) -> None:
    broker.setcommission(commission=2.0, margin=250.0, mult=3.0, name="data0")
    broker.setcommission(commission=0.002, interest=0.1, leverage=2.0, name="data1")
    broker.set_slippage_fixed(0.2, slip_match=False, slip_limit=False)


def both(*steps: Callable[[Any], Any]) -> Callable[[Any], None]:
    """Arrange a broker in several steps."""

    def arrange(broker: Any) -> None:
        for step in steps:
            step(broker)

    return arrange


def _two() -> list[list[Row]]:
    return [random_walk(3, 900), random_walk(4, 900)]


def _gappy() -> list[list[Row]]:
    return [random_walk(5, 900, skip=0.1), random_walk(6, 900, skip=0.3)]


def _long_and_short() -> list[list[Row]]:
    return [random_walk(7, 900), random_walk(8, 225, minutes=240)]


CASES = (
    Case("plain", dust=1),
    Case("fees", arrange=_fees, feeds=lambda: [real_bars(2_000, 1_100)], dust=1),
    Case("futures", arrange=_futures),
    Case("futures real", arrange=_futures, feeds=lambda: [real_bars(9_000, 1_000)]),
    Case(
        "margin by price",
        arrange=lambda b: b.setcommission(0.0005, commtype=0, mult=2.0, automargin=0.2),
    ),
    Case("leverage", arrange=lambda b: b.setcommission(0.001, leverage=3.0), cash=3_000.0),
    Case("interest", arrange=lambda b: b.setcommission(interest=0.3, interest_long=True)),
    Case(
        "interest kept apart",
        arrange=both(lambda b: b.setcommission(interest=0.3), lambda b: b.set_int2pnl(False)),
    ),
    Case("mixed two feeds", arrange=_mixed, feeds=_two),
    Case("gaps two feeds", arrange=_fees, feeds=_gappy),
    Case("long and short bars", arrange=_fees, feeds=_long_and_short),
    Case("compensating", arrange=_fees, feeds=_two, compensates=True),
    Case("replay", arrange=_fees, replays=True),
    Case("no shortcash", arrange=both(_fees, lambda b: b.set_shortcash(False))),
    Case("no check", arrange=both(_fees, lambda b: b.set_checksubmit(False)), cash=2_000.0),
    Case("slippage", arrange=lambda b: b.set_slippage_perc(0.003)),
    Case("slippage outside", arrange=both(_fees, lambda b: b.set_slippage_perc(0.02, slip_out=1))),
    Case(
        "slippage unmatched",
        arrange=lambda b: b.set_slippage_perc(0.01, slip_open=False, slip_match=False),
    ),
    Case("volume", arrange=both(_fees, lambda b: b.set_filler(_FILLERS.FixedSize(size=3)))),
    Case(
        "volume share",
        arrange=both(_futures, lambda b: b.set_filler(_FILLERS.BarPointPerc(minmov=0.5, perc=50))),
    ),
    Case(
        "cheat on close",
        arrange=both(lambda b: b.set_coc(True), lambda b: b.set_slippage_perc(0.001)),
    ),
    Case("cheat on open", arrange=both(_fees, lambda b: b.set_coo(True))),
    Case("decide before the open", arrange=_fees, cerebro={"cheat_on_open": True}),
    Case(
        "fund",
        arrange=both(_fees, lambda b: b.set_fundmode(True, 50.0)),
        cerebro={"runonce": False},
    ),
    Case("next mode", arrange=_fees, cerebro={"runonce": False, "preload": False}),
    Case("poor", arrange=_fees, cash=400.0),
)


def run(case: Case, broker: Any) -> list[Any]:
    log: list[Any] = []
    cerebro = bt.Cerebro(stdstats=False, **case.cerebro)
    cerebro.broker = broker
    for index, rows in enumerate(case.feeds()):
        data = Rows(rows=rows, timeframe=bt.TimeFrame.Minutes, compression=60)
        if case.replays:
            cerebro.replaydata(
                data, timeframe=bt.TimeFrame.Minutes, compression=240, name=f"data{index}"
            )
        else:
            cerebro.adddata(data, name=f"data{index}")
    if case.compensates:
        cerebro.datas[1].compensate(cerebro.datas[0])
    cerebro.addstrategy(Monkey, seed=len(case.name), dust=case.dust, log=log)
    broker.set_cash(case.cash)
    case.arrange(broker)
    cerebro.run()
    log.append(("end", broker.getcash(), broker.getvalue(), broker.startingcash))
    return log


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_does_what_backtraders_broker_does(case: Case) -> None:
    theirs = run(case, bt.brokers.BackBroker())
    ours = run(case, BaseBroker(SimulatedVenue()))

    for index, (mine, want) in enumerate(zip(ours, theirs, strict=False)):
        assert mine == want, f"entry {index}"
    assert len(ours) == len(theirs)
    orders = {entry[1][0] for entry in theirs if entry[0] == "order"}
    assert len(orders) > 700, "too few orders to prove anything"
