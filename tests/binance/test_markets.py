"""What `exchangeInfo` and a key's permissions mean, as Binance's documentation shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.binance.markets import listings
from realtrade.binance.permissions import objections
from realtrade.common.rest.errors import OddAnswer

SPOT_INFO: dict[str, Any] = {
    "symbol": "ETHBTC",
    "status": "TRADING",
    "baseAsset": "ETH",
    "quoteAsset": "BTC",
    "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS", "STOP_LOSS_LIMIT"],
    "allowTrailingStop": True,
    "isSpotTradingAllowed": True,
    "filters": [
        {"filterType": "PRICE_FILTER", "minPrice": "0.00000100", "tickSize": "0.00000100"},
        {
            "filterType": "LOT_SIZE",
            "minQty": "0.00100000",
            "maxQty": "100000.00000000",
            "stepSize": "0.00100000",
        },
        {"filterType": "MARKET_LOT_SIZE", "minQty": "0.0", "maxQty": "631.5", "stepSize": "0.0"},
        {"filterType": "NOTIONAL", "minNotional": "0.00010000", "applyMinToMarket": True},
    ],
}
SWAP_INFO: dict[str, Any] = {
    "symbol": "BLZUSDT",
    "contractType": "PERPETUAL",
    "status": "TRADING",
    "baseAsset": "BLZ",
    "quoteAsset": "USDT",
    "marginAsset": "USDT",
    "OrderType": ["LIMIT"],
    "filters": [
        {
            "filterType": "PRICE_FILTER",
            "maxPrice": "300",
            "minPrice": "0.0001",
            "tickSize": "0.0001",
        },
        {"filterType": "LOT_SIZE", "maxQty": "10000000", "minQty": "1", "stepSize": "1"},
        {"filterType": "MARKET_LOT_SIZE", "maxQty": "590119", "minQty": "1", "stepSize": "1"},
        {"filterType": "MIN_NOTIONAL", "notional": "5.0"},
    ],
    "orderTypes": ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TRAILING_STOP_MARKET"],
}


class TestMarkets:
    def test_inverse_contracts_are_left_out(self) -> None:
        inverse = {**SWAP_INFO, "symbol": "BTCUSD_PERP", "baseAsset": "BTC", "quoteAsset": "USD"}

        found = listings({"symbols": [SWAP_INFO, {**inverse, "marginAsset": "BTC"}]}, "swap")

        assert [one.id for one in found] == ["BLZUSDT"]

    def test_spot(self) -> None:
        (one,) = listings({"symbols": [SPOT_INFO]}, "spot")

        assert (one.instrument.symbol, one.id, one.active) == ("ETH/BTC", "ETHBTC", True)
        assert (one.instrument.tick, one.instrument.lot) == (
            Decimal("0.000001"),
            Decimal("0.001"),
        )
        assert (one.instrument.min_quantity, one.instrument.min_notional) == (
            Decimal("0.001"),
            Decimal("0.0001"),
        )
        assert (one.max_quantity, one.max_market_quantity) == (Decimal(100_000), Decimal("631.5"))
        assert str(one.instrument.tick) == "0.000001"
        assert one.trailing
        assert "STOP_LOSS" in one.types

    def test_swap(self) -> None:
        (one,) = listings({"symbols": [SWAP_INFO]}, "swap")

        assert one.instrument.symbol == "BLZ/USDT:USDT"
        assert (one.instrument.lot, one.instrument.min_notional) == (Decimal(1), Decimal(5))
        assert (one.instrument.contract_size, one.max_market_quantity) == (
            Decimal(1),
            Decimal(590_119),
        )
        assert "STOP_MARKET" in one.types

    @pytest.mark.parametrize(
        ("change", "market"),
        [
            ({"contractType": "CURRENT_QUARTER"}, "swap"),
            ({"contractType": ""}, "swap"),
            ({"isSpotTradingAllowed": False}, "spot"),
        ],
    )
    def test_leaves_out_what_cannot_be_traded_here(self, change: Any, market: Any) -> None:
        row = SPOT_INFO if market == "spot" else SWAP_INFO

        assert listings({"symbols": [{**row, **change}]}, market) == []

    def test_a_symbol_that_is_halted(self) -> None:
        (one,) = listings({"symbols": [{**SPOT_INFO, "status": "BREAK"}]}, "spot")

        assert not one.active

    @pytest.mark.parametrize("told", [None, [], {}, {"symbols": None}, {"symbols": []}])
    def test_no_symbols_at_all_is_odd(self, told: Any) -> None:
        with pytest.raises(OddAnswer):
            listings(told, "spot")


GOOD = {"enableWithdrawals": False, "enableSpotAndMarginTrading": True, "enableFutures": True}


@pytest.mark.parametrize(
    ("change", "market", "allow", "count"),
    [
        ({}, "spot", (), 0),
        ({}, "swap", (), 0),
        ({"enableFutures": False}, "spot", (), 0),
        ({"enableFutures": False}, "swap", (), 1),
        ({"enableFutures": "true"}, "swap", (), 1),
        ({"enableSpotAndMarginTrading": None}, "spot", (), 1),
        ({"enableWithdrawals": True}, "spot", (), 1),
        ({"enableWithdrawals": True}, "spot", ("withdrawals",), 0),
        ({"enableWithdrawals": True, "enableFutures": False}, "swap", (), 2),
    ],
)
def test_permissions(change: Any, market: str, allow: Any, count: int) -> None:
    assert len(objections({**GOOD, **change}, market, allow)) == count
