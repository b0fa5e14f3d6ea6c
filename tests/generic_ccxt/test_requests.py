"""What leaves for an order on exchanges that nobody has written a dialect for, byte for byte.

The names are those of each exchange's own documentation of placing an order.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import OrderType, Side, TimeInForce
from realtrade.plugins.ports.gateway import Outcome
from tests.generic_ccxt.orders_made import GATE, LETTERS, OURS, UUID, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.generic_ccxt.gateway import CcxtGateway
    from tests.generic_ccxt.recorder import Recorder

    Open = Callable[..., CcxtGateway]

D = Decimal
PASSING = {"nonce", "timestamp", "signature"}


LIMIT: dict[str, Any] = {}
BUY: dict[str, Any] = {"type": OrderType.MARKET}
SELL: dict[str, Any] = {"type": OrderType.MARKET, "side": Side.SELL}
POST: dict[str, Any] = {"post_only": True}
IOC: dict[str, Any] = {"time_in_force": TimeInForce.IOC}
FOK: dict[str, Any] = {"time_in_force": TimeInForce.FOK}
EXIT: dict[str, Any] = {"reduce_only": True, "side": Side.SELL}


def okx(**words: str) -> dict[str, str]:
    given = {"instId": "BTC-USDT", "tdMode": "cash", "tgtCcy": "base_ccy", "sz": "0.25"}
    given |= {"side": "buy", "ordType": "limit", "clOrdId": LETTERS, **words}
    return {f"0.{name}": value for name, value in given.items() if value}


def okx_swap(**words: str) -> dict[str, str]:
    return okx(**{"instId": "BTC-USDT-SWAP", "tdMode": "cross", "tgtCcy": "", **words})


def bybit(category: str = "spot", **words: str) -> dict[str, str]:
    given = {"category": category, "symbol": "BTCUSDT", "side": "Buy", "orderType": "Limit"}
    return given | {"qty": "0.25", "orderLinkId": OURS, **words}


def kraken(**words: str) -> dict[str, str]:
    given = {"pair": "XBTUSDT", "type": "buy", "ordertype": "limit", "volume": "0.25"}
    return given | {"cl_ord_id": UUID, **words}


def kucoin(**words: str) -> dict[str, str]:
    given = {"symbol": "BTC-USDT", "side": "buy", "type": "limit", "size": "0.25"}
    return given | {"clientOid": OURS, **words}


def bitget(category: str = "SPOT", **words: str) -> dict[str, str]:
    given = {"category": category, "symbol": "BTCUSDT", "side": "buy", "orderType": "limit"}
    return given | {"qty": "0.25", "timeInForce": "gtc", "clientOid": OURS, **words}


def gate(**words: str) -> dict[str, str]:
    given = {"currency_pair": "BTC_USDT", "account": "spot", "side": "buy", "type": "limit"}
    return given | {"amount": "0.25", "text": GATE, **words}


SNAPSHOTS: list[tuple[str, str, dict[str, Any], str, dict[str, str]]] = [
    ("okx", "spot", LIMIT, "/api/v5/trade/batch-orders", okx(px="100.5")),
    ("okx", "spot", BUY, "/api/v5/trade/batch-orders", okx(ordType="market")),
    ("okx", "spot", POST, "/api/v5/trade/batch-orders", okx(ordType="post_only", px="100.5")),
    ("okx", "spot", IOC, "/api/v5/trade/batch-orders", okx(ordType="ioc", px="100.5")),
    ("okx", "spot", FOK, "/api/v5/trade/batch-orders", okx(ordType="fok", px="100.5")),
    ("okx", "swap", BUY, "/api/v5/trade/batch-orders", okx_swap(ordType="market")),
    (
        *("okx", "swap", EXIT, "/api/v5/trade/batch-orders"),
        okx_swap(side="sell", px="100.5", reduceOnly="True"),
    ),
    ("bybit", "spot", LIMIT, "/v5/order/create", bybit(price="100.5")),
    ("bybit", "spot", BUY, "/v5/order/create", bybit(orderType="Market", marketUnit="baseCoin")),
    ("bybit", "spot", POST, "/v5/order/create", bybit(price="100.5", timeInForce="PostOnly")),
    ("bybit", "spot", IOC, "/v5/order/create", bybit(price="100.5", timeInForce="IOC")),
    ("bybit", "swap", SELL, "/v5/order/create", bybit("linear", side="Sell", orderType="Market")),
    (
        *("bybit", "swap", EXIT, "/v5/order/create"),
        bybit("linear", side="Sell", price="100.5", reduceOnly="True"),
    ),
    ("kraken", "spot", LIMIT, "/0/private/AddOrder", kraken(price="100.5")),
    ("kraken", "spot", BUY, "/0/private/AddOrder", kraken(ordertype="market")),
    ("kraken", "spot", POST, "/0/private/AddOrder", kraken(price="100.5", oflags="post")),
    ("kraken", "spot", IOC, "/0/private/AddOrder", kraken(price="100.5", timeinforce="IOC")),
    ("kucoin", "spot", LIMIT, "/api/v1/orders", kucoin(price="100.5")),
    ("kucoin", "spot", BUY, "/api/v1/orders", kucoin(type="market")),
    ("kucoin", "spot", POST, "/api/v1/orders", kucoin(price="100.5", postOnly="True")),
    ("bitget", "spot", LIMIT, "/api/v3/trade/place-order", bitget(price="100.5")),
    (
        *("bitget", "spot", SELL, "/api/v3/trade/place-order"),
        bitget(side="sell", orderType="market"),
    ),
    (
        *("bitget", "swap", EXIT, "/api/v3/trade/place-order"),
        bitget("USDT-FUTURES", side="sell", price="100.5", reduceOnly="yes"),
    ),
    ("gate", "spot", LIMIT, "/api/v4/spot/orders", gate(price="100.5")),
    ("gate", "spot", POST, "/api/v4/spot/orders", gate(price="100.5", time_in_force="poc")),
    (
        *("gate", "spot", SELL, "/api/v4/spot/orders"),
        gate(side="sell", type="market", time_in_force="ioc"),
    ),
]


@pytest.mark.parametrize(("name", "market", "words", "path", "expected"), SNAPSHOTS)
def test_an_order_leaves_once_as_the_exchange_documents_it(  # noqa: PLR0917 - a row of the table, and what it is tried on
    gateway: Open,
    recorder: Recorder,
    name: str,
    market: str,
    words: dict[str, Any],
    path: str,
    expected: dict[str, str],
) -> None:
    answer = gateway(name, market).place(order(market, **words))

    assert answer.outcome is Outcome.UNKNOWN  # `{}` is no answer to an order
    assert [(one.method, one.path) for one in recorder.orders] == [("POST", path)]
    left = recorder.orders[0].values
    assert {k: v for k, v in left.items() if k not in PASSING} == expected


STOP: dict[str, Any] = {"type": OrderType.STOP, "stop_price": D(110), "limit_price": None}
TRAIL: dict[str, Any] = {"type": OrderType.TRAILING_STOP, "trail_percent": D("0.01")}


@pytest.mark.parametrize(
    ("name", "market", "words", "why"),
    [
        ("gate", "spot", BUY, "by what they may cost, not by quantity"),
        ("bitget", "spot", BUY, "by what they may cost, not by quantity"),
        ("okx", "spot", STOP, "a service of their own"),
        ("kraken", "spot", STOP, "declares no stop orders"),
        ("gate", "spot", STOP, "direction would have to be guessed"),
        ("bybit", "swap", STOP, "direction would have to be guessed"),
        ("okx", "spot", TRAIL, "no trailing_stop orders through ccxt"),
        ("kucoin", "spot", {"valid_until_ms": 2_000_000_000_000}, "cannot end by itself"),
        ("kucoin", "spot", POST | IOC, "only a plain limit order can be post-only"),
        ("kraken", "spot", BUY | IOC, "has no time in force 'ioc'"),
        ("kraken", "spot", {"reduce_only": True}, "a purchase cannot reduce"),
        ("kraken", "spot", {"quantity": D("0.25005")}, "no multiple of the lot 0.0001"),
        ("kraken", "spot", {"limit_price": D("100.55")}, "no multiple of the tick 0.1"),
        ("kraken", "spot", {"limit_price": D(0)}, "needs a limit price"),
        ("kraken", "spot", {"quantity": D(0)}, "below the least"),
        ("kraken", "spot", {"quantity": D("0.001")}, "less than 1"),
        ("kraken", "spot", {"symbol": "DOGE/USDT"}, "DOGE/USDT is not listed"),
    ],
)
def test_what_would_not_leave_as_it_is_meant_is_refused_by_name(  # noqa: PLR0917 - a row of the table, and what it is tried on
    gateway: Open, recorder: Recorder, name: str, market: str, words: dict[str, Any], why: str
) -> None:
    one = gateway(name, market)

    answer = one.place(order(market, **words))

    assert answer.outcome is Outcome.REJECTED
    assert why in answer.reason
    assert answer.reason.startswith(f"{name} {market} through ccxt: ")
    assert one.refuses(order(market, **words)) == answer.reason
    assert recorder.orders == []


def test_what_ccxt_drops_without_a_word_is_refused(gateway: Open, recorder: Recorder) -> None:
    one = gateway("okx")
    client = one._store.exchange
    whole = client.create_order
    client.create_order = lambda *words: whole(*words[:5], {"clientOrderId": LETTERS})

    answer = one.place(order(post_only=True))

    assert (answer.outcome, recorder.orders) == (Outcome.REJECTED, [])
    assert "ccxt drops postOnly without a word" in answer.reason


@pytest.mark.parametrize(
    ("lost", "why"),
    [
        (lambda words: (*words[:3], "0.2", *words[4:]), "quantity 0.25 would not leave"),
        (lambda words: (*words[:4], "100", *words[5:]), "limit price 100.5 would not leave"),
        (lambda words: (*words[:5], {}), "our order id would not leave"),
    ],
)
def test_a_number_or_an_id_that_is_changed_on_the_way_stops_the_order(
    gateway: Open, recorder: Recorder, lost: Callable[[tuple[Any, ...]], Any], why: str
) -> None:
    one = gateway("okx")
    client = one._store.exchange
    whole = client.create_order
    assert one.refuses(order()) is None
    client.create_order = lambda *words: whole(*lost(words))

    answer = one.place(order())  # rehearsed already: now the door itself looks

    assert (answer.outcome, recorder.orders) == (Outcome.REJECTED, [])
    assert why in answer.reason


def test_one_order_is_one_request(gateway: Open, recorder: Recorder) -> None:
    one = gateway("kraken")
    client = one._store.exchange
    whole = client.create_order
    assert one.refuses(order()) is None

    def twice(*words: Any) -> Any:
        whole(*words)
        return whole(*words)

    client.create_order = twice
    answer = one.place(order())

    assert answer.outcome is Outcome.UNKNOWN
    assert "a second request for one order" in answer.reason
    assert len(recorder.orders) == 1
