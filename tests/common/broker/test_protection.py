"""Stops that rest at the venue: they follow the position and the level, and nothing else."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.broker.protection import RestingStops
from realtrade.common.broker.resting import RestingExits
from realtrade.common.simulated import SimulatedVenue
from realtrade.common.simulated.settings import Settings
from realtrade.model.events import Event, EventType
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderType, Side
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.plugins.ports.risk import Protection
from realtrade.plugins.ports.venue import Report, ReportKind
from realtrade.storage import MemoryJournal
from tests.common.broker.test_exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.venue import Venue

D = Decimal
DROP = [(100, 101, 99, 100)] * 5 + [(100, 100, 80, 85), (85, 86, 84, 85)] + [(85, 86, 84, 85)] * 4
GAP = [(100, 101, 99, 100)] * 5 + [(70, 72, 69, 71)] + [(71, 72, 70, 71)] * 4
SPOT = Instrument("BTC/USDT", "BTC", "USDT")


class Broker(RestingExits, BaseBroker):
    """What the engine makes where a stop is to rest."""


def _at(level: float | Mapping[int, float], symbol: str = "btc") -> Any:
    """Return who wants a stop at a level, or at others from each bar on, while one is held."""

    def wants(account: Any) -> list[Protection]:
        if not account.position(symbol).quantity:
            return []
        bar = account._known(symbol).tape
        levels = level if isinstance(level, dict) else {0: level}
        newest = max(one for one in levels if one <= len(bar))
        return [Protection(symbol, D(str(levels[newest])), "stop")]

    return wants


def a_broker(wants: Any, **words: Any) -> tuple[Any, MemoryJournal]:
    journal = MemoryJournal()
    venue = SimulatedVenue(cash=100_000, settings=Settings(old_bars=False))
    broker = Broker(venue, journal=journal, **words)
    broker.keepers = (RestingStops(broker, wants),)
    return broker, journal


def _stops(journal: MemoryJournal) -> list[tuple[str, Decimal, Decimal | None]]:
    return [
        (str(one.side), one.quantity, one.stop_price)
        for one in journal.intents
        if one.type is OrderType.STOP
    ]


BUY: Any = {1: lambda s: s.buy(size=2)}
SELL: Any = {1: lambda s: s.sell(size=2)}


def test_rests_once_the_entry_is_filled_and_fills_within_the_bar(
    play: Callable[..., Any],
) -> None:
    broker, journal = a_broker(_at(95))

    actor = play(broker, BUY, prices=DROP)

    assert _stops(journal) == [("sell", D("2.0"), D("95.0"))]
    assert all(one.reduce_only for one in journal.intents if one.type is OrderType.STOP)
    assert [fill.price for fill in journal.fills] == [D("100.0"), D("95.0")]
    assert not actor.position


def test_a_gap_through_the_stop_costs_what_it_costs(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at(95))

    play(broker, BUY, prices=GAP)

    assert journal.fills[-1].price == D("70.0")


def test_protects_a_short_position_from_above(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at(125))

    actor = play(broker, SELL)

    assert _stops(journal)[0] == ("buy", D("2.0"), D("125.0"))
    assert journal.fills[-1].price == D("125.0")
    assert not actor.position


def test_follows_the_level_one_order_at_a_time(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at({0: 90, 5: 99, 6: 99, 8: 130}))

    actor = play(broker, BUY)

    assert [one[2] for one in _stops(journal)] == [D("90.0"), D("99.0"), D("130.0")]
    assert len(broker.get_orders_open()) == 1
    assert actor.position.size == 2


def test_a_level_on_the_same_tick_is_the_same(play: Callable[..., Any]) -> None:
    swap = Instrument("btc", "btc", "", "swap", tick=D("0.5"))
    broker, journal = a_broker(_at({0: 90.1, 4: 90.4, 5: 90.6}))

    play(broker, BUY, instrument=swap)

    assert [one[2] for one in _stops(journal)] == [D("90.0"), D("90.5")]


def test_follows_the_position_through_partial_fills(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at(90))
    broker.set_filler(lambda order, price, ago: min(1.0, abs(order.executed.remsize)))

    actor = play(broker, {1: lambda s: s.buy(size=3), 6: lambda s: s.sell(size=1)})

    # The fourth rests behind the exit in part, the fifth for what that has left.
    assert [one[1] for one in _stops(journal)] == [D(1), D(2), D(3), D(3), D(2)]
    assert actor.position.size == 2


def test_an_exit_of_all_lets_the_stop_go_first(play: Callable[..., Any]) -> None:
    """Else the stop, older in the queue, would be met by the low of the bar whose open exits."""
    broker, journal = a_broker(_at(95))

    actor = play(broker, {**BUY, 5: lambda s: s.close()}, prices=DROP)

    assert [fill.price for fill in journal.fills] == [D("100.0"), D("100.0")]
    assert not actor.position
    assert broker.get_orders_open() == []


def test_an_exit_in_part_and_the_stop_sell_what_is_held(play: Callable[..., Any]) -> None:
    """The exit takes its part at the open, the stop the rest within the same bar."""
    broker, journal = a_broker(_at(95))

    actor = play(broker, {**BUY, 5: lambda s: s.sell(size=0.5)}, prices=DROP)

    assert [(fill.quantity, fill.price) for fill in journal.fills] == [
        (D(2), D(100)),
        (D("0.5"), D(100)),
        (D("1.5"), D(95)),
    ]
    assert not actor.position


def test_a_resting_exit_leaves_the_stop_alone(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at(95))
    target: Any = lambda s: s.sell(size=2, exectype=bt.Order.Limit, price=500.0)  # noqa: E731  # as in every script

    play(broker, {**BUY, 4: target}, prices=DROP)

    assert len(_stops(journal)) == 1
    assert journal.fills[-1].price == D("95.0")


def test_what_is_left_behind_a_closed_position_is_cancelled(play: Callable[..., Any]) -> None:
    broker, _ = a_broker(_at(50))
    target: Any = lambda s: s.sell(size=2, exectype=bt.Order.Limit, price=150.0)  # noqa: E731  # as in every script

    actor = play(broker, {**BUY, 3: target})

    assert not actor.position
    assert broker.get_orders_open() == []


def test_a_strategy_hears_of_executions_only(play: Callable[..., Any]) -> None:
    broker, _ = a_broker(_at({0: 90, 3: 91, 4: 95}))

    actor = play(broker, BUY, prices=DROP)

    assert actor.told == [
        ("Submitted", 0),
        ("Accepted", 0),
        ("Completed", 2),
        ("Completed", -2),
    ]
    assert len(actor.trades) == 1


def test_nothing_rests_beyond_the_market(play: Callable[..., Any]) -> None:
    broker, journal = a_broker(_at(105))

    play(broker, BUY, prices=DROP)

    assert _stops(journal) == []


def test_a_close_by_a_rule_takes_the_stop_with_it(play: Callable[..., Any], gate_of: Any) -> None:
    gate = gate_of(actions={4: [Action(ActionKind.CLOSE, "stop", "met", "btc")]})
    gate.remembered = {}
    broker, journal = a_broker(_at(95), gate=gate)

    actor = play(broker, BUY, prices=DROP)

    assert [fill.price for fill in journal.fills] == [D("100.0"), D("100.0")]
    assert len(_stops(journal)) == 1
    assert not actor.position


class NoStops:
    """Lets nothing reduce-only through."""

    silent = watches = False
    remembered: Mapping[str, Any] = {}

    def assess(self, intent: OrderIntent, account: object) -> Verdict:
        return Denied("no", "no stops") if intent.reduce_only else Approved()

    def on_fill(self, fill: object, account: object) -> None: ...


def test_one_that_is_refused_is_tried_again_more_and_more_rarely(
    play: Callable[..., Any],
) -> None:
    still = [(100, 101, 99, 100)] * 40
    tried: list[int] = []
    broker, _ = a_broker(_at(95), gate=cast("Any", NoStops()))
    rest = broker.rest

    def noted(*words: Any, **wish: Any) -> Any:
        tried.append(len(broker.cerebro.datas[0]))
        return rest(*words, **wish)

    broker.rest = noted
    play(broker, BUY, prices=still)

    assert tried == [2, 4, 7, 12, 21, 38]


def _on_an_exchange(instrument: Instrument, **script: Any) -> tuple[Exchange, Any, Any]:
    exchange = Exchange()
    broker: Any = Broker(cast("Venue", exchange))
    broker.keepers = (RestingStops(broker, _at(80, instrument.symbol)),)
    return exchange, broker, script


def test_on_an_exchange_the_old_stop_goes_before_the_new_one_comes(
    play: Callable[..., Any],
) -> None:
    exchange, broker, _ = _on_an_exchange(SPOT)
    broker.keepers = (RestingStops(broker, _at({0: 80, 4: 85}, SPOT.symbol)),)

    def fill(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("t1", "1"))

    def accept(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)

    def cancelled(strategy: Any) -> None:
        seen.append(len(exchange.sent))
        exchange.say(ReportKind.CANCELLED)

    seen: list[int] = []
    play(broker, {1: lambda s: s.buy(size=1), 2: fill, 3: accept, 5: cancelled}, instrument=SPOT)

    entry, first, second = exchange.sent
    assert (entry.type, entry.side) == (OrderType.MARKET, Side.BUY)
    assert [(one.type, one.stop_price, one.reduce_only) for one in (first, second)] == [
        (OrderType.STOP, D(80), True),
        (OrderType.STOP, D(85), True),
    ]
    assert seen == [2]  # asked to go on bar 4, not gone by bar 5
    assert set(exchange.cancelled) == {first.client_order_id}


def test_on_spot_an_exit_in_part_frees_what_the_stop_holds(play: Callable[..., Any]) -> None:
    exchange, broker, _ = _on_an_exchange(SPOT)

    def fill(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("t1", "1"))

    def sell(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        strategy.sell(size=0.4)

    play(broker, {1: lambda s: s.buy(size=1), 2: fill, 4: sell}, instrument=SPOT)

    entry, stop, part = exchange.sent
    assert exchange.cancelled[0] == stop.client_order_id
    assert (part.type, part.quantity, entry.quantity) == (OrderType.MARKET, D("0.4"), D(1))


def test_what_is_too_small_to_trade_needs_no_stop_while_the_rest_is_on_its_way_out(
    play: Callable[..., Any],
) -> None:
    exchange, told = Exchange(), list[Event]()
    lots = Instrument("BTC/USDT", "BTC", "USDT", lot=D("0.01"))
    broker = Broker(cast("Venue", exchange), events=told.append)
    broker.keepers = (RestingStops(broker, _at(80, lots.symbol)),)

    def fill(strategy: Any) -> None:
        exchange.fill(("t1", "0.995"))
        exchange.say(ReportKind.CANCELLED)

    def close(strategy: Any) -> None:
        strategy.close()
        stop = exchange.sent[1].client_order_id
        exchange.said.append(Report(ReportKind.CANCELLED, stop))

    play(broker, {1: lambda s: s.buy(size=1), 2: fill, 4: close}, instrument=lots)

    kinds = [(str(one.side), one.type.value, one.quantity) for one in exchange.sent[1:]]
    assert kinds == [("sell", "stop", D("0.99")), ("sell", "market", D("0.99"))]
    assert EventType.ORDER_DENIED not in {event.type for event in told}


def test_a_stop_found_after_a_restart_is_the_stop(play: Callable[..., Any]) -> None:
    exchange, broker, _ = _on_an_exchange(SPOT)

    def rest(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("t1", "1"))

    def forget(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        broker.keepers[0].begin()
        broker._found = False

    actor = play(broker, {1: lambda s: s.buy(size=1), 2: rest, 4: forget}, instrument=SPOT)

    assert [one.type for one in exchange.sent] == [OrderType.MARKET, OrderType.STOP]
    assert [one.info.protects for one in broker.keepers[0].orders.values()] == [True]
    assert actor.position.size == 1


@pytest.mark.parametrize("level", [90.0, 95.0])
def test_without_a_position_nothing_rests(level: float, play: Callable[..., Any]) -> None:
    broker, journal = a_broker(lambda account: [Protection("btc", D(str(level)), "stop")])

    play(broker, {})

    assert list(journal.intents) == []
