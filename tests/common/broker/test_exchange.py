from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.broker.settings import SimulationError
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, OrderIntent, Side
from realtrade.plugins.ports.venue import Report, ReportKind
from tests.storage.samples import opened

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from realtrade.plugins.ports.risk import RiskGate
    from realtrade.plugins.ports.venue import Venue

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script
SPOT = Instrument("BTC/USDT", "BTC", "USDT")
SWAP = Instrument("BTC/USDT:USDT", "BTC", "USDT", market="swap")


class Exchange:
    """Stands for a real venue: it answers in Decimals, when the test says so."""

    idle = False
    cash = D(500)
    equity = D(600)

    def __init__(self) -> None:
        self.sent: list[OrderIntent] = []
        self.cancelled: list[str] = []
        self.said: list[Report] = []

    def submit(self, intents: Sequence[OrderIntent]) -> None:
        self.sent.extend(intents)

    def cancel(self, client_order_id: str) -> None:
        self.cancelled.append(client_order_id)

    def on_bar(self) -> None: ...

    def reports(self) -> list[Report]:
        said, self.said = self.said, []
        return said

    def say(self, kind: ReportKind, **words: Any) -> None:
        self.said.append(Report(kind, self.sent[-1].client_order_id, **words))

    def fill(self, *trades: tuple[str, str]) -> None:
        for trade_id, quantity in trades:
            self.say(ReportKind.FILLED, fill=self._fill(trade_id, quantity))

    def _fill(self, trade_id: str, quantity: str) -> Fill:
        intent = self.sent[-1]
        return Fill(
            trade_id=trade_id,
            client_order_id=intent.client_order_id,
            symbol=intent.symbol,
            side=intent.side,
            quantity=D(quantity),
            price=D(100),
            fee=D("0.1"),
            fee_currency="USDT",
            maker=False,
            time_ms=1_577_840_000_123,
        )


def exchange_broker(**words: Any) -> tuple[Exchange, BaseBroker]:
    exchange = Exchange()
    return exchange, BaseBroker(cast("Venue", exchange), **words)


def test_fills_of_an_exchange_reach_the_strategy_once_each(play: Any) -> None:
    exchange, broker = exchange_broker()
    script: Script = {
        1: lambda s: s.buy(size=1),
        2: lambda s: exchange.say(ReportKind.ACCEPTED),
        3: lambda s: exchange.fill(("1", "0.4"), ("1", "0.4")),
        4: lambda s: exchange.fill(("1", "0.4"), ("2", "0.6")),
        5: lambda s: exchange.say(ReportKind.CANCELLED),
    }

    actor = play(broker, script, instrument=SPOT)

    assert actor.told == [("Submitted", 0), ("Accepted", 0), ("Partial", 0.4), ("Completed", 1)]
    assert actor.position.size == 1
    assert actor.orders[0].executed.comm == pytest.approx(0.2)
    assert exchange.sent[0].side is Side.BUY


def test_two_orders_of_one_bar_find_the_same_account_however_fast_the_first_is(play: Any) -> None:
    exchange, broker = exchange_broker()
    seen: list[tuple[float, str]] = []

    def turn_around(strategy: Any) -> None:
        order = strategy.sell(size=1)
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("2", "1"))
        second = strategy.sell(size=2)
        seen.append((strategy.position.size, order.getstatusname()))
        assert second.status == O.Submitted

    script: Script = {1: lambda s: s.buy(size=1), 2: lambda _: exchange.fill(("1", "1"))}
    actor = play(broker, script | {4: turn_around}, instrument=SWAP)

    assert seen == [(1, "Submitted")]
    assert actor.told[2:] == [("Submitted", 0)] * 2 + [("Accepted", 0), ("Completed", -1)]
    assert actor.position.size == 0


def test_a_fill_after_a_cancel_is_still_money(play: Any, gate_of: Any) -> None:
    exchange, broker = exchange_broker(gate=cast("RiskGate", gate := gate_of()))
    script: Script = {
        1: lambda s: s.buy(size=1),
        2: lambda s: s.broker.cancel(s.orders[0]),
        3: lambda s: exchange.say(ReportKind.CANCELLED),
        4: lambda s: exchange.fill(("1", "0.4")),
    }

    actor = play(broker, script, instrument=SPOT)

    assert exchange.cancelled == [exchange.sent[0].client_order_id]
    assert actor.told == [("Submitted", 0), ("Canceled", 0), ("Canceled", 0.4)]
    assert actor.position.size == 0.4
    assert [fill.trade_id for fill in gate.fills] == ["1"]


def test_what_an_exchange_says_of_strangers_is_not_ours(play: Any) -> None:
    exchange, broker = exchange_broker()
    exchange.said = [Report(ReportKind.CANCELLED, "web_1"), Report(ReportKind.FILLED, "web_2")]

    assert play(broker, {}).told == []


def test_a_fill_report_without_a_fill_changes_nothing(play: Any) -> None:
    exchange, broker = exchange_broker()
    script: Script = {1: lambda s: s.buy(size=1), 2: lambda s: exchange.say(ReportKind.FILLED)}

    assert play(broker, script).told == [("Submitted", 0)]


def test_an_exchanges_own_figures_are_the_accounts(play: Any) -> None:
    _, broker = exchange_broker()
    worth: list[float] = []

    play(broker, {2: lambda s: worth.append(s.broker.getvalue([s.data]))})

    assert (broker.getcash(), broker.getvalue(), broker.fundvalue) == (500, 600, 600)
    assert worth == [0]


def test_a_real_exchange_has_no_simulation_to_set() -> None:
    _, broker = exchange_broker()

    with pytest.raises(SimulationError, match="Exchange is a real venue"):
        broker.set_slippage_perc(0.01)


@pytest.mark.parametrize("kept", ["at work", "over"])
def test_a_fill_everybody_but_the_journal_has_forgotten_is_booked_once(
    play: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gate_of: Any, kept: str
) -> None:
    monkeypatch.setattr("realtrade.execution.ledger._REMEMBERED", 2)
    journal, gate = opened(tmp_path / "bot.db"), gate_of()
    gate.remembered = {}
    exchange, broker = exchange_broker(journal=journal, gate=cast("RiskGate", gate))
    last = "0.1" if kept == "at work" else "0.7"
    fills = [("1", "0.1"), ("2", "0.1"), ("3", "0.1"), ("4", last)]
    script: Script = {
        1: lambda s: s.buy(size=1),
        2: lambda s: exchange.fill(*fills),
        3: lambda s: broker.tickets.over.drop(exchange.sent[-1].client_order_id),
        4: lambda s: exchange.fill(("1", "0.1"), ("2", "0.1"), ("3", "0.1")),
    }

    actor = play(broker, script, instrument=SPOT)

    held = D("0.4") if kept == "at work" else D(1)
    assert actor.position.size == float(held)
    assert broker.exact.position("BTC/USDT").quantity == held
    assert [fill.trade_id for fill in gate.fills] == ["1", "2", "3", "4"]
    recalled = journal.recall()
    assert recalled.positions["BTC/USDT"].quantity == held
    assert recalled.seen == {("BTC/USDT", number) for number in "1234"}
    journal.close()
