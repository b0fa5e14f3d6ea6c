"""A strategy that does what a script says, and stand-ins for what surrounds the broker."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.model.verdict import Action, Approved

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskGate

    Script = dict[int, Callable[[Any], Any]]


# open, high, low, close: up 10 a bar, each bar opening where the last closed
CLIMB = [(100 + 10 * n, 112 + 10 * n, 98 + 10 * n, 110 + 10 * n) for n in range(12)]


class Prices(bt.feed.DataBase):
    params = (("prices", CLIMB), ("live", False))

    def start(self) -> None:
        super().start()
        self._at = -1

    def islive(self) -> bool:
        return bool(self.p.live)

    def _load(self) -> bool | None:
        self._at += 1
        if self.p.live and self._at % 2:
            return None  # a turn without a bar
        index = self._at // 2 if self.p.live else self._at
        if index >= len(self.p.prices):
            return False
        moment = dt.datetime(2020, 1, 1) + dt.timedelta(hours=index)  # noqa: DTZ001  # naive UTC
        self.lines.datetime[0] = bt.date2num(moment)
        names = ("open", "high", "low", "close")
        for name, price in zip(names, self.p.prices[index], strict=True):
            getattr(self.lines, name)[0] = float(price)
        self.lines.volume[0] = 10.0
        return True


class Actor(bt.Strategy):
    """Does what its script says on the n-th bar and keeps what it is told."""

    params = (("script", None),)

    def __init__(self) -> None:
        self.told: list[tuple[str, float]] = []
        self.orders: list[Any] = []
        self.trades: list[Any] = []

    def next(self) -> None:
        act = self.p.script.get(len(self))
        if act is not None:
            self.orders.append(act(self))

    def notify_order(self, order: Any) -> None:
        self.told.append((order.getstatusname(), order.executed.size))

    def notify_trade(self, trade: Any) -> None:
        if trade.isclosed:
            self.trades.append(trade)


def play(
    broker: BaseBroker,
    script: Script,
    *,
    instrument: Instrument | None = None,
    prices: Sequence[tuple[float, ...]] = CLIMB,
    live: bool = False,
    names: Sequence[str] = ("btc",),
) -> Actor:
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.broker = broker
    for name in names:
        data = Prices(prices=prices, live=live)
        data.instrument = instrument
        cerebro.adddata(data, name=name)
    cerebro.addstrategy(Actor, script=script)
    actor: Actor = cerebro.run()[0]
    return actor


@dataclass
class Gate:
    """A risk gate that answers as told and writes down what it saw."""

    verdict: Verdict = field(default_factory=Approved)
    actions: dict[int, list[Action]] = field(default_factory=dict)
    fills: list[Fill] = field(default_factory=list)
    reducing: bool = False
    silent: bool = False
    bars: int = 0

    def assess(self, intent: OrderIntent, account: object) -> Verdict:
        return Approved() if intent.reduce_only else self.verdict

    def reduces(self, intent: OrderIntent, account: object) -> bool:
        return self.reducing

    def on_fill(self, fill: Fill, account: object) -> None:
        self.fills.append(fill)

    @property
    def watches(self) -> bool:
        return bool(self.actions)

    def watch(self, account: Any) -> list[Action]:
        self.bars += 1
        return self.actions.get(self.bars, [])


def guarded(gate: Gate, **words: Any) -> BaseBroker:
    return BaseBroker(gate=cast("RiskGate", gate), **words)


@pytest.fixture(name="play")
def _play() -> Callable[..., Actor]:
    return play


@pytest.fixture(name="gate_of")
def _gate_of() -> type[Gate]:
    return Gate


@pytest.fixture(name="guarded")
def _guarded() -> Callable[..., BaseBroker]:
    return guarded
