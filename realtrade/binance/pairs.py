"""Two exits on one holding, one cancels the other: spot's order list of a limit and a stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.binance import answers, orders
from realtrade.binance.orders import Request
from realtrade.common.rest.errors import OddAnswer
from realtrade.common.rest.unified import text
from realtrade.model.order import OrderType, Side
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.common.rest.listing import Listing
    from realtrade.model.order import OrderIntent

_NAME_LENGTH = 32


def refusal(limit: OrderIntent, stop: OrderIntent, listing: Listing, now_ms: int) -> str | None:
    """Return why two intents are no pair that spot can rest, or None when they are."""
    if listing.instrument.market != "spot":
        return "Binance USDⓈ-M has no order lists"
    for one in (limit, stop):
        refused = orders.refusal(one, listing, now_ms)
        if refused is not None:
            return refused
    if limit.type is not OrderType.LIMIT or stop.type not in orders.CONDITIONAL:
        return "an order list is a limit and a stop"
    same = (limit.symbol, limit.side, limit.quantity) == (stop.symbol, stop.side, stop.quantity)
    return None if same else "both orders of a list have one symbol, side and quantity"


def request(limit: OrderIntent, stop: OrderIntent, listing: Listing) -> Request:
    """Return the request that places both; the limit rests as a maker, as lists demand."""
    limit_at, stop_at = ("above", "below") if limit.side is Side.SELL else ("below", "above")
    params: dict[str, Any] = {
        "symbol": listing.id,
        "side": limit.side.upper(),
        "quantity": text(limit.quantity),
        "listClientOrderId": f"{limit.client_order_id[:_NAME_LENGTH]}-oco",
        f"{limit_at}Type": "LIMIT_MAKER",
        f"{limit_at}ClientOrderId": limit.client_order_id,
        f"{limit_at}Price": text(limit.limit_price or limit.price),
        f"{stop_at}ClientOrderId": stop.client_order_id,
        "newOrderRespType": "FULL",
    }
    alone = orders.request(stop, listing).params
    for name in ("type", "price", "stopPrice", "timeInForce", "trailingDelta"):
        if name in alone:
            params[f"{stop_at}{name[0].upper()}{name[1:]}"] = alone[name]
    return Request("privatePostOrderListOco", params)


def placed(row: Any, pair: Sequence[OrderIntent]) -> list[Answer]:
    """Return an answer for each order of the pair.

    Raises:
        OddAnswer: the answer does not tell of both.
    """
    reports = row.get("orderReports") if isinstance(row, dict) else None
    if not isinstance(reports, list):
        raise OddAnswer("the answer tells of no order list")
    told = {str(one.get("clientOrderId")): one for one in reports if isinstance(one, dict)}
    return [_one(told, intent) for intent in pair]


def _one(told: Mapping[str, Any], intent: OrderIntent) -> Answer:
    row = told.get(intent.client_order_id)
    if row is None:
        msg = f"the answer does not tell of {intent.client_order_id}"
        raise OddAnswer(msg)
    order = answers.order(row, intent.symbol)
    return Answer(outcome=Outcome.ACK, order=order, fills=answers.placed_fills(row, order))
