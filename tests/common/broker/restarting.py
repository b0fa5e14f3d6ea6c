"""A bot whose broker takes up where a journal says another one was, on the same bars."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt

from realtrade.common import BaseBroker
from realtrade.common.broker.restart import restore
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, OrderIntent, OrderStatus
from realtrade.plugins.ports.journal import Attempt, KnownOrder, Recalled
from realtrade.plugins.ports.venue import Report, ReportKind
from realtrade.storage import MemoryJournal
from realtrade.utils.timeframes import Timeframe
from tests.common.broker.conftest import Actor, Prices

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.plugins.ports.venue import Venue
    from realtrade.risk import RiskManager

    Script = dict[int, Callable[[Any], Any]]

D = Decimal
SPOT = Instrument("BTC/USDT", "BTC", "USDT")


class Exchange:
    idle = False
    cash = D(500)
    equity = D(600)

    def __init__(self) -> None:
        self.sent: list[OrderIntent] = []
        self.cancelled: list[str] = []
        self.together: list[int] = []
        """How many came with each call."""
        self.said: list[Report] = []
        self.fills_all = False
        """Everything is executed at once."""

    def submit(self, intents: Sequence[OrderIntent]) -> None:
        self.sent.extend(intents)
        self.together.append(len(intents))
        for intent in intents if self.fills_all else ():
            name, number = intent.client_order_id, str(len(self.sent))
            fill = fill_of(intent, number, str(intent.quantity))
            self.said.append(Report(ReportKind.FILLED, name, fill))

    def cancel(self, client_order_id: str) -> None:
        self.cancelled.append(client_order_id)

    def on_bar(self) -> None: ...

    def reports(self) -> list[Report]:
        said, self.said = self.said, []
        return said


class Bot:
    """One process: the same bars, the same names of orders, a script of its own."""

    def __init__(
        self,
        script: Script,
        recalled: Recalled | None = None,
        gate: RiskManager | None = None,
        interval: str = "1h",
    ) -> None:
        self.exchange, self.journal, self.script = Exchange(), MemoryJournal(), dict(script)
        self.broker = BaseBroker(
            cast("Venue", self.exchange), gate=gate, journal=self.journal, account="a", bot="b"
        )
        self.cerebro = bt.Cerebro(stdstats=False)
        self.cerebro.broker = self.broker
        data = Prices()
        data.instrument = SPOT
        data.feed_name, data.interval = "btc", Timeframe.parse(interval)
        self.cerebro.adddata(data, name="btc")
        self.cerebro.addstrategy(Actor, script=self.script)
        if recalled is not None:
            restore(self.broker, recalled, [data])

    def run(self) -> Actor:
        actor: Actor = self.cerebro.run()[0]
        return actor


def sent_by(script: Script) -> tuple[OrderIntent, ...]:
    bot = Bot(script)
    bot.run()
    return tuple(bot.exchange.sent)


def known(intent: OrderIntent, status: OrderStatus, *fills: Fill, tries: int = 1) -> KnownOrder:
    attempts = [
        Attempt(client_order_id=intent.client_order_id, number=n + 1, dead_at_ms=0)
        for n in range(tries)
    ]
    return KnownOrder(intent=intent, status=status, attempts=attempts, fills=fills)


def fill_of(intent: OrderIntent, trade_id: str, quantity: str) -> Fill:
    return Fill(
        trade_id=trade_id,
        client_order_id=intent.client_order_id,
        symbol=intent.symbol,
        side=intent.side,
        quantity=D(quantity),
        price=D(100),
        fee=D(0),
        fee_currency="USDT",
        maker=False,
        time_ms=1_577_840_000_123,
    )


BUY: Script = {3: lambda s: s.buy(size=1)}
