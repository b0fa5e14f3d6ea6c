"""Post-only and time in force on bars: never dropped in silence."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.simulated import Quote
from realtrade.model.order import OrderType, Side, TimeInForce
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.simulated.test_venue import a_venue, kinds, limit

if TYPE_CHECKING:
    from realtrade.common.simulated import SimulatedVenue

D = Decimal
POST: dict[str, Any] = {"post_only": True}
IOC: dict[str, Any] = {"time_in_force": TimeInForce.IOC}
FOK: dict[str, Any] = {"time_in_force": TimeInForce.FOK}
STOP_LIMIT: dict[str, Any] = {"type": OrderType.STOP_LIMIT, "stop_price": D(103)}
NEXT = Quote(1, 100.0, 105.0, 95.0, 101.0)
"""The bar after the decision."""


def after(bar: Quote = NEXT, **words: Any) -> tuple[list[K], SimulatedVenue, Any]:
    """Decide on an order, let one bar come; return what was said."""
    venue, tape = a_venue()
    venue.submit([limit(**words)])
    tape.bar = bar
    venue.on_bar()
    return kinds(venue), venue, tape


@pytest.mark.parametrize(
    ("side", "price", "said"),
    [
        (Side.BUY, 99, [K.ACCEPTED, K.FILLED]),  # rests first, and is met within the bar
        (Side.BUY, 90, [K.ACCEPTED]),
        (Side.BUY, 100, [K.ACCEPTED, K.REJECTED]),
        (Side.BUY, 110, [K.ACCEPTED, K.REJECTED]),
        (Side.SELL, 101, [K.ACCEPTED, K.FILLED]),
        (Side.SELL, 110, [K.ACCEPTED]),
        (Side.SELL, 100, [K.ACCEPTED, K.REJECTED]),
    ],
)
def test_who_is_post_only_makes_or_is_refused(side: Side, price: int, said: list[K]) -> None:
    assert after(side=side, limit_price=D(price), **POST)[0] == said


def test_post_only_is_looked_at_once() -> None:
    said, venue, tape = after(limit_price=D(90), **POST)
    assert said == [K.ACCEPTED]

    tape.move(open=80.0, low=80.0)
    venue.on_bar()

    (report,) = venue.reports()
    assert report.kind is K.FILLED
    assert report.booking is not None
    assert (report.booking.price, report.booking.maker) == (80.0, True)


@pytest.mark.parametrize("terms", [IOC, FOK])
@pytest.mark.parametrize(
    ("side", "price", "said"),
    [
        (Side.BUY, 100, [K.ACCEPTED, K.FILLED]),
        (Side.BUY, 99, [K.ACCEPTED, K.EXPIRED]),  # the bar meets it, but not at once
        (Side.SELL, 100, [K.ACCEPTED, K.FILLED]),
        (Side.SELL, 101, [K.ACCEPTED, K.EXPIRED]),
    ],
)
def test_who_may_not_wait_is_filled_at_the_open_or_over(
    side: Side, price: int, said: list[K], terms: dict[str, Any]
) -> None:
    assert after(side=side, limit_price=D(price), **terms)[0] == said


@pytest.mark.parametrize(
    ("terms", "said", "bought"),
    [
        (IOC, [K.ACCEPTED, K.FILLED, K.EXPIRED], 0.25),
        (FOK, [K.ACCEPTED, K.EXPIRED], 0.0),
        ({}, [K.ACCEPTED, K.FILLED], 0.25),
    ],
)
def test_a_part_is_taken_or_nothing_is(terms: dict[str, Any], said: list[K], bought: float) -> None:
    venue, tape = a_venue()
    venue.filler = lambda name, price, ago: 0.25
    venue.submit([limit(limit_price=D(100), **terms)])
    tape.bar = NEXT
    venue.on_bar()

    assert kinds(venue) == said
    assert venue.account.book("BTC/USDT").quantity == bought
    assert venue.idle is (terms != {})


@pytest.mark.parametrize(
    ("price", "terms", "said"),
    [
        (104, POST, [K.ACCEPTED, K.TRIGGERED, K.REJECTED]),
        (102, POST, [K.ACCEPTED, K.TRIGGERED]),
        (104, IOC, [K.ACCEPTED, K.TRIGGERED, K.FILLED]),
        (102, IOC, [K.ACCEPTED, K.TRIGGERED, K.EXPIRED]),
        (104, FOK, [K.ACCEPTED, K.TRIGGERED, K.FILLED]),
    ],
)
def test_a_stop_limit_meets_the_market_where_it_is_touched(
    price: int, terms: dict[str, Any], said: list[K]
) -> None:
    rising = Quote(1, 100.0, 105.0, 95.0, 104.5)

    assert after(rising, limit_price=D(price), **STOP_LIMIT, **terms)[0] == said


def test_a_stop_limit_that_is_not_touched_waits_whatever_its_terms() -> None:
    quiet = Quote(1, 100.0, 102.0, 95.0, 101.0)

    said, venue, tape = after(quiet, limit_price=D(104), **STOP_LIMIT, **IOC)

    assert said == [K.ACCEPTED]
    tape.move(open=103.5, high=104.0)  # a gap through the stop
    venue.on_bar()
    assert kinds(venue) == [K.TRIGGERED, K.FILLED]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ({"type": OrderType.MARKET, **IOC}, "a market order has no time in force 'ioc'"),
        ({"type": OrderType.MARKET, **POST}, "a market order cannot be post-only"),
        (
            {"type": OrderType.STOP, "stop_price": D(103), **FOK},
            "a stop order has no time in force",
        ),
        ({**POST, **IOC}, "a post-only order has no other time in force"),
        ({"valid_until_ms": 5, **IOC}, "'ioc' or valid until a time, not both"),
    ],
)
def test_what_no_exchange_takes_is_refused_by_name(words: dict[str, Any], why: str) -> None:
    venue, tape = a_venue()
    venue.submit([limit(**words)])
    tape.move()
    venue.on_bar()

    (report,) = venue.reports()
    assert report.kind is K.REJECTED
    assert why in report.reason
    assert venue.idle


def test_a_bracket_ends_with_a_parent_that_was_not_executed() -> None:
    venue, tape = a_venue()
    target = limit("b", side=Side.SELL, limit_price=D(120), parent_id="a")
    venue.submit([limit("a", limit_price=D(99), **IOC), target])
    tape.bar = NEXT
    venue.on_bar()

    told = [(report.client_order_id, report.kind) for report in venue.reports()]
    assert told == [("a", K.ACCEPTED), ("b", K.ACCEPTED), ("a", K.EXPIRED), ("b", K.CANCELLED)]
