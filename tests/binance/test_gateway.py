"""The gateway against an exchange with a ledger of its own, through real ccxt and real HTTP."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.store import BinanceStore
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Gateway, GatewayError, Outcome, PlacesPairs
from realtrade.utils.clock import SystemClock
from tests.binance.conftest import KEY
from tests.binance.orders_made import (
    BOTH,
    LIMIT,
    NAMES,
    RESTING,
    STOP,
    STOP_LIMIT,
    SWAP,
    days_ago,
    intent,
    told,
)

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

CLOCK = SystemClock()


@BOTH
def test_is_what_the_ports_ask_for(gateway: BinanceGateway, market: str) -> None:
    as_port: Gateway = gateway

    assert isinstance(gateway, PlacesPairs)
    assert as_port.account == f"binance-{market}-real-24c94452"
    assert (as_port.currency, as_port.receive_window_ms) == ("USDT", 5_000)
    assert as_port.instrument("DOGE/USDT") is None
    assert "lists no DOGE/USDT" in str(as_port.refuses(intent(symbol="DOGE/USDT")))


@BOTH
class TestPlacing:
    def test_a_market_order(self, gateway: BinanceGateway, venue: SimExchange, market: str) -> None:
        order = told(gateway.place(intent(market)))

        (true,) = venue.truth(KEY).orders
        assert (order.client_order_id, order.venue_order_id) == (
            true.client_order_id,
            str(true.id),
        )
        assert (order.symbol, order.side, order.type) == (
            NAMES[market],
            Side.BUY,
            OrderType.MARKET,
        )
        assert (order.status, order.quantity, order.filled) == (
            OrderStatus.FILLED,
            Decimal("0.01"),
            Decimal("0.01"),
        )

    @pytest.mark.parametrize("changes", RESTING.values(), ids=RESTING)
    def test_an_order_that_rests_is_found_listed_and_cancelled(
        self, gateway: BinanceGateway, market: str, changes: dict[str, Any]
    ) -> None:
        wanted = intent(market, **changes)

        placed = told(gateway.place(wanted))
        found = told(gateway.find(wanted))
        (listed,) = gateway.open_orders([wanted.symbol])

        for order in (placed, found, listed):
            assert order.client_order_id == wanted.client_order_id
            assert order.venue_order_id == placed.venue_order_id
            assert (order.symbol, order.side, order.type) == (
                wanted.symbol,
                wanted.side,
                wanted.type,
            )
            assert (order.quantity, order.filled) == (wanted.quantity, Decimal(0))
            assert order.status is OrderStatus.ACCEPTED
        assert (found.limit_price, found.stop_price) == (wanted.limit_price, wanted.stop_price)

        assert told(gateway.cancel(wanted)).status is OrderStatus.CANCELLED
        assert gateway.cancel(wanted).outcome is Outcome.ABSENT
        assert told(gateway.find(wanted)).status is OrderStatus.CANCELLED
        assert gateway.open_orders([wanted.symbol]) == []

    def test_an_order_of_somebody_else_is_cancelled_by_what_was_told_of_it(
        self, gateway: BinanceGateway, market: str
    ) -> None:
        gateway.place(intent(market, **LIMIT))
        gateway.place(intent(market, **STOP, client_order_id="the-stop"))

        for order in gateway.open_orders([NAMES[market]]):
            assert told(gateway.cancel(order)).client_order_id == order.client_order_id

        assert gateway.open_orders([NAMES[market]]) == []

    def test_what_it_refuses_does_not_leave(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        answer = gateway.place(intent(market, quantity="0.000001"))

        assert (answer.outcome, "below the least" in answer.reason) == (Outcome.REJECTED, True)
        assert venue.truth(KEY).orders == ()

    def test_an_unknown_symbol(self, gateway: BinanceGateway, market: str) -> None:
        answer = gateway.place(intent(symbol="DOGE/USDT"))

        assert answer.outcome is Outcome.REJECTED
        assert gateway.find(intent(symbol="DOGE/USDT")).outcome is Outcome.UNKNOWN

    def test_an_order_nobody_placed(self, gateway: BinanceGateway, market: str) -> None:
        for changes in ({}, STOP):
            nobody = intent(market, **changes)
            assert gateway.find(nobody).outcome is Outcome.ABSENT
            assert gateway.cancel(nobody).outcome is Outcome.ABSENT

    def test_the_same_id_again_while_it_is_open(self, gateway: BinanceGateway, market: str) -> None:
        gateway.place(intent(market, **LIMIT))

        assert gateway.place(intent(market, **LIMIT)).outcome is Outcome.EXISTS

    def test_more_than_there_is_money_for(self, gateway: BinanceGateway, market: str) -> None:
        answer = gateway.place(intent(market, quantity="90"))

        assert answer.outcome is Outcome.MARGIN


FAULTS: dict[str, tuple[dict[str, Any], Outcome, int | None]] = {
    "reset_before": ({}, Outcome.UNKNOWN, None),
    "reset_after": ({}, Outcome.UNKNOWN, None),
    "lost_answer": ({}, Outcome.UNKNOWN, None),
    "server_error": ({}, Outcome.UNKNOWN, -1008),
    "server_error-html": ({"body": "html", "status": "502"}, Outcome.UNKNOWN, None),
    "unknown_result": ({}, Outcome.UNKNOWN, -1007),
    "empty": ({}, Outcome.UNKNOWN, None),
    "null": ({}, Outcome.UNKNOWN, None),
    "object": ({}, Outcome.UNKNOWN, None),
    "array": ({}, Outcome.UNKNOWN, None),
    "html": ({}, Outcome.UNKNOWN, None),
    "truncated": ({}, Outcome.UNKNOWN, None),
    "foreign": ({}, Outcome.UNKNOWN, None),
    "giant": ({"megabytes": 9}, Outcome.UNKNOWN, None),
    "bomb": ({"megabytes": 9}, Outcome.UNKNOWN, None),
    "rate_limited": ({"retry_after": 3}, Outcome.THROTTLED, -1003),
    "banned": ({"retry_after": 120}, Outcome.THROTTLED, -1003),
    "too_many_requests": ({}, Outcome.THROTTLED, -1003),
    "too_many_orders": ({}, Outcome.THROTTLED, -1015),
    "clock": ({}, Outcome.CLOCK, -1021),
    "key_revoked": ({}, Outcome.AUTH, -2015),
    "bad_signature": ({}, Outcome.AUTH, -1022),
    "refusal": ({"code": -1013, "msg": "Filter failure: LOT_SIZE"}, Outcome.REJECTED, -1013),
}


@BOTH
@pytest.mark.parametrize(("fault", "given"), FAULTS.items(), ids=FAULTS)
def test_a_fault_while_placing(
    gateway: BinanceGateway,
    venue: SimExchange,
    market: str,
    fault: str,
    given: tuple[dict[str, Any], Outcome, int | None],
) -> None:
    options, outcome, code = given
    gateway.prepare([NAMES[market]])
    match = {"method": "POST", "path": "/api/v3/order" if market == "spot" else "/fapi/v1/order"}
    venue.arm(fault.partition("-")[0], 1, match, **options)

    answer = gateway.place(intent(market))

    assert (answer.outcome, answer.code) == (outcome, code), answer
    assert answer.order is None
    sent = [one for one in venue.requests if one.method == "POST" and "order" in one.path]
    assert len(sent) == 1, "an order is sent once"
    assert len(venue.truth(KEY).orders) <= 1


def test_a_ban_says_for_how_long_and_holds_the_next(
    gateway: BinanceGateway, venue: SimExchange
) -> None:
    gateway.prepare([NAMES["spot"]])
    gateway.refuses(intent())
    venue.arm("banned", 1, {"method": "POST"}, retry_after=120)

    began_s = CLOCK.monotonic_s()
    first, second = gateway.place(intent()), gateway.place(intent())
    took_s = CLOCK.monotonic_s() - began_s

    assert (first.outcome, first.retry_after_s) == (Outcome.THROTTLED, 120.0)
    assert second.outcome is Outcome.THROTTLED
    assert second.retry_after_s is not None
    assert 119 - took_s < second.retry_after_s < 121
    assert len([one for one in venue.requests if one.method == "POST"]) == 1
    assert gateway.cancel(intent()).outcome is Outcome.THROTTLED


def test_too_many_new_orders_keep_no_cancel_waiting(
    gateway: BinanceGateway, venue: SimExchange
) -> None:
    """Source: the FAQ on unfilled orders: -1015 is an account's limit of new orders alone."""
    resting = intent(**LIMIT, client_order_id="resting")
    told(gateway.place(resting))
    venue.arm("too_many_orders", 1, {"method": "POST"}, retry_after=86_400)

    first, second = gateway.place(intent()), gateway.place(intent())

    assert (first.outcome, first.retry_after_s) == (Outcome.THROTTLED, 86_400.0)
    assert second.outcome is Outcome.THROTTLED
    assert second.retry_after_s is not None
    assert second.retry_after_s < 61
    assert told(gateway.cancel(resting)).status is OrderStatus.CANCELLED


def test_connection_refused(gateway: BinanceGateway, venue: SimExchange) -> None:
    gateway.refuses(intent())
    venue.close()

    assert gateway.place(intent()).outcome is Outcome.NOT_SENT


def test_a_clock_that_is_off_heals(
    gateway: BinanceGateway, store: BinanceStore, venue: SimExchange
) -> None:
    gateway.refuses(intent())
    venue.clock.skew_ms = 60_000

    first, second = gateway.place(intent()), gateway.place(intent())

    assert (first.outcome, second.outcome) == (Outcome.CLOCK, Outcome.ACK)
    assert abs(store.clock.offset_ms - 60_000) < 1_000


class TestPair:
    LIMIT = intent(
        side=Side.SELL, type=OrderType.LIMIT, limit_price="55000", client_order_id="the-limit"
    )
    STOP = intent(**STOP, client_order_id="the-stop")

    def test_one_cancels_the_other(self, gateway: BinanceGateway, venue: SimExchange) -> None:
        answers = gateway.place_pair(self.LIMIT, self.STOP)

        assert [told(one).client_order_id for one in answers] == ["the-limit", "the-stop"]
        venue.walk("BTC/USDT", "56000")
        assert told(gateway.find(self.LIMIT)).status is OrderStatus.FILLED
        assert told(gateway.find(self.STOP)).status in (
            OrderStatus.EXPIRED,
            OrderStatus.CANCELLED,
        )

    def test_a_cancel_of_one_is_told_as_its_own_and_takes_the_other_along(
        self, gateway: BinanceGateway
    ) -> None:
        placed = [told(one) for one in gateway.place_pair(self.LIMIT, self.STOP)]

        gone = told(gateway.cancel(self.STOP))

        assert (gone.client_order_id, gone.status) == ("the-stop", OrderStatus.CANCELLED)
        assert gone.venue_order_id == placed[1].venue_order_id
        assert told(gateway.find(self.LIMIT)).status is OrderStatus.CANCELLED

    def test_one_of_somebody_else_is_cancelled_as_a_list(self, gateway: BinanceGateway) -> None:
        gateway.place_pair(self.LIMIT, self.STOP)
        listed = {one.client_order_id: one for one in gateway.open_orders([self.STOP.symbol])}
        unnamed = replace(listed["the-limit"], client_order_id="")

        gone = told(gateway.cancel(unnamed))

        assert (gone.client_order_id, gone.status) == ("the-limit", OrderStatus.CANCELLED)

    def test_prices_that_make_no_pair(self, gateway: BinanceGateway) -> None:
        above = intent(**{**STOP, "stop_price": "60000"}, client_order_id="the-stop")

        answers = gateway.place_pair(self.LIMIT, above)

        assert [one.outcome for one in answers] == [Outcome.REJECTED] * 2

    def test_a_lost_answer_is_unknown_for_both(
        self, gateway: BinanceGateway, venue: SimExchange
    ) -> None:
        gateway.refuses(self.LIMIT)
        venue.arm("lost_answer", 1, {"method": "POST"})

        answers = gateway.place_pair(self.LIMIT, self.STOP)

        assert [one.outcome for one in answers] == [Outcome.UNKNOWN] * 2

    def test_half_an_answer_is_unknown_for_both(
        self, gateway: BinanceGateway, venue: SimExchange
    ) -> None:
        gateway.refuses(self.LIMIT)
        venue.arm("object", 1, {"method": "POST"})

        answers = gateway.place_pair(self.LIMIT, self.STOP)

        assert [one.outcome for one in answers] == [Outcome.UNKNOWN] * 2

    @SWAP
    def test_swaps_have_none(self, gateway: BinanceGateway, market: str) -> None:
        limit = intent("swap", **{**LIMIT, "side": Side.SELL})

        answers = gateway.place_pair(limit, intent("swap", **STOP))

        assert [one.outcome for one in answers] == [Outcome.REJECTED] * 2

    def test_an_unknown_symbol(self, gateway: BinanceGateway) -> None:
        answers = gateway.place_pair(intent(symbol="DOGE/USDT"), intent(symbol="DOGE/USDT"))

        assert [one.outcome for one in answers] == [Outcome.REJECTED] * 2


@SWAP
class TestConditional:
    def test_one_that_has_fired_is_told_as_what_it_became(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        gateway.place(intent(market, client_order_id="the-entry"))
        stop = intent(market, **STOP, reduce_only=True)
        resting = told(gateway.place(stop))

        venue.walk(NAMES[market], "44000")
        fired = told(gateway.find(stop))

        assert resting.venue_order_id.startswith("algo-")
        assert not fired.venue_order_id.startswith("algo-")
        assert (fired.status, fired.filled) == (OrderStatus.FILLED, Decimal("0.01"))
        assert (fired.type, fired.stop_price) == (OrderType.STOP, Decimal(45_000))
        assert [
            fill.client_order_id for fill in gateway.fills(NAMES[market], days_ago(gateway, 1))
        ] == [
            "the-entry",
            stop.client_order_id,
        ]

    def test_one_that_has_fired_into_a_resting_order_is_cancelled_as_that(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        stop = intent(market, **{**STOP_LIMIT, "limit_price": "48000"})
        gateway.place(stop)
        venue.walk(NAMES[market], "44000")

        assert told(gateway.find(stop)).status is OrderStatus.ACCEPTED
        assert told(gateway.cancel(stop)).status is OrderStatus.CANCELLED
        assert gateway.open_orders([NAMES[market]]) == []

    def test_one_that_only_the_common_orders_remember_is_found_there(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        stop = intent(market, **STOP)
        gateway.place(stop)
        venue.walk(NAMES[market], "44000")
        venue.arm("invisible", 1, {"path": "/fapi/v1/algoOrder"})

        found = told(gateway.find(stop))

        assert (found.status, found.type) == (OrderStatus.FILLED, OrderType.STOP)
        assert found.stop_price == Decimal(45_000)

    def test_what_it_became_is_found_by_its_own_number_too(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        stop = intent(market, **STOP)
        gateway.place(stop)
        venue.walk(NAMES[market], "44000")
        venue.arm("invisible", 1, {"path": "/fapi/v1/order"})

        found = told(gateway.find(stop))

        assert (found.client_order_id, found.status) == (stop.client_order_id, OrderStatus.FILLED)
        assert (found.type, found.stop_price) == (OrderType.STOP, Decimal(45_000))

    def test_one_that_has_fired_into_something_unseen_is_unknown(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        stop = intent(market, **STOP)
        gateway.place(stop)
        venue.walk(NAMES[market], "44000")
        venue.arm("invisible", 2, {"path": "/fapi/v1/order"})

        assert gateway.find(stop).outcome is Outcome.UNKNOWN


def test_orders_need_a_key(venue: SimExchange) -> None:
    with pytest.raises(GatewayError, match="api_key"):
        BinanceGateway(BinanceStore(endpoints=venue.url))
