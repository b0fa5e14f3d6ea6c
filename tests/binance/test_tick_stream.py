"""Whatever the stream does: the strategy sees the exchange's trades, once and in order of ids."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.streaming.errors import StreamError
from tests.binance.bar_market import wait_for
from tests.binance.tick_market import TickMarket, tick_request

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType

TRADES = {"event": "aggTrade"}
ASKED = {"path": "*aggTrades"}
ON_SWAPS_TOO = ("ws_drop", "ws_stall", "ws_skip", "ws_reorder", "ws_refuse", "server_error")
"""The stream's code is one for both markets; a few faults show that their wires are."""

Case = tuple[str, dict[str, Any], dict[str, Any]]


def on_both_markets(cases: list[Case]) -> list[Any]:
    swaps = {name: (name, how, socket) for name, how, socket in cases if name in ON_SWAPS_TOO}
    chosen = [("spot", one) for one in cases] + [("swap", one) for one in swaps.values()]
    return [pytest.param(market, *one, id=f"{market}-{one[0]}-{one[1]}") for market, one in chosen]


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_trades_between_the_history_and_the_stream_are_not_missed(market: MarketType) -> None:
    with TickMarket(market) as run:
        run.trade(30)
        stream = run.stream()
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            run.trade(300)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()

    times = [bar.time_ms for bar in run.sink.of("btc")]
    assert len(times) == 330
    assert len(set(times)) < 330, "no two trades were of one millisecond: nothing is shown"


FRAMES: list[Case] = [
    ("ws_drop", {"times": 3}, {}),
    ("ws_close", {"code": 1001}, {}),
    ("ws_stall", {}, {"silence_s": 0.4}),
    ("ws_freeze", {}, {"silence_s": None, "quiet_s": 0.15}),
    ("ws_torn", {}, {}),
    ("ws_half", {"times": 4}, {}),
    ("ws_garbage", {"times": 4}, {}),
    ("ws_skip", {"times": 7}, {}),
    ("ws_duplicate", {"times": 9}, {}),
    ("ws_reorder", {"times": 3}, {}),
    ("ws_delay", {"seconds": 0.5}, {}),
    ("ws_huge", {"megabytes": 6}, {}),
    ("ws_binary", {"times": 4}, {}),
    ("ws_shutdown", {}, {}),
]


@pytest.mark.parametrize(("market", "fault", "how", "socket"), on_both_markets(FRAMES))
def test_a_fault_of_frames_costs_no_trade(
    market: MarketType, fault: str, how: dict[str, Any], socket: dict[str, Any]
) -> None:
    with TickMarket(market) as run:
        stream = run.stream(socket)
        stream.start(run.sink)
        try:
            wait_for(lambda: stream.socket.is_connected)
            run.trade(5)
            armed = run.exchange.arm(fault, match=TRADES, **how)
            run.trade(12, pause_s=0.015)
            wait_for(lambda: armed.struck == how.get("times", 1))
            run.assert_every_trade_was_seen_once_in_order()
            run.trade(5)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_connections_the_exchange_ends_for_their_age_cost_no_trade(market: MarketType) -> None:
    with TickMarket(market) as run:
        run.exchange.rules.lifetime_s = 0.25
        stream = run.stream()
        stream.start(run.sink)
        try:
            wait_for(lambda: stream.socket.is_connected)
            run.trade(40, pause_s=0.02)
            wait_for(lambda: run.sink.told.count("lost") >= 2)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()


COMEBACKS: list[Case] = [
    ("ws_refuse", {"times": 3}, {}),
    ("ws_hang", {"seconds": 1}, {"connect_s": 0.3}),
    ("ws_subscribe_error", {"times": 3}, {}),
    ("ws_subscribe_silent", {"times": 2}, {"answer_s": 0.3}),
    ("rate_limited", {"match": ASKED, "retry_after": 1}, {}),
    ("rate_limited", {"match": ASKED, "times": 2, "retry_after": None}, {}),
    ("banned", {"match": ASKED, "retry_after": 1}, {}),
    ("banned", {"match": ASKED, "retry_after": None}, {}),
    ("server_error", {"match": ASKED, "times": 2}, {}),
    ("server_error", {"match": ASKED, "body": "html", "status": 502}, {}),
    ("reset_before", {"match": ASKED, "times": 2}, {}),
    ("html", {"match": ASKED}, {}),
    ("empty", {"match": ASKED}, {}),
    ("truncated", {"match": ASKED}, {}),
    ("object", {"match": ASKED}, {}),
    ("slow", {"match": ASKED, "seconds": 0.5}, {}),
]


@pytest.mark.usefixtures("short_minutes")
@pytest.mark.parametrize(("market", "fault", "how", "socket"), on_both_markets(COMEBACKS))
def test_a_fault_while_coming_back_costs_no_trade(
    market: MarketType, fault: str, how: dict[str, Any], socket: dict[str, Any]
) -> None:
    with TickMarket(market) as run:
        stream = run.stream(socket)
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            run.trade(5)
            run.assert_every_trade_was_seen_once_in_order()
            armed = run.exchange.arm(fault, **how)
            run.exchange.drop_connections()
            run.trade(12, pause_s=0.015)
            wait_for(lambda: armed.struck)
            run.assert_every_trade_was_seen_once_in_order()
            run.trade(5)
            run.assert_every_trade_was_seen_once_in_order()
            wait_for(lambda: run.sink.told[-1] == "restored")
        finally:
            stream.stop()
    assert run.sink.told == ["restored", "lost", "restored"]


def test_an_outage_of_many_pages_is_fetched_whole() -> None:
    with TickMarket(history=1) as run:
        stream = run.stream()
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            run.exchange.refuse_connections()
            run.exchange.drop_connections()
            wait_for(lambda: run.sink.told[-1] == "lost")
            run.trade(2_300)
            run.exchange.refuse_connections(False)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()

    asked = [one for one in run.exchange.requests if "fromId" in one.params]
    assert len(asked) >= 6


def test_the_last_trade_of_all_is_asked_for_though_none_follows() -> None:
    with TickMarket() as run:
        stream = run.stream()
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            run.trade(2)
            run.exchange.arm("ws_skip", times=-1, match=TRADES)
            run.trade(1)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()

    assert run.sink.told == ["restored"]


def test_what_is_no_trade_of_ours_is_reported_and_passed_over() -> None:
    with TickMarket() as run:
        stream = run.stream()
        errors: list[Exception] = []
        stream.socket.on("error", errors.append)
        stream.start(run.sink)
        try:
            wait_for(lambda: run.sink.told == ["restored"])
            good = {"s": "BTCUSDT", "a": 10**9, "T": 1_700_000_000_000, "p": "100", "q": "1"}
            for bad in (
                {"a": "7"},
                {"a": -7},
                {"T": 0},
                {"T": 4_102_444_800_000},
                {"T": True},
                {"p": "nan"},
                {"p": "0"},
                {"p": "inf"},
                {"q": "-1"},
                {"q": "inf"},
            ):
                stream.socket.emit("aggTrade", {**good, **bad})
            stream.socket.emit("aggTrade", {"s": "BTCUSDT"})
            stream.socket.emit("aggTrade", {**good, "s": "XRPUSDT"})
            run.trade(3)
            run.assert_every_trade_was_seen_once_in_order()
        finally:
            stream.stop()

    assert [type(error) for error in errors] == [ValueError] * 10 + [KeyError]


def test_stopping_ends_every_thread_and_publishes_nothing_more() -> None:
    with TickMarket() as run:
        before = threading.active_count()
        stream = run.stream()
        stream.start(run.sink)
        wait_for(lambda: run.sink.told == ["restored"])
        run.trade(2)
        run.assert_every_trade_was_seen_once_in_order()
        stream.stop()
        run.trade(3)

    assert len(run.sink.of("btc")) == 2
    assert threading.active_count() <= before


def test_more_feeds_than_a_connection_carries_are_refused() -> None:
    with TickMarket() as run:
        stream = run.stream({"channels_most": 2})
        try:
            with pytest.raises(StreamError, match="3 streams, and a connection carries 2"):
                stream.start(run.sink)
        finally:
            stream.stop()


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_history_is_paged_back_by_id(market: MarketType) -> None:
    with TickMarket(market) as run:
        run.trade(2_400)
        for name, symbol in (("btc", run.symbols[0]), ("eth", run.symbols[1])):
            feed = run.store.feed(tick_request(symbol, 2_345, name=name))
            columns = feed.history()
            truth = run.exchange.trades(symbol)[-2_345:]
            assert columns.close.tolist() == [float(one.price) for one in truth]
            assert columns.time_ms.tolist() == [one.time_ms for one in truth]


def test_rest_that_answers_other_trades_is_not_believed() -> None:
    with TickMarket() as run:
        rows = [{"a": 7, "T": 1, "p": "1", "q": "1"}, {"a": 7, "T": 1, "p": "1", "q": "1"}]
        run.store.ask = lambda *_: rows  # type: ignore[method-assign]  # an exchange that errs
        with pytest.raises(OddAnswer, match="out of order"):
            run.store.fetch_ticks(run.symbols[0], 7, 10)
        with pytest.raises(OddAnswer, match="others than were asked for"):
            run.store.fetch_ticks(run.symbols[0], 8, 10)
