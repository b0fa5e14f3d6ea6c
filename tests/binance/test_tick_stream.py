"""The strategy sees the exchange's trades, once and in order of ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.common.rest.errors import OddAnswer
from tests.binance.hearing import assert_all_was_heard_once_in_order, listening
from tests.binance.tick_market import TickMarket, tick_request
from tests.patience import wait_for

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_trades_between_the_history_and_the_stream_are_not_missed(market: MarketType) -> None:
    with TickMarket(market) as run:
        run.play(30)
        with listening(run):
            run.play(300)
            assert_all_was_heard_once_in_order(run)

    times = [bar.time_ms for bar in run.sink.of("btc")]
    assert len(times) == 330
    assert len(set(times)) < 330, "no two trades were of one millisecond: nothing is shown"


def test_an_outage_of_many_pages_is_fetched_whole() -> None:
    with TickMarket(history=1) as run, listening(run):
        run.exchange.refuse_connections()
        run.exchange.drop_connections()
        wait_for(lambda: run.sink.told[-1] == "lost")
        run.play(2_300)
        run.exchange.refuse_connections(False)
        assert_all_was_heard_once_in_order(run)

    asked = [one for one in run.exchange.requests if "fromId" in one.params]
    assert len(asked) >= 6


def test_the_last_trade_of_all_is_asked_for_though_none_follows() -> None:
    with TickMarket() as run, listening(run):
        run.play(2)
        run.exchange.arm("ws_skip", times=-1, match=run.FRAME)
        run.play(1)
        assert_all_was_heard_once_in_order(run)

    assert run.sink.told == ["restored"]


def test_what_is_no_trade_of_ours_is_reported_and_passed_over() -> None:
    with TickMarket() as run:
        errors: list[Exception] = []
        with listening(run) as stream:
            stream.socket.on("error", errors.append)
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
            run.play(3)
            assert_all_was_heard_once_in_order(run)

    assert [type(error) for error in errors] == [ValueError] * 10 + [KeyError]


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_history_is_paged_back_by_id(market: MarketType) -> None:
    with TickMarket(market) as run:
        run.play(2_400)
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
