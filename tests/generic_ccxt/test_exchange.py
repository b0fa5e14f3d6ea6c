"""Exchanges nobody has written a dialect for: bars through ccxt alone, and nothing promised else.

`binanceus` and `binanceusdm` stand for any of them: ccxt's own classes, of which we know nothing,
against an exchange that speaks their protocol.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from realtrade.common.polling import PollingStream
from realtrade.common.streaming.splicer import SpliceSettings
from realtrade.generic_ccxt.config import CcxtConfig
from realtrade.generic_ccxt.exchange import CcxtExchange, build
from realtrade.plugins import Kind, Registry
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports import Examines, FeedError, FeedRequest, TradingExchange
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.gateway import GatewayError
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from realtrade.model.bar import Bar

    Connect = Callable[..., CcxtExchange]

IDS = {"spot": ("binanceus", "BTC/USDT"), "swap": ("binanceusdm", "BTC/USDT:USDT")}
MINUTE_MS = 60_000
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])
EAGER = SpliceSettings(overdue_s=0.05, overdue_most_s=0.2, settle_ms=0, tries=100, retry_s=0.05)


def request(symbol: str, timeframe: str = "1m", history: int = 5) -> FeedRequest:
    return FeedRequest("btc", symbol, Timeframe.parse(timeframe), history)


@pytest.fixture
def venue() -> Iterator[SimExchange]:
    # ccxt pages from a time on, a thousand bars at once: bars of long ago would not be found.
    start_ms = (SystemClock().now_ms() // MINUTE_MS - 60) * MINUTE_MS
    with SimExchange([symbol for _, symbol in IDS.values()], start_ms=start_ms) as running:
        for _, symbol in IDS.values():
            running.move(symbol, "50000")
        running.advance(20 * 60)
        yield running


@pytest.fixture
def connect(venue: SimExchange, tmp_path: Path) -> Iterator[Connect]:
    made: list[CcxtExchange] = []

    def connected(market: str = "spot", **settings: Any) -> CcxtExchange:
        given = {"id": IDS[market][0], "market": market, "endpoints": venue.url, **settings}
        context = BuildContext(name="exchange", folder=tmp_path, clock=SystemClock())
        made.append(build(CcxtConfig.model_validate(given), context))
        return made[-1]

    yield connected
    for one in made:
        one.close()


class Sink:
    """Takes bars and says when there are enough."""

    def __init__(self, wanted: int) -> None:
        self.bars: list[tuple[str, Bar]] = []
        self.enough = threading.Event()
        self.whole = 0
        self._wanted = wanted

    def publish(self, bars: Sequence[tuple[str, Bar]]) -> None:
        self.bars += bars
        if len(self.bars) >= self._wanted:
            self.enough.set()

    def wait_for_room(self, timeout_s: float) -> bool:
        return True

    def finish(self) -> None: ...

    def fail(self, error: Exception) -> None: ...

    def lost(self, reason: str) -> None: ...

    def restored(self) -> None:
        self.whole += 1


@BOTH
class TestBars:
    def test_history(self, connect: Connect, venue: SimExchange, market: str) -> None:
        symbol = IDS[market][1]
        exchange = connect(market)

        feed = exchange.feed(request(symbol))
        bars = feed.history()

        true = venue.bars(symbol, "1m")[-5:]
        assert len(true) == 5
        assert list(bars.time_ms) == [bar.open_ms for bar in true]
        assert list(bars.close) == [float(bar.close) for bar in true]
        assert exchange.instrument(symbol) == feed.instrument
        assert feed.instrument.symbol == symbol

    def test_live_ones_are_asked_for_and_come_once_in_order(
        self, connect: Connect, venue: SimExchange, market: str
    ) -> None:
        symbol = IDS[market][1]
        exchange = connect(market)
        feed = exchange.feed(request(symbol))
        known = feed.history()
        stream = PollingStream(
            {"btc": feed}, pages=exchange.store, clock=SystemClock(), settings=EAGER
        )
        sink = Sink(6)

        venue.advance(4 * 60)
        stream.start(sink)
        venue.advance(4 * 60)
        assert sink.enough.wait(20)
        stream.stop()

        times = [bar.time_ms for _, bar in sink.bars]
        last = int(known.time_ms[-1])
        assert times == [last + MINUTE_MS * (1 + number) for number in range(len(times))]
        true = {bar.open_ms: float(bar.close) for bar in venue.bars(symbol, "1m")}
        assert [bar.close for _, bar in sink.bars] == [true[time] for time in times]

    def test_faults_of_rest_cost_no_bar(
        self, connect: Connect, venue: SimExchange, market: str
    ) -> None:
        symbol = IDS[market][1]
        exchange = connect(market)
        feed = exchange.feed(request(symbol))
        last = int(feed.history().time_ms[-1])
        stream = PollingStream(
            {"btc": feed}, pages=exchange.store, clock=SystemClock(), settings=EAGER
        )
        sink = Sink(3)
        for fault in ("server_error", "html", "lost_answer", "truncated"):
            venue.arm(fault, 1, {"path": "*/klines"})

        venue.advance(3 * 60)
        stream.start(sink)
        assert sink.enough.wait(30)
        stream.stop()

        assert [bar.time_ms for _, bar in sink.bars] == [last + MINUTE_MS * n for n in (1, 2, 3)]

    def test_of_what_is_not_listed(self, connect: Connect, market: str) -> None:
        with pytest.raises(FeedError, match="lists no 'DOGE/USDT'"):
            connect(market).feed(request("DOGE/USDT"))

    def test_of_a_length_it_has_not(self, connect: Connect, market: str) -> None:
        with pytest.raises(FeedError, match="has no 7m bars"):
            connect(market).feed(request(IDS[market][1], "7m"))


class TestPromises:
    def test_it_trades_like_any_other(self, connect: Connect) -> None:
        exchange = connect()

        assert exchange.venue() is None
        assert isinstance(exchange, TradingExchange)
        assert Registry().get(Kind.EXCHANGE, "ccxt").orders
        with pytest.raises(GatewayError, match="orders need a key"):
            exchange.gateway()

    def test_the_doctor_is_told(self, connect: Connect) -> None:
        exchange = connect()
        assert isinstance(exchange, Examines)

        feeds = [request("BTC/USDT"), request("BTC/USDC"), request("BTC/USDT", "7m")]
        found = [(one.status, one.subject, one.fix) for one in exchange.examine(feeds, orders=True)]

        assert [(status, subject) for status, subject, _ in found] == [
            ("ok", "ccxt"),
            ("warn", "endpoints"),
            ("ok", "connection"),
            ("ok", "clock"),
            ("ok", "feed btc"),
            ("fail", "feed btc"),
            ("fail", "feed btc"),
            ("fail", "orders"),
        ]
        assert found[5][2] == "did you mean BTC/USDT?"

    def test_the_doctor_hears_nobody(self, connect: Connect, venue: SimExchange) -> None:
        exchange = connect(proxy="none")
        venue.close()

        found = [(one.status, one.subject) for one in exchange.examine([], orders=False)]
        assert found == [("ok", "ccxt"), ("warn", "endpoints"), ("fail", "connection")]

    def test_feeds_of_others_are_not_streamed(self, connect: Connect) -> None:
        stranger: Any = object()

        with pytest.raises(TypeError, match="did not make: other"):
            connect().stream({"other": stranger})

    def test_streams_end_with_it(self, connect: Connect) -> None:
        exchange = connect()
        feed = exchange.feed(request("BTC/USDT"))
        feed.history()
        exchange.stream({"btc": feed}).start(Sink(1))

        exchange.close()

        assert [one.name for one in threading.enumerate() if one.name.startswith("bars-")] == []


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("krakn", "knows no exchange 'krakn'", "did you mean 'kraken'?"),
        ("zzzzzz", "knows no exchange", "ccxt's list"),
    ],
)
def test_an_exchange_nobody_knows(tmp_path: Path, name: str, said: str, hint: str) -> None:
    context = BuildContext(name="exchange", folder=tmp_path, clock=SystemClock())

    with pytest.raises(SettingWrong, match=said) as caught:
        build(CcxtConfig(id=name), context)
    assert (caught.value.at, hint in caught.value.hint) == ("id", True)


def test_an_exchange_without_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import ccxt

    context = BuildContext(name="exchange", folder=tmp_path, clock=SystemClock())
    without = [name for name in ccxt.exchanges if not getattr(ccxt, name)().has["fetchOHLCV"]]

    with pytest.raises(SettingWrong, match="has no bars"):
        build(CcxtConfig(id=without[0]), context)


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"id": "../x"},
        {"id": "Kraken"},
        {"id": "kraken", "market": "future"},
        {"id": "kraken", "proxy": "127.0.0.1:1"},
        {"id": "kraken", "endpoints": "http://u:p@h"},
        {"id": "kraken", "api_key": {"env": "K"}},
    ],
)
def test_settings_that_cannot_be(written: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        CcxtConfig.model_validate(written)
