from __future__ import annotations

from time import monotonic  # noqa: TID251 - how long things really take
from typing import TYPE_CHECKING

import pytest

from tests.binance.bar_market import BarMarket
from tests.binance.hearing import assert_all_was_heard_once_in_order, listening
from tests.patience import wait_for

if TYPE_CHECKING:
    from realtrade.model.instrument import MarketType

MARKETS = ("spot", "swap")


@pytest.mark.parametrize("market", MARKETS)
def test_bars_closed_between_the_history_and_the_stream_are_not_missed(market: MarketType) -> None:
    with BarMarket(market) as run:
        run.play(7)
        with listening(run):
            run.play(60)
            assert_all_was_heard_once_in_order(run)


@pytest.mark.parametrize("market", MARKETS)
def test_bars_due_at_one_instant_come_in_one_batch(market: MarketType) -> None:
    with BarMarket(market) as run, listening(run, {"together_s": 5.0}):
        run.play(10)
        run.exchange.drop_connections()
        run.play(10)
        assert_all_was_heard_once_in_order(run)

    dues = [{bar.due_ms for _, bar in batch} for batch in run.sink.batches]
    assert all(len(due) == 1 for due in dues)
    assert len(dues) == 20
    longest = [batch for batch in run.sink.batches if len(batch) == 4]
    assert [name for name, _ in longest[0]] == ["btc_1m", "btc_5m", "eth_1m", "eth_5m"]
    assert len(longest) == 4


def test_a_feed_that_stays_away_holds_the_others_up_once() -> None:
    with BarMarket() as run, listening(run, {"together_s": 1.5, "overdue_s": 30.0}):
        run.exchange.arm("ws_skip", times=-1, match={"stream": "ethusdt*"})
        began_s = monotonic()
        run.play(4)
        wait_for(lambda: len(run.sink.of("btc_1m")) == 4)
        took_s = monotonic() - began_s

    assert 1.4 < took_s < 5, "one wait is 1.5 s, one for each bar would be 6"
    assert run.sink.of("eth_1m") == []


def test_a_bar_that_is_overdue_is_asked_for_though_none_follows() -> None:
    with BarMarket() as run, listening(run, {"overdue_s": 0.3}):
        run.play(2)
        run.exchange.arm("ws_skip", times=-1, match={"closed": "true"})
        run.play(1)
        assert_all_was_heard_once_in_order(run)

    assert run.sink.told == ["restored"]


def test_a_bar_that_never_was_is_a_gap_and_no_obstacle() -> None:
    with BarMarket() as run, listening(run):
        exchange, symbol = run.exchange, run.symbols[0]
        first_ms = run.truth_first_ms()
        for step in (0, 1, 5, 6):
            exchange.close_bar(
                symbol, "1m", open=1, high=2, low=1, close=2, open_ms=first_ms + step * 60_000
            )
        wait_for(lambda: len(run.sink.of("btc_1m")) >= len(run.truth("btc_1m")))

    assert run.sink.of("btc_1m") == run.truth("btc_1m")


def test_a_planned_change_of_connection_costs_no_bar() -> None:
    with BarMarket() as run, listening(run, life_s=0.2):
        for _ in range(10):
            run.play(2, pause_s=0.03)
        assert_all_was_heard_once_in_order(run)

    assert run.sink.told.count("lost") >= 2


def test_what_is_no_closed_kline_of_ours_is_reported_and_passed_over() -> None:
    with BarMarket() as run:
        errors: list[Exception] = []
        with listening(run) as stream:
            stream.socket.on("error", errors.append)
            good = {"t": 60_000, "i": "1m", "x": True, "o": "1", "h": "2", "l": "1", "c": "2"}
            for bad in (
                {"t": 61_000},
                {"t": "60000"},
                {"t": 4_102_444_800_000},
                {"h": "0.5"},
                {"c": "nan"},
                {"h": "inf"},
                {"v": "-1"},
                {"l": "-1"},
            ):
                stream.socket.emit("kline", {"s": "BTCUSDT", "k": {**good, "v": "1", **bad}})
            stream.socket.emit("kline", {"s": "BTCUSDT", "k": {"i": "1m"}})
            stream.socket.emit("kline", {"s": "XRPUSDT", "k": {**good, "v": "1"}})
            stream.socket.emit("kline", {"s": "BTCUSDT", "k": {**good, "x": False, "v": "1"}})
            run.play(3)
            assert_all_was_heard_once_in_order(run)

    assert [type(error) for error in errors] == [ValueError] * 8 + [KeyError]
