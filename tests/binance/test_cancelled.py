"""Orders of spot that were cancelled: the exchange calls them by another name from then on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance.gateway import BinanceGateway
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.gateway import Outcome
from tests.binance.orders_made import LIMIT, intent, told

if TYPE_CHECKING:
    import pytest

    from realtrade.binance.store import BinanceStore
    from realtrade.testing import SimExchange


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
        self, gateway: BinanceGateway, store: BinanceStore
    ) -> None:
        placed = told(gateway.place(self.ORDER))
        gateway.cancel(self.ORDER)
        other = BinanceGateway(store)

        assert other.find(self.ORDER).outcome is Outcome.ABSENT
        other.learn(self.ORDER.symbol, placed.venue_order_id, self.ORDER.client_order_id)

        assert told(other.find(self.ORDER)).status is OrderStatus.CANCELLED

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
