"""What Binance's `exchangeInfo` says of each symbol, spot and USDⓈ-M, in our values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.listing import Listing
from realtrade.common.rest.unified import number
from realtrade.model.instrument import Instrument, MarketType


def listings(told: Any, market: MarketType) -> list[Listing]:
    """Return the listings of one answer; swaps are the perpetuals, dated contracts are left out.

    Inverse ones are, too: COIN-M shares USDⓈ-M's services since 2026-06, and counts in contracts.

    Raises:
        OddAnswer: it is no `exchangeInfo`.
    """
    rows = told.get("symbols") if isinstance(told, dict) else None
    if not isinstance(rows, list) or not rows:
        raise OddAnswer("exchangeInfo lists no symbols")
    return [_listing(row, market) for row in rows if _is_wanted(row, market)]


def _is_wanted(row: dict[str, Any], market: MarketType) -> bool:
    if market == "spot":
        return row.get("isSpotTradingAllowed") is not False
    linear = row.get("marginAsset") != row.get("baseAsset")
    return linear and str(row.get("contractType")) in ("PERPETUAL", "TRADIFI_PERPETUAL")


def _listing(row: dict[str, Any], market: MarketType) -> Listing:
    filters = {str(one.get("filterType")): one for one in row.get("filters", ())}
    price, lot = filters.get("PRICE_FILTER", {}), filters.get("LOT_SIZE", {})
    least = filters.get("NOTIONAL") or filters.get("MIN_NOTIONAL") or {}
    base, quote = str(row["baseAsset"]), str(row["quoteAsset"])
    end = "" if market == "spot" else f":{row.get('marginAsset', quote)}"
    instrument = Instrument(
        f"{base}/{quote}{end}",
        base,
        quote,
        market,
        tick=_plain(number(price.get("tickSize"))),
        lot=_plain(number(lot.get("stepSize"))),
        min_quantity=_plain(number(lot.get("minQty"))),
        min_notional=_plain(number(least.get("minNotional", least.get("notional")))),
    )
    at_market = filters.get("MARKET_LOT_SIZE", {})
    return Listing(
        instrument=instrument,
        id=str(row["symbol"]),
        active=row.get("status", row.get("contractStatus")) == "TRADING",
        max_quantity=_plain(number(lot.get("maxQty"))),
        max_market_quantity=_plain(number(at_market.get("maxQty"))),
        types=frozenset(map(str, row.get("orderTypes", row.get("orderType", ())))),
        trailing=row.get("allowTrailingStop") is True or market == "swap",
    )


def _plain(value: Decimal) -> Decimal:
    """Return `0.00100000` as `0.001`, so that an exponent tells how many places there are."""
    return value.normalize() + 0 if value else Decimal(0)
