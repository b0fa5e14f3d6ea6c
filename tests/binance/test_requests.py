"""What leaves for every order type on both markets, byte for byte as Binance documents it.

Sources: developers.binance.com, "New order (TRADE)" and "New Order list - OCO (TRADE)" of the spot
API; "New Order (TRADE)" and "New Algo Order (TRADE)" of USDⓈ-M futures; signed requests as in
"Request security" of both.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.store import BinanceStore
from realtrade.model.order import OrderType, Side
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.clock import ManualClock
from tests.binance.orders_made import intent, listing
from tests.binance.snapshots import ALGO, NOW_MS, PAIRS, SPOT, SWAP
from tests.common.rest.scripted import Scripted, answer

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

KEY, SECRET = "the-api-key", "the-secret-of-it"
OURS = "rtabcd-0123456789abcdefghijkl-0"


def no_order(connection: socket.socket, request: bytes) -> None:
    """Answer everything with nothing, but say that the account is in one-way mode."""
    one_way = b'{"dualSidePosition":false}'
    connection.sendall(answer(one_way if b"positionSide/dual" in request else b"{}"))


@pytest.fixture
def server() -> Iterator[Scripted]:
    with Scripted(no_order) as running:
        yield running


def gateway(server: Scripted, market: str) -> BinanceGateway:
    store = BinanceStore(
        apikey=KEY,
        secret=SECRET,
        market_type=market,
        endpoints=server.url,
        clock=ManualClock(NOW_MS),
    )
    one = listing(market)
    store._listings = {one.instrument.symbol: one}
    store.clock._fetch_ms = store.connection.clock.now_ms
    store.clock.measure()
    return BinanceGateway(store)


def left(server: Scripted) -> tuple[str, dict[str, str]]:
    """Return the last request's line and its parameters, signature checked and taken off."""
    head, _, body = server.requests[-1].decode().partition("\r\n\r\n")
    line, *headers = head.split("\r\n")
    method, target, _ = line.split(" ")
    path, _, query = target.partition("?")
    text = body or query
    signed, _, signature = text.rpartition("&signature=")
    assert signature == hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    assert f"X-MBX-APIKEY: {KEY}" in headers
    if method == "POST":
        assert query == "", "an order's parameters belong into the body"
    params = dict(parse_qsl(signed, strict_parsing=True))
    assert (params.pop("timestamp"), params.pop("recvWindow")) == (str(NOW_MS), "5000")
    return f"{method} {path}", params


def common(changes: dict[str, Any]) -> dict[str, str]:
    side = "SELL" if changes.get("side") is Side.SELL else "BUY"
    quantity = "1.5" if "quantity" in changes else "0.01"
    return {"symbol": "BTCUSDT", "side": side, "quantity": quantity}


@pytest.mark.parametrize(("changes", "expected"), SPOT.values(), ids=SPOT)
def test_spot(server: Scripted, changes: dict[str, Any], expected: dict[str, str]) -> None:
    told = gateway(server, "spot").place(intent("spot", **changes))

    assert left(server) == (
        "POST /api/v3/order",
        {
            **common(changes),
            **expected,
            "newClientOrderId": OURS,
            "newOrderRespType": "FULL",
        },
    )
    assert told.outcome is Outcome.UNKNOWN, "an empty answer says nothing"


@pytest.mark.parametrize(("changes", "expected"), SWAP.values(), ids=SWAP)
def test_swap(server: Scripted, changes: dict[str, Any], expected: dict[str, str]) -> None:
    gateway(server, "swap").place(intent("swap", **changes))

    assert left(server) == (
        "POST /fapi/v1/order",
        {
            **common(changes),
            **expected,
            "newClientOrderId": OURS,
            "newOrderRespType": "RESULT",
        },
    )


@pytest.mark.parametrize(("changes", "expected"), ALGO.values(), ids=ALGO)
def test_swap_conditional(
    server: Scripted, changes: dict[str, Any], expected: dict[str, str]
) -> None:
    gateway(server, "swap").place(intent("swap", **changes))

    assert left(server) == (
        "POST /fapi/v1/algoOrder",
        {
            **common(changes),
            **expected,
            "algoType": "CONDITIONAL",
            "clientAlgoId": OURS,
            "workingType": "CONTRACT_PRICE",
        },
    )


@pytest.mark.parametrize(("side", "stop", "limit_at", "expected"), PAIRS.values(), ids=PAIRS)
def test_pair(
    server: Scripted, side: Side, stop: dict[str, Any], limit_at: str, expected: dict[str, str]
) -> None:
    limit = intent(side=side, type=OrderType.LIMIT, limit_price="55000")
    other = "below" if limit_at == "above" else "above"

    told = gateway(server, "spot").place_pair(
        limit, intent(side=side, client_order_id="the-stop", **stop)
    )

    assert left(server) == (
        "POST /api/v3/orderList/oco",
        {
            "symbol": "BTCUSDT",
            "side": side.upper(),
            "quantity": "0.01",
            "listClientOrderId": f"{OURS}-oco",
            f"{limit_at}Type": "LIMIT_MAKER",
            f"{limit_at}ClientOrderId": OURS,
            f"{limit_at}Price": "55000",
            f"{other}ClientOrderId": "the-stop",
            "newOrderRespType": "FULL",
            **expected,
        },
    )
    assert [one.outcome for one in told] == [Outcome.UNKNOWN, Outcome.UNKNOWN]


@pytest.mark.parametrize(
    ("market", "changes", "line", "name"),
    [
        ("spot", {}, "DELETE /api/v3/order", "origClientOrderId"),
        ("swap", {}, "DELETE /fapi/v1/order", "origClientOrderId"),
    ],
)
def test_cancel(
    server: Scripted, market: str, changes: dict[str, Any], line: str, name: str
) -> None:
    gateway(server, market).cancel(intent(market, **changes))

    named = {"newClientOrderId": f"{OURS}-x"} if market == "spot" else {}
    assert left(server) == (line, {"symbol": "BTCUSDT", name: OURS, **named})


def test_cancel_conditional(server: Scripted) -> None:
    stop = intent("swap", type=OrderType.STOP, stop_price="45000")

    gateway(server, "swap").cancel(stop)

    assert left(server) == ("DELETE /fapi/v1/algoOrder", {"clientAlgoId": OURS})


@pytest.mark.parametrize(
    ("market", "changes", "expected"),
    [
        ("spot", {}, ("GET /api/v3/order", {"symbol": "BTCUSDT", "origClientOrderId": OURS})),
        ("swap", {}, ("GET /fapi/v1/order", {"symbol": "BTCUSDT", "origClientOrderId": OURS})),
        (
            "swap",
            {"type": OrderType.STOP, "stop_price": "45000"},
            ("GET /fapi/v1/algoOrder", {"clientAlgoId": OURS}),
        ),
    ],
)
def test_find(server: Scripted, market: str, changes: dict[str, Any], expected: object) -> None:
    gateway(server, market).find(intent(market, **changes))

    assert left(server) == expected


def test_an_order_is_asked_for_once_and_sent_once(server: Scripted) -> None:
    gateway(server, "spot").place(intent())

    assert len(server.requests) == 1
