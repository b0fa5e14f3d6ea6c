"""Trades of long ago: USDⓈ-M tells a week of them where no span is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.plugins.ports.gateway import GatewayError
from tests.binance.orders_made import BOTH, NAMES, SWAP, days_ago, intent

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.testing import SimExchange

TRADES = {"spot": "/api/v3/myTrades", "swap": "/fapi/v1/userTrades"}


def trade(gateway: BinanceGateway, venue: SimExchange, market: str, *days: int) -> None:
    """Trade, each time after so many days at the exchange."""
    for number, after in enumerate(days):
        venue.clock.skew_ms += after * 86_400_000
        gateway.resync()
        gateway.place(intent(market, client_order_id=f"order-{number}"))


def names(gateway: BinanceGateway, market: str, after: str) -> list[str]:
    return [fill.client_order_id for fill in gateway.fills(NAMES[market], after)]


@BOTH
class TestBehindATrade:
    def test_of_weeks_ago(self, gateway: BinanceGateway, venue: SimExchange, market: str) -> None:
        trade(gateway, venue, market, 0, 10, 20, 10)
        first = gateway.fills(NAMES[market], days_ago(gateway, 50))[0]

        assert names(gateway, market, first.trade_id) == ["order-1", "order-2", "order-3"]

    def test_of_weeks_ago_and_the_last(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        trade(gateway, venue, market, 0)
        (first,) = gateway.fills(NAMES[market], days_ago(gateway, 1))
        venue.clock.skew_ms += 30 * 86_400_000
        gateway.resync()

        assert names(gateway, market, first.trade_id) == []

    def test_since_weeks_ago(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        trade(gateway, venue, market, 0, 10, 20)

        assert names(gateway, market, days_ago(gateway, 50)) == ["order-0", "order-1", "order-2"]


@SWAP
def test_a_trade_that_is_told_itself_proves_that_none_is_missing(
    gateway: BinanceGateway, venue: SimExchange, market: str
) -> None:
    trade(gateway, venue, market, 0, 1)
    first, _ = gateway.fills(NAMES[market], days_ago(gateway, 5))
    before = len(venue.requests)

    assert names(gateway, market, first.trade_id) == ["order-1"]

    (asked,) = [one for one in list(venue.requests)[before:] if one.path == TRADES[market]]
    assert asked.params["fromId"] == first.trade_id


@SWAP
def test_weeks_without_a_trade_are_looked_through_once(
    gateway: BinanceGateway, venue: SimExchange, market: str
) -> None:
    trade(gateway, venue, market, 0)
    (first,) = gateway.fills(NAMES[market], days_ago(gateway, 1))
    venue.clock.skew_ms += 30 * 86_400_000
    gateway.resync()

    def asked() -> int:
        before = len(venue.requests)
        assert names(gateway, market, first.trade_id) == []
        return len([one for one in list(venue.requests)[before:] if one.path == TRADES[market]])

    assert (asked(), asked()) == (1 + 13, 1 + 1)
    gateway.place(intent(market, client_order_id="another"))
    assert names(gateway, market, first.trade_id) == ["another"]


@SWAP
def test_more_trades_at_once_than_a_page_has_are_not_passed_over(
    gateway: BinanceGateway, venue: SimExchange, market: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    trade(gateway, venue, market, 0)
    monkeypatch.setattr("realtrade.binance.executions.PAGE", 1)

    with pytest.raises(GatewayError, match="more trades"):
        gateway.fills(NAMES[market], days_ago(gateway, 1))


@SWAP
def test_a_trade_of_an_order_that_is_forgotten_is_nobodys(
    gateway: BinanceGateway, store: BinanceStore, venue: SimExchange, market: str
) -> None:
    trade(gateway, venue, market, 0)
    venue.arm("invisible", 1, {"path": "/fapi/v1/order"})

    assert names(BinanceGateway(store), market, days_ago(gateway, 1)) == [""]
