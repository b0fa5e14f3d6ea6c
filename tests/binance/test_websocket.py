from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.config import BinanceConfig
from realtrade.binance.data import BinanceData
from realtrade.binance.user_stream import user_stream_base
from realtrade.binance.websocket import BinanceWebSocket, stream_base
from realtrade.common.history import History
from realtrade.common.market_feed import MarketFeed
from realtrade.model.instrument import Instrument
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.plugins.ports.feed import FeedError
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.binance.bar_market import BarMarket
from tests.patience import wait_for

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType


def socket(market: MarketType, base: str = "wss://x") -> BinanceWebSocket:
    return BinanceWebSocket(
        "test",
        market=market,
        base=base,
        clock=SystemClock(),
        random=Random(1),  # noqa: S311 - jitter is no secret
    )


@pytest.mark.parametrize(
    ("market", "channels", "path"),
    [
        ("spot", ["btcusdt@kline_1m"], "/stream"),
        ("spot", ["btcusdt@bookTicker"], "/stream"),
        ("swap", ["btcusdt@kline_1m"], "/market/stream"),
        ("swap", ["btcusdt@aggTrade", "btcusdt@markPrice"], "/market/stream"),
        ("swap", ["btcusdt@bookTicker"], "/public/stream"),
        ("swap", ["btcusdt@depth5@100ms"], "/public/stream"),
    ],
)
def test_streams_are_asked_for_where_binance_has_them(
    market: MarketType, channels: list[str], path: str
) -> None:
    made = socket(market)
    made._channels = tuple(channels)

    assert made._get_ws_url() == f"wss://x{path}"


@pytest.mark.parametrize(
    ("market", "testnet", "stream", "user"),
    [
        ("spot", False, "wss://stream.binance.com:9443", "wss://ws-api.binance.com:443"),
        (
            "spot",
            True,
            "wss://stream.testnet.binance.vision",
            "wss://ws-api.testnet.binance.vision",
        ),
        ("swap", False, "wss://fstream.binance.com", "wss://fstream.binance.com"),
        ("swap", True, "wss://fstream.binancefuture.com", "wss://fstream.binancefuture.com"),
    ],
)
def test_addresses_are_binances_own_unless_others_are_given(
    market: MarketType, testnet: bool, stream: str, user: str
) -> None:
    assert stream_base(market, testnet=testnet) == stream
    assert user_stream_base(market, testnet=testnet) == user
    assert stream_base(market, testnet=testnet, base="ws://h:1/") == "ws://h:1"
    assert user_stream_base(market, testnet=testnet, base="ws://h:1/") == "ws://h:1"


def test_a_subscription_names_its_streams_and_its_number() -> None:
    told = json.loads(socket("spot")._build_subscribe_msg(["a@trade", "b@trade"], 3) or "")

    assert told == {"method": "SUBSCRIBE", "params": ["a@trade", "b@trade"], "id": 3}
    assert socket("spot")._build_subscribe_msg([], 3) is None


@pytest.mark.parametrize(
    ("answer", "refusal"),
    [
        ({"result": None, "id": 1}, None),
        ({"result": ["a"], "id": 1}, None),
        ({"code": 2, "msg": "Invalid request: too many", "id": 1}, "too many (2)"),
        ({"error": {"code": -1, "msg": "no"}, "id": 1}, "no (-1)"),
    ],
)
def test_answers(answer: dict[str, Any], refusal: str | None, monkeypatch: Any) -> None:
    heard: list[tuple[int, str | None]] = []
    made = socket("spot")
    monkeypatch.setattr(made, "_answered", lambda *told: heard.append(told))

    made._on_message(json.dumps(answer), 0.0)

    ((number, said),) = heard
    assert number == 1
    assert (said is None) if refusal is None else (said is not None and said.endswith(refusal))


_SHUTDOWN = {"e": "serverShutdown", "E": 1_770_123_456_789}


@pytest.mark.parametrize(
    "message",
    [_SHUTDOWN, {"stream": "!serverShutdown", "data": _SHUTDOWN}],
    ids=["raw", "combined"],
)
def test_a_shutdown_is_not_waited_for(message: dict[str, Any], monkeypatch: Any) -> None:
    """Source: "Server Shutdown" of Binance's WebSocket streams, which tells both forms."""
    reasons: list[str] = []
    made = socket("spot")
    monkeypatch.setattr(made, "_reconnect", reasons.append)

    made._on_message(json.dumps(message), 0.0)

    assert reasons == ["the server is about to shut down"]


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_every_event_is_emitted_under_its_name(market: MarketType) -> None:
    with BarMarket(market) as run:
        made = socket(market, run.exchange.ws_url)
        trades: list[Any] = []
        made.on("aggTrade", trades.append)
        made.start(["btcusdt@aggTrade"])
        try:
            wait_for(lambda: made.is_connected)
            run.exchange.move(run.symbols[0], "123.40")
            wait_for(lambda: trades)
        finally:
            made.stop()

    assert {trade["s"] for trade in trades} == {"BTCUSDT"}
    assert {float(trade["p"]) for trade in trades} == {123.4}


def test_messages_with_certain_letters_are_passed_over_unread() -> None:
    seen: list[Any] = []
    made = BinanceWebSocket(
        "test",
        market="spot",
        base="wss://x",
        clock=SystemClock(),
        random=Random(1),  # noqa: S311 - jitter is no secret
        unread='"x":false',
    )
    made.on("kline", seen.append)

    made._on_message('{"stream":"a","data":{"e":"kline","k":{"x":false, this is no JSON', 0.0)
    made._on_message('{"stream":"a","data":{"e":"kline","k":{"x":true}}}', 0.0)

    assert seen == [{"e": "kline", "k": {"x": True}}]


# -- feeds ------------------------------------------------------------------------------------


def test_a_feed_knows_where_its_history_ends() -> None:
    with BarMarket(history=4) as run:
        feed = run.feeds["btc_1m"]
        bars = run.exchange.bars("BTC/USDT", "1m")

        assert feed.history().time_ms.tolist() == [bar.open_ms for bar in bars[-4:]]
        assert feed.last_ms == bars[-1].open_ms
        assert (feed.name, feed.symbol, feed.market_id) == ("btc_1m", "BTC/USDT", "BTCUSDT")
        assert (feed.instrument.base, str(feed.timeframe)) == ("BTC", "1m")


def test_a_feed_without_history_knows_where_it_begins() -> None:
    with BarMarket(history=0) as run:
        feed = run.feeds["btc_1m"]

        assert len(feed.history()) == 0
        assert feed.last_ms == run.exchange.bars("BTC/USDT", "1m")[-1].open_ms


@pytest.mark.parametrize("error", [OSError("no route"), FeedError("feed 'x': no route")])
def test_history_that_cannot_be_had_is_an_error_of_the_feed(error: Exception) -> None:
    class Broken:
        def now_ms(self) -> int:
            return 10_000_000

        def fetch_bars(self, *_: Any) -> Any:
            raise error

    request = FeedRequest("x", "X/Y", Timeframe.parse("1m"), 3)
    instrument = Instrument("X/Y", "X", "Y")
    feed = MarketFeed(request, instrument=instrument, market_id="XY", history=History(Broken()))

    with pytest.raises(FeedError, match=r"feed 'x': .*no route"):
        feed.history()
    assert feed.last_ms is None


def test_data_knows_binances_timeframes() -> None:
    assert tuple(BinanceData.TIMEFRAME_MAP) == (*BinanceConfig.TIMEFRAMES, "tick")
    with pytest.raises(ValueError, match="timeframe '7m' is not known here"):
        BinanceData.from_timeframe_string("7m", None, symbol="X")  # type: ignore[arg-type]  # unused
