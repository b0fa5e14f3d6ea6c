"""Binance as a recipe sees it: feeds, gateway, streams, and what a doctor hears."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.config import BinanceConfig
from realtrade.binance.exchange import BinanceExchange, build
from realtrade.plugins.ports import (
    Examines,
    FeedError,
    FeedRequest,
    GatewayError,
    RemembersBans,
    TradingExchange,
)
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.secret import Secret, SecretRef
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.binance.conftest import KEY, SECRET
from tests.binance.orders_made import NAMES, intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from realtrade.testing import SimExchange

    Connect = Callable[..., BinanceExchange]

KEYS = {"api_key": {"env": "KEY"}, "secret": {"env": "SECRET"}}
VALUES = {"KEY": KEY, "SECRET": SECRET, "WRONG": "another-secret"}


def request(symbol: str = "BTC/USDT", timeframe: str = "1m", history: int = 10) -> FeedRequest:
    return FeedRequest("btc", symbol, Timeframe.parse(timeframe), history)


@pytest.fixture
def connect(venue: SimExchange, tmp_path: Path) -> Iterator[Connect]:
    made: list[BinanceExchange] = []
    read: list[SecretRef] = []

    def connected(*, testnet: bool = False, **settings: Any) -> BinanceExchange:
        def secret(reference: SecretRef) -> Secret:
            read.append(reference)
            return Secret(VALUES.get(reference.name, reference.name.lower()))

        config = BinanceConfig.model_validate({"endpoints": venue.url, **settings})
        context = BuildContext(
            name="exchange",
            folder=tmp_path,
            clock=SystemClock(),
            secret=secret,
            testnet=testnet,
            cache=tmp_path / "cache",
        )
        made.append(build(config, context))
        made[-1].secrets_read = read  # type: ignore[attr-defined]  # a test looks at it
        return made[-1]

    yield connected
    for one in made:
        one.close()


def test_is_what_the_ports_ask_for(connect: Connect, venue: SimExchange) -> None:
    exchange = connect(**KEYS)

    assert isinstance(exchange, TradingExchange)
    assert isinstance(exchange, Examines)
    assert exchange.venue() is None
    assert len(venue.requests) == 0, "nothing is asked before something is wanted"
    assert exchange.secrets_read == []  # type: ignore[attr-defined]  # set by the fixture


@pytest.mark.parametrize("market", ["spot", "swap"])
class TestFeeds:
    def test_history_needs_no_key(self, connect: Connect, venue: SimExchange, market: str) -> None:
        venue.advance(1_200)
        exchange = connect(market=market, **KEYS)

        feed = exchange.feed(request(NAMES[market]))
        bars = feed.history()

        true = venue.bars(NAMES[market], "1m")[-10:]
        assert len(true) == 10
        assert list(bars.time_ms) == [bar.open_ms for bar in true]
        assert list(bars.close) == [float(bar.close) for bar in true]
        assert feed.instrument == exchange.instrument(NAMES[market])
        assert exchange.secrets_read == []  # type: ignore[attr-defined]  # set by the fixture

    def test_what_is_not_listed(self, connect: Connect, market: str) -> None:
        exchange = connect(market=market)

        with pytest.raises(FeedError, match=r"feed 'btc': binance .* lists no 'DOGE/USDT'"):
            exchange.feed(request("DOGE/USDT"))
        assert exchange.instrument("DOGE/USDT") is None

    def test_a_timeframe_it_has_not(self, connect: Connect, market: str) -> None:
        with pytest.raises(FeedError, match="no 7m bars; it has 1m, 3m"):
            connect(market=market).feed(request(NAMES[market], "7m"))

    def test_nobody_answers(self, connect: Connect, venue: SimExchange, market: str) -> None:
        venue.close()

        with pytest.raises(FeedError, match="not sent"):
            connect(market=market, proxy="none").feed(request(NAMES[market]))


class TestGateway:
    def test_is_made_once(self, connect: Connect) -> None:
        exchange = connect(currency="BTC", **KEYS)

        gateway = exchange.gateway()

        assert exchange.gateway() is gateway
        assert gateway.currency == "BTC"
        assert abs(gateway.now_ms() - SystemClock().now_ms()) < 1_000
        assert gateway.refuses(intent()) is None

    def test_needs_a_key(self, connect: Connect) -> None:
        exchange = connect()

        with pytest.raises(GatewayError, match="give api_key and secret"):
            exchange.gateway()
        with pytest.raises(GatewayError, match="give api_key and secret"):
            exchange.account_stream()

    def test_with_a_wrong_secret(self, connect: Connect) -> None:
        exchange = connect(api_key={"env": "KEY"}, secret={"env": "WRONG"})

        with pytest.raises(GatewayError, match="code -1022") as caught:
            exchange.gateway()
        assert "another-secret" not in str(caught.value)

    @pytest.mark.parametrize(
        ("permissions", "market", "said"),
        [
            (("read", "trade", "withdraw"), "spot", r"the key may withdraw: make one .* `allow:"),
            (("read",), "spot", "may not trade spot: allow it"),
            (("read",), "swap", "may not trade USDⓈ-M futures"),
        ],
    )
    def test_a_key_that_may_do_too_much_or_too_little(
        self,
        connect: Connect,
        venue: SimExchange,
        permissions: tuple[str, ...],
        market: str,
        said: str,
    ) -> None:
        venue.add_account("other", SECRET, permissions=permissions)
        exchange = connect(market=market, api_key={"env": "OTHER"}, secret={"env": "SECRET"})

        with pytest.raises(GatewayError, match=said):
            exchange.gateway()

    def test_a_key_that_may_withdraw_is_accepted_by_name(
        self, connect: Connect, venue: SimExchange
    ) -> None:
        venue.add_account("rich", SECRET, permissions=("read", "trade", "withdraw"))
        keys = {"api_key": {"env": "RICH"}, "secret": {"env": "SECRET"}}

        assert connect(allow=["withdrawals"], **keys).gateway() is not None

    def test_permissions_that_cannot_be_read_are_no_permissions(
        self, connect: Connect, venue: SimExchange
    ) -> None:
        venue.arm("object", 9, {"path": "/sapi/*"})

        with pytest.raises(GatewayError, match="not told"):
            connect(**KEYS).gateway()

    def test_a_test_venue_is_not_asked(self, connect: Connect, venue: SimExchange) -> None:
        venue.arm("html", 9, {"path": "/sapi/*"})

        assert connect(testnet=True, **KEYS).gateway().account.startswith("binance-spot-testnet-")


def found(exchange: BinanceExchange, *feeds: FeedRequest, orders: bool) -> dict[str, Any]:
    return {one.subject: one for one in exchange.examine(feeds, orders=orders)}


class TestBans:
    def test_are_told_and_taken_up(self, connect: Connect, venue: SimExchange) -> None:
        exchange = connect()
        assert isinstance(exchange, RemembersBans)
        told: list[int] = []
        exchange.on_ban(told.append)
        venue.arm("banned", 1, {"path": "*/exchangeInfo"}, retry_after=120)

        with pytest.raises(FeedError, match="kept back"):
            exchange.feed(request())

        now_ms = SystemClock().now_ms()
        assert len(told) == 1
        assert 118_000 < told[0] - now_ms <= 120_000
        sent = len(venue.requests)

        later = connect(proxy="none")
        later.hold(told[0])
        with pytest.raises(FeedError, match="kept back"):
            later.feed(request())
        assert len(venue.requests) == sent


class TestExamination:
    def test_all_is_well(self, connect: Connect) -> None:
        told = found(connect(market="swap", **KEYS), request(NAMES["swap"]), orders=True)

        status = {name: one.status for name, one in told.items()}
        assert status == {
            "ccxt": "ok",
            "endpoints": "warn",
            "connection": "ok",
            "clock": "ok",
            "feed btc": "ok",
            "key permissions": "ok",
            "key address": "warn",
            "balance": "ok",
            "position mode": "ok",
        }
        assert told["feed btc"].found.startswith("BTC/USDT:USDT 1m: tick 0.01, lot 0.00001")

    def test_bars_alone_need_no_key(self, connect: Connect) -> None:
        told = found(connect(), request(), orders=False)

        assert "fail" not in {one.status for one in told.values()}
        assert "balance" not in told

    @pytest.mark.parametrize(
        ("wanted", "found_words", "fix"),
        [
            (request("BTC/USDC"), "lists no BTC/USDC", "did you mean BTC/USDT?"),
            (request("ZZZ"), "lists no ZZZ", "list of symbols"),
            (request(timeframe="7m"), "no 7m bars", "Binance has 1m, 3m"),
        ],
    )
    def test_a_feed_that_cannot_be(
        self, connect: Connect, wanted: FeedRequest, found_words: str, fix: str
    ) -> None:
        one = found(connect(), wanted, orders=False)["feed btc"]

        assert (one.status, found_words in one.found, fix in one.fix) == ("fail", True, True)

    def test_a_clock_that_is_off(self, connect: Connect, venue: SimExchange) -> None:
        venue.clock.skew_ms = 30_000

        one = found(connect(), orders=False)["clock"]

        assert (one.status, "chrony" in one.fix) == ("warn", True)
        assert "+30" in one.found or "+29" in one.found

    def test_nobody_answers(self, connect: Connect, venue: SimExchange) -> None:
        venue.close()

        told = found(connect(**KEYS), request(), orders=True)

        assert list(told) == ["ccxt", "endpoints", "connection"]
        assert (told["connection"].status, "proxy" in told["connection"].fix) == ("fail", True)

    def test_no_key(self, connect: Connect) -> None:
        one = found(connect(), orders=True)["key"]

        assert (one.status, "give api_key and secret" in one.found) == ("fail", True)

    def test_a_wrong_key(self, connect: Connect) -> None:
        exchange = connect(api_key={"env": "KEY"}, secret={"env": "WRONG"})

        one = found(exchange, orders=True)["key"]

        assert (one.status, "check the key" in one.fix) == ("fail", True)

    def test_a_key_that_may_withdraw(self, connect: Connect, venue: SimExchange) -> None:
        venue.add_account("rich", SECRET, permissions=("read", "trade", "withdraw"))
        exchange = connect(api_key={"env": "RICH"}, secret={"env": "SECRET"})

        told = found(exchange, orders=True)

        assert told["key permissions"].status == "fail"
        assert told["key permissions"].found == "the key may withdraw"
        assert told["balance"].status == "warn"

    def test_hedge_mode(self, connect: Connect) -> None:
        exchange = connect(market="swap", testnet=True, **KEYS)
        exchange.trading.call("fapiPrivatePostPositionSideDual", {"dualSidePosition": "true"})

        told = found(exchange, orders=True)

        assert told["position mode"].status == "fail"
        assert told["key permissions"].found == "a test venue does not tell, and has no money"
