"""Best bid and ask as they change: newer ones only, and nothing of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.binance.market_streams import market_streams
from realtrade.feeds import ReadyFeed
from realtrade.model.instrument import Instrument
from tests.binance.tick_market import TICK, TickMarket, tick_request
from tests.patience import wait_for

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_every_quote_comes_once_and_those_of_an_outage_never(market: MarketType) -> None:
    with TickMarket(market, source="quotes") as run, run.listening_to_quotes():
        run.exchange.arm("ws_duplicate", times=5, match={"event": "bookTicker"})
        run.play(10)
        wait_for(lambda: len(run.sink.of("eth")) == 10)
        run.exchange.refuse_connections()
        run.exchange.drop_connections()
        wait_for(lambda: "lost" in run.sink.told)
        run.play(10)
        run.exchange.refuse_connections(False)
        wait_for(lambda: run.sink.told[-1] == "restored")
        run.play(10)
        wait_for(lambda: len(run.sink.of("eth")) == 20)

    for name, symbol in zip(("btc", "eth"), run.symbols, strict=True):
        prices = [float(one.price) for one in run.exchange.trades(symbol)]
        step = float(run.exchange.core.desk(symbol).market.tick)
        seen = run.sink.of(name)
        assert [bar.low for bar in seen] == [*prices[-30:-20], *prices[-10:]]
        assert [bar.high for bar in seen] == pytest.approx([bar.low + step for bar in seen])
        assert all(bar.open == bar.close == (bar.low + bar.high) / 2 for bar in seen)
    assert run.sink.errors == []


def test_quotes_have_no_history() -> None:
    with TickMarket(source="quotes", history=50) as run:
        assert len(run.feeds["btc"].history()) == 0
        assert run.feeds["btc"].last is None
        assert run.feeds["btc"].timeframe == TICK


def test_what_is_no_quote_of_ours_is_reported_and_passed_over() -> None:
    with TickMarket(source="quotes") as run:
        errors: list[Exception] = []
        with run.listening_to_quotes() as stream:
            stream.socket.on("error", errors.append)
            good = {"s": "BTCUSDT", "u": 10**9, "b": "99", "a": "101"}
            for bad in (
                {"u": "7"},
                {"b": "102"},
                {"b": "0"},
                {"a": "inf"},
                {"a": "nan"},
                {"T": 1e15},
            ):
                stream.socket.emit("bookTicker", {**good, **bad})
            stream.socket.emit("bookTicker", {"s": "BTCUSDT"})
            stream.socket.emit("bookTicker", {**good, "s": "XRPUSDT"})
            stream.socket.emit("bookTicker", good)

    assert [type(error) for error in errors] == [ValueError] * 6 + [KeyError]
    assert [bar.close for bar in run.sink.of("btc")] == [100.0]


def test_each_kind_of_feed_has_a_stream_of_its_own() -> None:
    with TickMarket() as run:
        symbol = run.symbols[0]
        trades = run.store.feed(tick_request(symbol))
        quotes = run.store.feed(tick_request(symbol, source="quotes"))

        made = market_streams({"t": trades, "q": quotes}, run.store)

        assert {name: one.socket.name for name, one in made.items()} == {
            "trades": "binance-spot-aggTrade",
            "quotes": "binance-spot-bookTicker",
        }
        foreign = ReadyFeed(
            trades.history(), instrument=Instrument("A/B", "A", "B"), timeframe=TICK
        )
        with pytest.raises(TypeError, match="Binance streams no ReadyFeed"):
            market_streams({"x": foreign}, run.store)
