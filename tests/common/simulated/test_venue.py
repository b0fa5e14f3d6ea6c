"""The simulated venue by itself, without a broker or Backtrader's loop around it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import backtrader as bt
import pytest

from realtrade.common.simulated import Market, Quote, Settings, SimulatedVenue
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.plugins.ports.venue import ReportKind as K


class Tape:
    """A tape the test moves on."""

    def __init__(self) -> None:
        self.bar = Quote(0, 100.0, 105.0, 95.0, 100.0)

    def move(self, **changes: float) -> None:
        self.bar = self.bar._replace(time_ms=self.bar.time_ms + 1, **changes)

    def quote(self) -> Quote:
        return self.bar

    def open(self) -> float:
        return self.bar.open

    def opening(self) -> float:
        return self.bar.open

    def close(self) -> float:
        return self.bar.close

    def time_ms(self, ago: int = 0) -> int:
        return self.bar.time_ms + ago

    def now(self) -> dt.datetime:
        return dt.datetime(2020, 1, 1) + dt.timedelta(milliseconds=self.bar.time_ms)  # noqa: DTZ001  # Backtrader's times are naive


def a_venue(**words: Any) -> tuple[SimulatedVenue, Tape]:
    venue, tape, scheme = SimulatedVenue(**words), Tape(), bt.CommInfoBase()
    book = venue.account.book("BTC/USDT")
    venue.list_market(Market("btc", tape, book, charges=scheme, opening=scheme))
    return venue, tape


def limit(name: str = "a", **changes: Any) -> OrderIntent:
    words: dict[str, Any] = {"limit_price": Decimal(97), "type": OrderType.LIMIT, "side": Side.BUY}
    words |= {"symbol": "BTC/USDT", "feed": "btc", "quantity": Decimal(1), **changes}
    return OrderIntent(client_order_id=name, **words)


def kinds(venue: SimulatedVenue) -> list[K]:
    return [report.kind for report in venue.reports()]


@pytest.mark.parametrize(
    ("old_bars", "said"),
    [(True, [K.ACCEPTED, K.FILLED]), (False, [K.ACCEPTED])],
)
def test_a_limit_may_be_kept_from_the_bar_it_was_decided_on(old_bars: bool, said: list[K]) -> None:
    venue, tape = a_venue(settings=Settings(old_bars=old_bars))
    venue.submit([limit()])

    venue.on_bar()

    assert kinds(venue) == said
    tape.move()
    venue.on_bar()
    assert kinds(venue) == ([] if old_bars else [K.FILLED])


def test_is_idle_once_nothing_rests() -> None:
    venue, tape = a_venue()
    states = [venue.idle]
    venue.submit([limit()])
    states.append(venue.idle)
    tape.move()
    venue.on_bar()
    states.append(venue.idle)

    assert states == [True, False, True]


def test_cancelling_twice_is_harmless() -> None:
    venue, tape = a_venue()
    venue.submit([limit(limit_price=Decimal(50))])
    tape.move()
    venue.on_bar()

    venue.cancel("a")
    venue.cancel("a")
    venue.cancel("never seen")

    assert kinds(venue) == [K.ACCEPTED, K.CANCELLED]


def test_a_trailing_stop_tells_where_it_moved() -> None:
    venue, tape = a_venue()
    stop = limit(
        type=OrderType.TRAILING_STOP_LIMIT,
        side=Side.SELL,
        stop_price=Decimal(90),
        limit_price=Decimal(88),
        trail_amount=Decimal(10),
    )
    venue.submit([stop])
    tape.move(open=105.0, high=125.0, low=104.0, close=120.0)

    venue.on_bar()

    moved = venue.reports()[-1]
    assert (moved.kind, moved.stop_price, moved.limit_price) == (K.TRAILED, 110.0, 108.0)


def test_a_late_child_knows_a_parent_filled_long_ago_only_for_so_long() -> None:
    venue, tape = a_venue(cash=10**9)
    for index in range(4_100):
        venue.submit([limit(str(index), quantity=Decimal("0.001"), limit_price=Decimal(200))])
    tape.move()
    venue.on_bar()
    venue.reports()

    venue.submit([limit("x", parent_id="0"), limit("y", parent_id="4099")])

    assert [(r.client_order_id, r.kind) for r in venue.reports()] == [("x", K.REJECTED)]


def test_value_is_cash_and_what_is_held() -> None:
    venue, tape = a_venue(cash=Decimal(1_000))
    venue.submit([limit(quantity=Decimal(2))])
    tape.move()
    venue.on_bar()
    tape.move(close=150.0)

    assert venue.cash == 1_000 - 2 * 97
    assert venue.equity == venue.cash + 300
