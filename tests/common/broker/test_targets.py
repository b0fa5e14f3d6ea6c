"""Targets that rest at the venue: each its part, all together never more than is held."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.common.broker.protection import RestingStops
from realtrade.common.broker.resting import RestingExits
from realtrade.common.broker.targets import RestingTargets
from realtrade.common.simulated import SimulatedVenue
from realtrade.common.simulated.settings import Settings
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderType
from realtrade.plugins.ports.risk import Protection, Target
from realtrade.plugins.ports.venue import ReportKind
from realtrade.storage import MemoryJournal
from tests.common.broker.test_exchange import Exchange
from tests.common.broker.test_protection import NoStops

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.plugins.ports.venue import Venue

D = Decimal
FLAT = [(100, 101, 99, 100)] * 10
RISE = [(100, 101, 99, 100)] * 5 + [(100, 106, 100, 105), (105, 112, 104, 111)] + FLAT[:3]
SPOT = Instrument("BTC/USDT", "BTC", "USDT")
BUY: Any = {1: lambda s: s.buy(size=2)}


class Broker(RestingExits, BaseBroker):
    """What the engine makes where exits are to rest."""


def at(*levels: tuple[float, float], symbol: str = "btc", moved: int = 99) -> Any:
    """Return who wants parts of what is held at levels: shares of it; a tenth higher in the end."""

    def wants(account: Any) -> list[Target]:
        held = abs(account.position(symbol).quantity)
        late = len(account._known(symbol).tape) >= moved
        return [
            Target(symbol, D(str(level)) * (D("1.1") if late else 1), held * D(str(part)), "gain")
            for level, part in levels
            if held
        ]

    return wants


def simulated(wants: Any, **words: Any) -> tuple[Any, MemoryJournal]:
    journal = MemoryJournal()
    venue = SimulatedVenue(cash=100_000, settings=Settings(old_bars=False))
    broker = Broker(venue, journal=journal, **words)
    broker.keepers = (RestingTargets(broker, wants),)
    return broker, journal


def limits(journal: MemoryJournal) -> list[tuple[str, Decimal, Decimal | None]]:
    return [
        (str(one.side), one.quantity, one.limit_price)
        for one in journal.intents
        if one.type is OrderType.LIMIT
    ]


def test_rests_once_the_entry_is_filled_and_fills_at_its_price(play: Callable[..., Any]) -> None:
    broker, journal = simulated(at((105, 1)))

    actor = play(broker, BUY, prices=RISE)

    assert limits(journal) == [("sell", D(2), D(105))]
    assert all(one.reduce_only for one in journal.intents if one.type is OrderType.LIMIT)
    assert [fill.price for fill in journal.fills] == [D(100), D(105)]
    assert not actor.position


def test_a_part_that_is_filled_leaves_the_others_resting(play: Callable[..., Any]) -> None:
    wants = at((105, 0.5), (110, 0.5))
    broker, journal = simulated(
        lambda account: wants(account)[-1:] if _half(account) else wants(account)
    )

    actor = play(broker, BUY, prices=RISE)

    assert limits(journal)[:2] == [("sell", D(1), D(105)), ("sell", D(1), D(110))]
    assert actor.position.size >= 0


def _half(account: Any) -> bool:
    return bool(account.position("btc").quantity == 1)


def test_takes_a_short_position_home_from_below(play: Callable[..., Any]) -> None:
    broker, journal = simulated(at((99.5, 1)))

    actor = play(broker, {1: lambda s: s.sell(size=2)}, prices=FLAT)

    assert limits(journal) == [("buy", D(2), D("99.5"))]
    assert not actor.position


def test_a_level_that_moves_takes_its_order_along(play: Callable[..., Any]) -> None:
    broker, journal = simulated(at((120, 0.5), (130, 0.5), moved=5))

    play(broker, BUY, prices=FLAT)

    assert [one[2] for one in limits(journal)] == [D(120), D(130), D("132.0"), D("143.0")]
    assert len(broker.get_orders_open()) == 2


@pytest.mark.parametrize(("size", "level"), [(2, "105.5"), (-2, "95.0")])
def test_a_level_between_two_ticks_rests_on_the_further_one(
    size: int, level: str, play: Callable[..., Any]
) -> None:
    swap = Instrument("btc", "btc", "", "swap", tick=D("0.5"))
    broker, journal = simulated(at((105.2 if size > 0 else 95.2, 1)))
    enter: Any = (lambda s: s.buy(size=2)) if size > 0 else (lambda s: s.sell(size=2))

    play(broker, {1: enter}, instrument=swap, prices=FLAT)

    assert [one[2] for one in limits(journal)] == [D(level)]


def test_an_exit_of_all_lets_the_targets_go_first(play: Callable[..., Any]) -> None:
    """Else a bar whose open exits and whose high meets the target would sell twice."""
    broker, journal = simulated(at((105, 0.5), (106, 0.5)))

    actor = play(broker, {**BUY, 5: lambda s: s.close()}, prices=RISE)

    assert [fill.price for fill in journal.fills] == [D(100), D(100)]
    assert not actor.position
    assert broker.get_orders_open() == []


def test_an_exit_in_part_and_the_targets_never_sell_more_than_is_held(
    play: Callable[..., Any],
) -> None:
    broker, journal = simulated(at((105, 1)))

    actor = play(broker, {**BUY, 5: lambda s: s.sell(size=1.5)}, prices=RISE)

    assert [fill.quantity for fill in journal.fills] == [D(2), D("1.5"), D("0.5")]
    assert [fill.price for fill in journal.fills] == [D(100), D(100), D(105)]
    assert not actor.position


def test_a_strategy_hears_of_executions_only(play: Callable[..., Any]) -> None:
    broker, _ = simulated(at((105, 1), moved=4))

    actor = play(broker, BUY, prices=[*FLAT[:6], (100, 120, 100, 118), *FLAT[:2]])

    assert actor.told == [("Submitted", 0), ("Accepted", 0), ("Completed", 2), ("Completed", -2)]


def test_stops_and_targets_share_a_position_until_one_of_them_is_met(
    play: Callable[..., Any],
) -> None:
    broker, journal = simulated(at((105, 1)))

    def protection(account: Any) -> list[Protection]:
        return [Protection("btc", D(95), "stop")] if account.position("btc").quantity else []

    broker.keepers = (RestingStops(broker, protection), *broker.keepers)

    actor = play(broker, BUY, prices=RISE)

    assert {one.type for one in journal.intents} == {
        OrderType.MARKET,
        OrderType.LIMIT,
        OrderType.STOP,
    }
    assert [fill.price for fill in journal.fills] == [D(100), D(105)]
    assert not actor.position
    assert broker.get_orders_open() == []


def test_after_a_refusal_nothing_is_placed_for_some_bars(play: Callable[..., Any]) -> None:
    tried: list[int] = []
    broker, _ = simulated(at((120, 1)), gate=cast("Any", NoStops()))
    rest = broker.rest

    def noted(*words: Any, **wish: Any) -> Any:
        tried.append(len(broker.cerebro.datas[0]))
        return rest(*words, **wish)

    broker.rest = noted
    play(broker, BUY, prices=FLAT * 2)

    assert tried == [2, 11, 20]


def on_exchange(wants: Any) -> tuple[Exchange, Any]:
    exchange = Exchange()
    broker: Any = Broker(cast("Venue", exchange))
    broker.keepers = (RestingTargets(broker, wants),)
    return exchange, broker


def filled(exchange: Exchange) -> Callable[[Any], None]:
    def fill(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        exchange.fill(("t1", "1"))

    return fill


def test_on_an_exchange_the_old_go_before_the_new_come(play: Callable[..., Any]) -> None:
    exchange, broker = on_exchange(at((150, 1), symbol=SPOT.symbol, moved=4))
    seen: list[int] = []

    def cancelled(strategy: Any) -> None:
        seen.append(len(exchange.sent))
        exchange.say(ReportKind.CANCELLED)

    accept: Any = lambda s: exchange.say(ReportKind.ACCEPTED)  # noqa: E731  # as in every script
    script = {1: lambda s: s.buy(size=1), 2: filled(exchange), 3: accept, 5: cancelled}
    play(broker, script, instrument=SPOT)

    _, first, second = exchange.sent
    assert [(one.type, one.limit_price) for one in (first, second)] == [
        (OrderType.LIMIT, D(150)),
        (OrderType.LIMIT, D("165.0")),
    ]
    assert seen == [2]  # asked to go on bar 4, not gone by bar 5
    assert set(exchange.cancelled) == {first.client_order_id}


def test_on_spot_an_exit_in_part_frees_what_the_targets_hold(play: Callable[..., Any]) -> None:
    exchange, broker = on_exchange(at((250, 0.5), (260, 0.5), symbol=SPOT.symbol))

    def sell(strategy: Any) -> None:
        strategy.sell(size=0.4)

    script = {1: lambda s: s.buy(size=1), 2: filled(exchange), 4: sell}
    play(broker, script, instrument=SPOT)

    _, one, other, part = exchange.sent
    assert exchange.cancelled[:2] == [one.client_order_id, other.client_order_id]
    assert (part.type, part.quantity) == (OrderType.MARKET, D("0.4"))


def test_targets_found_after_a_restart_are_the_targets(play: Callable[..., Any]) -> None:
    exchange, broker = on_exchange(at((250, 1), symbol=SPOT.symbol))

    def forget(strategy: Any) -> None:
        exchange.say(ReportKind.ACCEPTED)
        broker.keepers[0].begin()
        broker._found = False

    play(broker, {1: lambda s: s.buy(size=1), 2: filled(exchange), 4: forget}, instrument=SPOT)

    assert [one.type for one in exchange.sent] == [OrderType.MARKET, OrderType.LIMIT]
    assert [one.info.protects for one in broker.keepers[0].orders[SPOT.symbol]] == [True]


def test_an_exit_of_a_bracket_is_no_target(play: Callable[..., Any]) -> None:
    broker, journal = simulated(lambda account: [])

    def bracket(strategy: Any) -> None:
        main = strategy.buy(size=1, transmit=False)
        strategy.sell(size=1, exectype=bt.Order.Limit, price=500.0, parent=main, reduce_only=True)

    play(broker, {1: bracket}, prices=FLAT)

    assert len(broker.get_orders_open()) == 1
    assert limits(journal) == [("sell", D(1), D(500))]
