"""Bars: made of prices, taken as given, cut by every timeframe."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from realtrade.testing.exchange.bars import BarBook, Series
from realtrade.testing.exchange.events import BarsChanged, PriceMoved
from realtrade.testing.exchange.player import Played
from tests.testing.exchange.conftest import SPOT, START_MS, SWAP

if TYPE_CHECKING:
    from realtrade.testing.exchange.bars import SimBar
    from tests.testing.exchange.conftest import Bench

MINUTE = 60_000


def bar(first: int, high: int, low: int, last: int, volume: int = 1) -> Played:
    return Played(*(Decimal(value) for value in (first, high, low, last, volume)))


def closed(bench: Bench, timeframe: str = "1m") -> list[SimBar]:
    return bench.core.desks[SPOT].bars.series[timeframe].closed


def prices(bars: list[SimBar]) -> list[list[int]]:
    return [[int(one.open), int(one.high), int(one.low), int(one.close)] for one in bars]


def test_prices_make_a_bar_and_time_closes_it(bench: Bench) -> None:
    bench.move("100", "107", "95", "103")
    assert closed(bench) == []

    bench.player.advance(MINUTE)

    (only,) = closed(bench)
    assert prices([only]) == [[100, 107, 95, 103]]
    assert (only.open_ms, only.close_ms, only.trades) == (START_MS, START_MS + MINUTE, 4)


def test_minutes_without_a_trade_are_flat_bars(bench: Bench) -> None:
    bench.move("100")

    bench.player.advance(3 * MINUTE)

    assert prices(closed(bench)) == [[100] * 4] * 3
    assert [one.volume for one in closed(bench)] == [Decimal("0.1"), 0, 0]


def test_a_played_bar_is_exactly_as_given(bench: Bench) -> None:
    bench.player.play({SPOT: bar(100, 120, 80, 110, 7)}, "1m", START_MS)

    (only,) = closed(bench)
    assert prices([only]) == [[100, 120, 80, 110]]
    assert only.volume == 7
    assert bench.core.desks[SPOT].price == 110


@pytest.mark.parametrize(("last", "path"), [(110, "100 80 120 110"), (90, "100 120 80 90")])
def test_the_near_extreme_comes_first(bench: Bench, last: int, path: str) -> None:
    bench.player.play({SPOT: bar(100, 120, 80, last)}, "1m", START_MS)

    moves = [str(one.price) for one in bench.events if isinstance(one, PriceMoved)]
    assert " ".join(price.removesuffix(".00") for price in moves) == path


def test_orders_meet_the_inside_of_a_played_bar(bench: Bench) -> None:
    bench.place("buy", "1", "90")
    bench.place("sell", "1", stop="85")

    bench.player.play({SPOT: bar(100, 101, 80, 95)}, "1m", START_MS)

    assert bench.fills() == [("90", "1"), ("85", "1")]


def test_longer_timeframes_are_made_of_played_bars(bench: Bench) -> None:
    start = START_MS - START_MS % 300_000
    for number in range(10):
        one = bar(100 + number, 110 + number, 90 - number, 105, number)
        bench.player.play({SPOT: one}, "1m", start + number * MINUTE)

    assert prices(closed(bench, "5m")) == [[100, 114, 86, 105], [105, 119, 81, 105]]
    assert [one.volume for one in closed(bench, "5m")] == [10, 35]


def test_a_hole_between_played_bars_stays_a_hole(bench: Bench) -> None:
    for number in (0, 1, 4):
        bench.player.play({SPOT: bar(100, 100, 100, 100)}, "1m", START_MS + number * MINUTE)

    assert [(one.open_ms - START_MS) // MINUTE for one in closed(bench)] == [0, 1, 4]


def test_shorter_timeframes_are_not_made_up(bench: Bench) -> None:
    bench.player.play({SPOT: bar(100, 110, 90, 105)}, "1h", START_MS - START_MS % 3_600_000)

    assert "1m" not in bench.core.desks[SPOT].bars.series
    assert "4h" in bench.core.desks[SPOT].bars.series


def test_the_first_bar_may_be_of_any_time_and_later_ones_must_follow(bench: Bench) -> None:
    bench.player.play({SPOT: bar(100, 100, 100, 100)}, "1m", 60_000_000)

    with pytest.raises(ValueError, match="BTC/USDT: a bar that opens at 60000000 cannot be played"):
        bench.player.play({SPOT: bar(100, 100, 100, 100)}, "1m", 60_000_000)


def test_each_market_has_its_own_time(bench: Bench) -> None:
    bench.player.play({SPOT: bar(100, 100, 100, 100)}, "1m", START_MS)

    bench.player.play({SWAP: bar(100, 100, 100, 100)}, "1m", START_MS)

    assert len(bench.core.desks[SWAP].bars.series["1m"].closed) == 1


def test_bars_of_one_interval_close_together(bench: Bench) -> None:
    both = {SPOT: bar(100, 101, 99, 100), SWAP: bar(200, 201, 199, 200)}

    bench.player.play(both, "1m", START_MS)

    told = [
        (one.market.symbol, one.closed)
        for one in bench.events
        if isinstance(one, BarsChanged) and "1m" in one.bars
    ]
    assert told == [(SPOT, False), (SWAP, False), (SPOT, True), (SWAP, True)]


def test_a_manual_clock_keeps_up_with_market_time(bench: Bench) -> None:
    bench.player.play({SPOT: bar(100, 101, 99, 100)}, "1h", START_MS + 3_600_000)
    close_ms = closed(bench, "1h")[0].close_ms

    assert bench.clock.now_ms() == close_ms


def test_a_stroll_of_one_seed_is_always_the_same(bench: Bench) -> None:
    from tests.testing.exchange.conftest import Bench as Another

    other = Another()
    for one in (bench, other):
        for _ in range(20):
            one.player.stroll(SPOT, Decimal(50))

    assert bench.core.desks[SPOT].price == other.core.desks[SPOT].price != 100


def test_a_year_without_trades_is_not_a_million_bars() -> None:
    book = BarBook()
    book.traded(START_MS, Decimal(1), Decimal(1))

    book.turn(START_MS + 365 * 24 * 60 * MINUTE)

    assert len(book.series["1m"].closed) < 10
    assert len(book.series["1h"].closed) == 365 * 24


class TestBetween:
    @pytest.fixture
    def series(self) -> Series:
        book = BarBook()
        for number in range(5):
            book.turn(START_MS + number * MINUTE)
            book.traded(START_MS + number * MINUTE, Decimal(number + 1), Decimal(1))
        return book.series["1m"]

    @pytest.mark.parametrize(
        ("start", "end", "limit", "expected"),
        [
            (None, None, 10, [1, 2, 3, 4, 5]),
            (None, None, 2, [4, 5]),
            (0, None, 2, [1, 2]),
            (1, 2, 10, [2, 3]),
            (None, 2, 2, [2, 3]),
            (9, None, 10, []),
        ],
    )
    def test_first_or_last_of_a_span(
        self,
        series: Series,
        start: int | None,
        end: int | None,
        limit: int,
        expected: list[int],
    ) -> None:
        found = series.between(
            None if start is None else START_MS + start * MINUTE,
            None if end is None else START_MS + end * MINUTE,
            limit,
        )

        assert [int(one.close) for one in found] == expected
