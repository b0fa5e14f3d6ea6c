from __future__ import annotations

import pytest

from realtrade.common.ticks import Tick, TickFeed, last_ticks, tick_columns
from realtrade.model.instrument import Instrument
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.plugins.ports.feed import FeedError
from realtrade.utils.timeframes import Timeframe


def tick(number: int, at_ms: int | None = None) -> Tick:
    return Tick.of(number, number if at_ms is None else at_ms, 1.0 + number, 0.5)


class Market:
    """Has had trades from `first` to `last`, but for some."""

    def __init__(self, first: int, last: int, *, without: tuple[int, ...] = ()) -> None:
        self._ids = [one for one in range(first, last + 1) if one not in without]
        self.asked: list[tuple[int | None, int]] = []
        self.error: Exception | None = None

    def now_ms(self) -> int:
        return 0

    def fetch_ticks(self, symbol: str, from_id: int | None, limit: int) -> list[Tick]:
        self.asked.append((from_id, limit))
        if self.error is not None:
            raise self.error
        if from_id is None:
            return [tick(one) for one in self._ids[-limit:]]
        return [tick(one) for one in self._ids if one >= from_id][:limit]


def a_feed(market: Market, history: int = 3) -> TickFeed:
    request = FeedRequest("t", "A/B", Timeframe.parse("tick"), history)
    return TickFeed(request, instrument=Instrument("A/B", "A", "B"), market_id="AB", pages=market)


@pytest.mark.parametrize(
    ("first", "last", "count", "expected", "asked"),
    [
        (1, 50, 3, range(48, 51), [(None, 3)]),
        (1, 5, 9, range(1, 6), [(None, 9), (0, 1)]),
        (0, 5, 9, range(6), [(None, 9)]),
        (1, 2_500, 2_200, range(301, 2_501), [(None, 1_000), (501, 1_000), (0, 501)]),
        (1, 0, 9, range(0), [(None, 9)]),
    ],
)
def test_the_last_trades_are_paged_back_by_id(
    first: int, last: int, count: int, expected: range, asked: list[tuple[int | None, int]]
) -> None:
    market = Market(first, last)

    found = last_ticks(market, "A/B", count)

    assert [one.id for one in found] == list(expected)
    assert market.asked == asked


def test_trades_that_do_not_exist_are_left_out() -> None:
    found = last_ticks(Market(1, 1_200, without=(100, 700)), "A/B", 1_150)

    assert [one.id for one in found] == [one for one in range(49, 1_201) if one not in (100, 700)]


def test_in_columns_a_time_never_steps_back() -> None:
    columns = tick_columns([tick(1, 10), tick(2, 9), tick(3, 11)])

    assert columns.time_ms.tolist() == columns.due_ms.tolist() == [10, 10, 11]
    assert columns.close.tolist() == columns.low.tolist() == [2.0, 3.0, 4.0]
    assert columns.volume.tolist() == [0.5, 0.5, 0.5]


def test_a_feed_knows_the_newest_trade_though_no_history_is_wanted() -> None:
    feed = a_feed(Market(1, 7), history=0)

    assert len(feed.history()) == 0
    assert feed.last == tick(7)
    assert (feed.name, feed.symbol, feed.source) == ("t", "A/B", "trades")


def test_a_market_without_a_trade_has_no_newest() -> None:
    feed = a_feed(Market(1, 0))

    assert len(feed.history()) == 0
    assert feed.last is None


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError("no route"), "feed 't': no trades of A/B: no route"), (FeedError("odd"), "odd")],
)
def test_what_goes_wrong_names_the_feed(error: Exception, told: str) -> None:
    market = Market(1, 7)
    market.error = error

    with pytest.raises(FeedError, match=told):
        a_feed(market).history()
