"""python-binance, a second client that nobody here wrote, understands what the exchange says."""

from __future__ import annotations

import asyncio
import warnings
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from tests.testing.conftest import KEY, SECRET

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # it uses old names of websockets
    from binance.async_client import AsyncClient
    from binance.client import Client
    from binance.exceptions import BinanceAPIException
    from binance.ws.reconnecting_websocket import ReconnectingWebsocket
    from binance.ws.streams import BinanceSocketManager

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.testing import SimExchange

BTC, SWAP = "BTC/USDT", "BTC/USDT:USDT"


@pytest.fixture
def client(exchange: SimExchange) -> Iterator[Client]:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)  # the client takes the one it finds, or leaves one open
    made = Client(KEY, SECRET, ping=False)
    made.session.trust_env = False
    point(made, exchange)
    yield made
    made.close_connection()
    asyncio.set_event_loop(None)
    loop.close()


def point(client: Any, exchange: SimExchange) -> None:
    client.API_URL = f"{exchange.url}/api"
    client.FUTURES_URL = f"{exchange.url}/fapi"
    client.MARGIN_API_URL = f"{exchange.url}/sapi"


def test_spot_order_through_its_life(exchange: SimExchange, client: Client) -> None:
    placed = client.order_limit_buy(
        symbol="BTCUSDT", quantity="0.02", price="49000.00", newClientOrderId="life-1"
    )
    assert (placed["status"], placed["fills"]) == ("NEW", [])

    exchange.by_hand.depth(BTC, "0.005")
    exchange.move(BTC, "48990")

    asked = client.get_order(symbol="BTCUSDT", origClientOrderId="life-1")
    assert (asked["status"], asked["executedQty"]) == ("PARTIALLY_FILLED", "0.00500000")
    assert client.get_asset_balance(asset="USDT") == {
        "asset": "USDT",
        "free": "9020.00000000",
        "locked": "735.00000000",
    }

    gone = client.cancel_order(symbol="BTCUSDT", orderId=placed["orderId"])

    assert (gone["status"], gone["origClientOrderId"]) == ("CANCELED", "life-1")
    assert gone["clientOrderId"] != "life-1"
    (trade,) = client.get_my_trades(symbol="BTCUSDT")
    assert (trade["commission"], trade["commissionAsset"]) == ("0.00000500", "BTC")
    assert client.get_open_orders() == []


def test_an_error_arrives_as_its_code(client: Client) -> None:
    with pytest.raises(BinanceAPIException) as caught:
        client.order_market_buy(symbol="BTCUSDT", quantity="1")

    assert (caught.value.status_code, caught.value.code, caught.value.message) == (
        400,
        -2010,
        "Account has insufficient balance for requested action.",
    )


def test_one_cancels_the_other(exchange: SimExchange, client: Client) -> None:
    pair = client.create_oco_order(
        symbol="BTCUSDT",
        side="SELL",
        quantity="0.5",
        aboveType="LIMIT_MAKER",
        abovePrice="52000.00",
        belowType="STOP_LOSS",
        belowStopPrice="48000.00",
    )
    assert (pair["contingencyType"], pair["listOrderStatus"]) == ("OCO", "EXECUTING")
    assert client.get_asset_balance(asset="BTC")["locked"] == "0.50000000"

    exchange.walk(BTC, "52500")

    statuses = {one["type"]: one["status"] for one in client.get_all_orders(symbol="BTCUSDT")}
    assert statuses == {"LIMIT_MAKER": "FILLED", "STOP_LOSS": "EXPIRED"}
    assert client.get_asset_balance(asset="BTC") == {
        "asset": "BTC",
        "free": "0.50000000",
        "locked": "0.00000000",
    }


def test_a_perpetual_position_opens_and_closes(exchange: SimExchange, client: Client) -> None:
    client.futures_change_leverage(symbol="BTCUSDT", leverage=5)
    opened = client.futures_create_order(
        symbol="BTCUSDT", side="SELL", type="MARKET", quantity="0.1", newOrderRespType="RESULT"
    )
    assert (opened["status"], opened["executedQty"]) == ("FILLED", "0.1")
    exchange.move(SWAP, "49000")

    (position,) = client.futures_position_information(symbol="BTCUSDT")
    assert (position["positionAmt"], position["unRealizedProfit"]) == ("-0.1", "100.00000000")

    client.futures_create_order(
        symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.1", reduceOnly="true"
    )

    assert client.futures_position_information(symbol="BTCUSDT") == []
    rows = client.futures_account_trades(symbol="BTCUSDT")
    assert [(one["price"], one["realizedPnl"]) for one in rows] == [
        ("50000", "0"),
        ("49000.1", "99.99"),
    ]
    (wallet,) = client.futures_account_balance()
    assert wallet["balance"] == "10095.03999500"
    assert exchange.truth(KEY).futures["USDT"].total == Decimal("10095.03999500")


def test_klines_are_read_as_bars(exchange: SimExchange, client: Client) -> None:
    exchange.close_bar(BTC, "1m", open=50_000, high=50_100, low=49_900, close=50_050, volume=7)

    (bar,) = client.get_klines(symbol="BTCUSDT", interval="1m")

    assert bar[1:6] == [
        "50000.00000000",
        "50100.00000000",
        "49900.00000000",
        "50050.00000000",
        "7.00000000",
    ]
    assert bar[6] - bar[0] == 59_999


def test_its_sockets_hear_the_market_and_the_account(
    exchange: SimExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReconnectingWebsocket, "TIMEOUT", 0.1)  # leaving takes it that long

    heard = asyncio.run(asyncio.wait_for(_listen(exchange), 20))

    assert (heard["kline"]["k"]["c"], heard["kline"]["k"]["x"]) == ("50050.00000000", True)
    assert (heard["spot"]["e"], heard["spot"]["X"]) == ("executionReport", "NEW")
    assert (heard["swap"]["e"], heard["swap"]["o"]["X"]) == ("ORDER_TRADE_UPDATE", "NEW")


async def _listen(exchange: SimExchange) -> dict[str, Any]:
    client = AsyncClient(KEY, SECRET, session_params={"trust_env": False})
    point(client, exchange)
    client.ws_api._ws_kwargs = {"proxy": None}
    client.ws_api._url = f"{exchange.ws_url}/ws-api/v3"
    sockets = BinanceSocketManager(client)
    sockets.STREAM_URL, sockets.FSTREAM_URL = f"{exchange.ws_url}/", f"{exchange.ws_url}/"
    sockets.ws_kwargs = {"proxy": None}
    async with (
        sockets.kline_socket("BTCUSDT", interval="1m") as klines,
        sockets.user_socket() as spot,
        sockets.futures_user_socket() as swap,
    ):
        await asyncio.to_thread(_happen, exchange)
        heard = {"kline": {"k": {"x": False}}}
        while not heard["kline"]["k"]["x"]:
            heard["kline"] = await klines.recv()
        heard["spot"] = await spot.recv()
        heard["swap"] = await swap.recv()
    await client.close_connection()
    return heard


def _happen(exchange: SimExchange) -> None:
    exchange.close_bar(BTC, "1m", open=50_000, high=50_100, low=49_900, close=50_050)
    exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")
    exchange.by_hand.order(KEY, SWAP, "buy", "0.01", "40000")
