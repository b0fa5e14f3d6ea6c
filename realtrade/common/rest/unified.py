"""What ccxt's unified methods say, in our values: for whatever an exchange has no dialect for."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.listing import Listing, Ticker
from realtrade.common.rest.transport import Limits
from realtrade.model.account import AccountState, Balance, VenueOrder
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderStatus, OrderType, Position, Side

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.base_store import BaseStore
    from realtrade.utils.timeframes import Timeframe

MARKETS = Limits(deadline_s=60.0, max_bytes=64 << 20)
"""Lists of everything that is traded are the largest answers there are."""
PAGE = 1_000

_TYPES = {
    "market": OrderType.MARKET,
    "limit": OrderType.LIMIT,
    "stop": OrderType.STOP,
    "stop_market": OrderType.STOP,
    "stop_limit": OrderType.STOP_LIMIT,
    "trailing_stop_market": OrderType.TRAILING_STOP,
}
_OVER = {
    "closed": OrderStatus.FILLED,
    "canceled": OrderStatus.CANCELLED,
    "expired": OrderStatus.EXPIRED,
    "rejected": OrderStatus.REJECTED,
}


def number(value: Any) -> Decimal:
    """Return a number of an answer; 0 where it says none.

    Raises:
        OddAnswer: it is no number.
    """
    if value in (None, ""):
        return Decimal(0)
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        msg = f"expected a number, got {str(value)[:40]!r}"
        raise OddAnswer(msg) from error
    if not found.is_finite():
        msg = f"expected a number, got {found}"
        raise OddAnswer(msg)
    return found


def text(value: Decimal) -> str:
    """Return a number as exchanges read it: digits and a point, nothing rounded."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def listings(store: BaseStore) -> list[Listing]:
    """Return what is listed in the store's market: spot, or linear swaps."""
    markets = store.read("load_markets", False, limits=MARKETS)
    chosen = [one for one in markets.values() if _fits(one, store.market_type)]
    return [_listing(one, store.market_type) for one in chosen]


def _fits(market: dict[str, Any], wanted: str) -> bool:
    if wanted == "spot":
        return bool(market.get("spot"))
    return bool(market.get("swap")) and bool(market.get("linear"))


def _listing(market: dict[str, Any], kind: str) -> Listing:
    limits, precision = market.get("limits") or {}, market.get("precision") or {}
    amount, cost = limits.get("amount") or {}, limits.get("cost") or {}
    instrument = Instrument(
        market["symbol"],
        market["base"],
        market["quote"],
        "spot" if kind == "spot" else "swap",
        tick=number(precision.get("price")),
        lot=number(precision.get("amount")),
        min_quantity=number(amount.get("min")),
        min_notional=number(cost.get("min")),
        contract_size=number(market.get("contractSize")) or Decimal(1),
    )
    return Listing(
        instrument=instrument,
        id=str(market["id"]),
        active=market.get("active") is not False,
        max_quantity=number(amount.get("max")),
    )


def bars(
    store: BaseStore, listing: Listing, timeframe: Timeframe, since_ms: int, until_ms: int
) -> Sequence[Sequence[Any]]:
    """Return rows of bars from `since_ms` on."""
    rows: Sequence[Sequence[Any]] = store.read(
        "fetch_ohlcv", listing.instrument.symbol, str(timeframe), since_ms, PAGE
    )
    return [row for row in rows if row and int(row[0]) < until_ms]


def ticker(store: BaseStore, listing: Listing) -> Ticker:
    """Return the last price of a symbol."""
    told = store.read("fetch_ticker", listing.instrument.symbol)
    return Ticker(
        listing.instrument.symbol,
        number(told.get("last")),
        number(told.get("bid")) or None,
        number(told.get("ask")) or None,
        int(told.get("timestamp") or 0),
    )


def state(store: BaseStore) -> AccountState:
    """Return balances and, on swaps, positions."""
    told = balances(store.read("fetch_balance"))
    held = {} if store.market_type == "spot" else positions(store.read("fetch_positions"))
    return AccountState(balances=told, positions=held, time_ms=store.now_ms())


def balances(told: Any) -> dict[str, Balance]:
    """Return what an account has of each currency; none that it has nothing of.

    Raises:
        OddAnswer: these are no balances.
    """
    if not isinstance(told, dict):
        raise OddAnswer("balances were asked for and not told")
    free, used = told.get("free") or {}, told.get("used") or {}
    names = {name for name in (*free, *used) if number(free.get(name)) + number(used.get(name))}
    return {name: Balance(number(free.get(name)), number(used.get(name))) for name in names}


def positions(rows: Sequence[dict[str, Any]]) -> dict[str, Position]:
    """Return what is held, by symbol; quantities in contracts."""
    found = {}
    for row in rows:
        quantity = number(row.get("contracts"))
        if quantity:
            signed = -quantity if row.get("side") == "short" else quantity
            found[str(row["symbol"])] = Position(signed, number(row.get("entryPrice")))
    return found


def open_orders(store: BaseStore, symbol: str | None) -> list[VenueOrder]:
    """Return open orders of a symbol, or of all."""
    of_all = {"type": store.market_type} if symbol is None else {}
    rows = store.read("fetch_open_orders", symbol, None, None, of_all)
    return [order(row) for row in rows]


def order(row: dict[str, Any]) -> VenueOrder:
    """Return an order as ccxt tells of it.

    Raises:
        OddAnswer: it has no id, or a side or type that is none.
    """
    if not row.get("id") or row.get("side") not in ("buy", "sell"):
        msg = f"this is no order: {str(row)[:80]}"
        raise OddAnswer(msg)
    quantity, filled = number(row.get("amount")), number(row.get("filled"))
    working = OrderStatus.PARTIALLY_FILLED if filled else OrderStatus.ACCEPTED
    return VenueOrder(
        client_order_id=str(row.get("clientOrderId") or ""),
        venue_order_id=str(row["id"]),
        symbol=str(row.get("symbol") or ""),
        side=Side(row["side"]),
        type=_TYPES.get(str(row.get("type")), OrderType.LIMIT),
        status=_OVER.get(str(row.get("status")), working),
        quantity=quantity,
        filled=filled,
        limit_price=number(row.get("price")) or None,
        stop_price=number(row.get("triggerPrice")) or None,
        time_ms=int(row.get("lastUpdateTimestamp") or row.get("timestamp") or 0),
    )
