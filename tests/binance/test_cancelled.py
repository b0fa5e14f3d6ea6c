"""Orders that were cancelled: spot calls them by another name then, and both forget them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.search import Finder
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from tests.binance.orders_made import BOTH, LIMIT, STOP, SWAP, intent, told

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.testing import SimExchange

TARGET = {"type": OrderType.LIMIT, "limit_price": "60000", "side": Side.SELL}


class TestCancelledOnSpot:
    """A cancelled order goes by the id of its cancel: only Binance's own id finds it then."""

    ORDER = intent(**LIMIT)

    def test_it_is_found_by_the_id_that_placing_has_told(
        self, gateway: BinanceGateway, venue: SimExchange
    ) -> None:
        placed = told(gateway.place(self.ORDER))
        venue.arm("lost_answer", 1, {"method": "DELETE"})

        assert gateway.cancel(self.ORDER).outcome is Outcome.UNKNOWN
        found = told(gateway.find(self.ORDER))

        assert found.client_order_id == self.ORDER.client_order_id
        assert (found.venue_order_id, found.status) == (
            placed.venue_order_id,
            OrderStatus.CANCELLED,
        )

    def test_it_is_found_after_a_restart(
        self, gateway: BinanceGateway, store: BinanceStore, venue: SimExchange
    ) -> None:
        """By the id of our own cancel, if its placing was never answered."""
        venue.arm("lost_answer", 1, {"method": "POST"})
        assert gateway.place(self.ORDER).outcome is Outcome.UNKNOWN
        gateway.cancel(self.ORDER)

        found = told(BinanceGateway(store).find(self.ORDER))

        assert (found.client_order_id, found.status) == (
            self.ORDER.client_order_id,
            OrderStatus.CANCELLED,
        )

    def test_somebody_elses_cancel_needs_the_id_that_the_journal_has(
        self, gateway: BinanceGateway, store: BinanceStore
    ) -> None:
        placed = told(gateway.place(self.ORDER))
        gateway.cancel(replace(placed, client_order_id=""))
        other = BinanceGateway(store)

        assert other.find(self.ORDER).outcome is Outcome.ABSENT
        other.learn(self.ORDER.symbol, placed.venue_order_id, self.ORDER.client_order_id)

        assert told(other.find(self.ORDER)).status is OrderStatus.CANCELLED

    def test_its_trades_are_ours_after_a_restart(
        self, gateway: BinanceGateway, store: BinanceStore
    ) -> None:
        placed = told(gateway.place(self.ORDER))
        gateway.cancel(self.ORDER)

        number = int(placed.venue_order_id)
        name = Finder(store).client_id(self.ORDER.symbol, number)

        assert name == self.ORDER.client_order_id

    def test_the_cancel_of_a_list_does_not_say_which_order_it_named(
        self, gateway: BinanceGateway, store: BinanceStore
    ) -> None:
        target = intent(client_order_id="rt-target", **TARGET)
        stop = intent(client_order_id="rt-stop", **STOP)
        placed = [told(answer) for answer in gateway.place_pair(target, stop)]
        gateway.cancel(stop)
        other = Finder(store)

        assert BinanceGateway(store).find(stop).outcome is Outcome.ABSENT
        for one in placed:
            name = other.client_id(one.symbol, int(one.venue_order_id))
            assert name == f"{stop.client_order_id}-x"

    def test_an_id_that_finds_nothing_is_absence(self, gateway: BinanceGateway) -> None:
        gateway.learn(self.ORDER.symbol, "999999", self.ORDER.client_order_id)

        assert gateway.find(self.ORDER).outcome is Outcome.ABSENT

    def test_an_answer_of_another_order_is_not_believed(
        self, gateway: BinanceGateway, monkeypatch: pytest.MonkeyPatch, store: BinanceStore
    ) -> None:
        told(gateway.place(self.ORDER))
        gateway.cancel(self.ORDER)
        call = store.call

        def another(name: str, params: Any = None, **more: Any) -> Any:
            row = call(name, params, **more)
            return {**row, "orderId": 1} if "orderId" in (params or {}) else row

        monkeypatch.setattr(store, "call", another)

        assert gateway.find(self.ORDER).outcome is Outcome.UNKNOWN


def test_an_id_too_long_for_another_letter_is_cancelled_all_the_same(
    gateway: BinanceGateway,
) -> None:
    order = intent(**LIMIT, client_order_id="r" * 36)
    gateway.place(order)

    assert told(gateway.cancel(order)).status is OrderStatus.CANCELLED


DAY_MS = 86_400_000


def later(gateway: BinanceGateway, venue: SimExchange, days: float) -> None:
    """Let days pass at the exchange, and the gateway know what time it is there."""
    venue.clock.skew_ms += int(days * DAY_MS)
    gateway.resync()


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an order count as known for long from its first moment on."""
    monkeypatch.setattr("realtrade.binance.search._SETTLED_S", -1.0)


class TestForgotten:
    """Source: "Query Order" of USDⓈ-M; error -2026 of spot."""

    @SWAP
    @pytest.mark.parametrize("kind", [LIMIT, STOP], ids=["plain", "conditional"])
    @pytest.mark.usefixtures("settled")
    def test_one_that_ended_unfilled_is_cancelled_though_not_found(
        self, gateway: BinanceGateway, venue: SimExchange, market: str, kind: dict[str, Any]
    ) -> None:
        order = intent(market, **kind, created_ms=gateway.now_ms())
        placed = told(gateway.place(order))
        gateway.cancel(order)
        later(gateway, venue, 3.1)

        found = told(gateway.find(order))

        assert (found.client_order_id, found.venue_order_id) == (
            order.client_order_id,
            placed.venue_order_id,
        )
        assert (found.status, found.filled) == (OrderStatus.CANCELLED, Decimal(0))
        assert "forgotten" in found.reason

    @SWAP
    @pytest.mark.usefixtures("settled")
    def test_one_that_was_filled_is_found_for_longer(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        order = intent(market, created_ms=gateway.now_ms())
        gateway.place(order)
        later(gateway, venue, 80)
        assert told(gateway.find(order)).status is OrderStatus.FILLED

        later(gateway, venue, 11)

        assert gateway.find(order).outcome is Outcome.ABSENT

    @SWAP
    def test_a_query_that_lags_behind_is_no_end(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        order = intent(market, **LIMIT, created_ms=gateway.now_ms() - 5 * DAY_MS)
        gateway.place(order)
        venue.arm("invisible", 1, {"path": "/fapi/v1/order"})

        assert gateway.find(order).outcome is Outcome.ABSENT

    @SWAP
    @pytest.mark.usefixtures("settled")
    @pytest.mark.parametrize("days", [0, 2.9, 91])
    def test_only_an_order_of_a_certain_age_is_forgotten(
        self, gateway: BinanceGateway, venue: SimExchange, market: str, days: float
    ) -> None:
        order = intent(market, **LIMIT, created_ms=gateway.now_ms() - int(days * DAY_MS))
        gateway.place(order)
        venue.arm("invisible", 1, {"path": "/fapi/v1/order"})

        assert gateway.find(order).outcome is Outcome.ABSENT

    @BOTH
    def test_one_nobody_has_ever_seen_is_absent(self, gateway: BinanceGateway, market: str) -> None:
        order = intent(market, **LIMIT, created_ms=gateway.now_ms() - 5 * DAY_MS)

        assert gateway.find(order).outcome is Outcome.ABSENT

    def test_spot_says_that_it_has_archived_one(
        self, gateway: BinanceGateway, venue: SimExchange
    ) -> None:
        order = intent(**LIMIT)
        gateway.place(order)
        gateway.cancel(order)
        later(gateway, venue, 91)

        found = told(gateway.find(order))

        assert (found.status, found.filled) == (OrderStatus.CANCELLED, Decimal(0))
