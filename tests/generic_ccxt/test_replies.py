"""What exchanges without a dialect of ours answer: certain where it is, open where it is not."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import OrderStatus, Side
from realtrade.plugins.ports.gateway import GatewayError, Outcome
from tests.generic_ccxt.orders_made import LETTERS, OURS, UUID, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.generic_ccxt.gateway import CcxtGateway
    from realtrade.generic_ccxt.leaving import Leaving
    from tests.generic_ccxt.recorder import Recorder

    Open = Callable[..., CcxtGateway]

D = Decimal


def kraken_order(seen: Leaving) -> dict[str, Any]:
    told = {"status": "open", "cl_ord_id": UUID, "vol": "0.25", "vol_exec": "0.1", "userref": None}
    descr = {"pair": "XBTUSDT", "type": "buy", "ordertype": "limit", "price": "100.5"}
    return {"error": [], "result": {"OTXID-1": {**told, "opentm": 1.7e9, "descr": descr}}}


PLACED: list[tuple[str, dict[str, Any], str]] = [
    (
        "okx",
        {"batch-orders": {"code": "0", "data": [{"ordId": "7", "clOrdId": LETTERS, "sCode": "0"}]}},
        "7",
    ),
    ("bybit", {"create": {"retCode": 0, "result": {"orderId": "8", "orderLinkId": OURS}}}, "8"),
    (
        "kraken",
        {
            "AddOrder": {"error": [], "result": {"txid": ["OTXID-1"], "descr": {"order": ""}}},
            "QueryOrders": kraken_order,
        },
        "OTXID-1",
    ),
]


@pytest.mark.parametrize(("name", "answers", "number"), PLACED)
def test_an_order_is_acknowledged_once_it_is_named_by_our_id(
    gateway: Open, recorder: Recorder, name: str, answers: dict[str, Any], number: str
) -> None:
    one = gateway(name)
    recorder.answers.update(answers)

    answer = one.place(order())

    assert answer.outcome is Outcome.ACK, answer.reason
    told = answer.order
    assert told is not None
    assert (told.client_order_id, told.venue_order_id) == (OURS, number)
    assert (told.symbol, told.side, told.quantity) == ("BTC/USDT", Side.BUY, D("0.25"))
    assert told.status in {OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED}
    assert told.limit_price == D("100.5")


def test_an_answer_that_cannot_be_confirmed_leaves_it_open(
    gateway: Open, recorder: Recorder
) -> None:
    one = gateway("kraken")
    placed = {"error": [], "result": {"txid": ["OTXID-1"], "descr": {"order": ""}}}
    recorder.answers.update({"AddOrder": placed, "QueryOrders": {"error": [], "result": {}}})

    assert one.place(order()).outcome is Outcome.UNKNOWN


def okx_refusal(code: str, words: str) -> dict[str, Any]:
    return {"code": "1", "data": [{"sCode": code, "sMsg": words}]}


REFUSALS: list[tuple[str, str, Any, Outcome]] = [
    ("okx", "batch-orders", okx_refusal("51008", "insufficient"), Outcome.MARGIN),
    ("okx", "batch-orders", okx_refusal("51016", "Duplicated client order ID"), Outcome.EXISTS),
    ("okx", "batch-orders", okx_refusal("51020", "too small"), Outcome.REJECTED),
    ("okx", "batch-orders", {"code": "50004", "msg": "timed out", "data": []}, Outcome.UNKNOWN),
    ("bybit", "create", {"retCode": 170131, "retMsg": "Balance insufficient."}, Outcome.MARGIN),
    ("bybit", "create", {"retCode": 10016, "retMsg": "Server error"}, Outcome.UNKNOWN),
    ("kraken", "AddOrder", {"error": ["EOrder:Insufficient funds"]}, Outcome.MARGIN),
    ("kraken", "AddOrder", {"error": ["EService:Unavailable"]}, Outcome.UNKNOWN),
]


@pytest.mark.parametrize(("name", "end", "told", "outcome"), REFUSALS)
def test_only_what_is_certain_is_a_refusal(  # noqa: PLR0917 - a row of the table, and what it is tried on
    gateway: Open, recorder: Recorder, name: str, end: str, told: Any, outcome: Outcome
) -> None:
    one = gateway(name)
    recorder.answers[end] = told

    answer = one.place(order())

    assert answer.outcome is outcome, answer.reason
    assert "a-key-of-letters-only" not in answer.reason


# -- looking for orders -----------------------------------------------------------------------


def test_where_only_lists_tell_our_id_they_are_looked_through(
    gateway: Open, recorder: Recorder
) -> None:
    one = gateway("kraken")
    open_one = kraken_order(recorder.answers)["result"]  # type: ignore[arg-type]  # not looked at
    nothing = {"error": [], "result": {"closed": {}}}
    recorder.answers.update({"OpenOrders": {"error": [], "result": {"open": open_one}}})
    recorder.answers["ClosedOrders"] = nothing

    found = one.find(order())
    recorder.answers["OpenOrders"] = {"error": [], "result": {"open": {}}}
    missed = one.find(order(client_order_id="rtfwux-aaaaaaaaaaaaaaaaaaaaaa-0"))

    assert found.outcome is Outcome.ACK
    assert found.order is not None
    assert (found.order.client_order_id, found.order.filled) == (OURS, D("0.1"))
    assert missed.outcome is Outcome.ABSENT


def test_a_list_that_may_go_on_proves_nothing(gateway: Open, recorder: Recorder) -> None:
    one = gateway("kraken")
    row = kraken_order(recorder.answers)["result"]["OTXID-1"]  # type: ignore[arg-type]  # as above
    many = {f"O{number}": {**row, "cl_ord_id": "foreign"} for number in range(50)}
    recorder.answers["OpenOrders"] = {"error": [], "result": {"open": {}}}
    recorder.answers["ClosedOrders"] = {"error": [], "result": {"closed": many}}

    assert one.find(order()).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("name", "market", "why"),
    [
        ("kraken", "swap", "what a balance of 'kraken' is on swaps is not known here"),
        ("hyperliquid", "spot", "wants a key with privateKey, walletAddress"),
        ("upbit", "spot", "ccxt has no fetchMyTrades of 'upbit'"),
    ],
)
def test_an_exchange_that_cannot_be_traded_is_refused_with_the_reason(
    gateway: Open, name: str, market: str, why: str
) -> None:
    with pytest.raises(GatewayError, match=why):
        gateway(name, market)
