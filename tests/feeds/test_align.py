from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import realtrade.feeds as package
from realtrade.feeds import ReadyFeed, check_stamps, finest_timeframe, within
from realtrade.model.instrument import Instrument
from realtrade.plugins.ports import FeedError
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from tests.feeds.conftest import Bars

HOUR_MS = 3_600_000


@pytest.mark.parametrize(
    ("texts", "finest"),
    [(["1d", "4h", "1w"], "4h"), (["1M", "1w"], "1w"), (["60m", "59m"], "59m"), (["1M"], "1M")],
)
def test_the_finest_timeframe_is_the_shortest(texts: list[str], finest: str) -> None:
    assert str(finest_timeframe(Timeframe.parse(text) for text in texts)) == finest


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (None, None, [5, 6, 7, 9]),
        (6, None, [6, 7, 9]),
        (None, 7, [5, 6]),  # the end is not in
        (6, 9, [6, 7]),
        (8, 10, [9]),
        (0, 100, [5, 6, 7, 9]),
    ],
)
def test_bars_are_cut_by_their_open(
    bars: Bars, start: int | None, end: int | None, hours: list[int]
) -> None:
    columns = bars(*(HOUR_MS * hour for hour in (5, 6, 7, 9)))
    limits = [None if at is None else at * HOUR_MS for at in (start, end)]

    cut = within(columns, "btc", *limits)

    assert [at // HOUR_MS for at in cut.time_ms.tolist()] == hours
    assert cut.close.base is not None  # a view


def test_a_cut_that_leaves_nothing_says_what_there_was(bars: Bars) -> None:
    columns = bars(5 * HOUR_MS, 6 * HOUR_MS)
    message = (
        r"^feed 'btc' has no bar from 1970-01-01T07:00:00Z to 1970-01-02T00:00:00Z; "
        r"its bars open 1970-01-01T05:00:00Z to 1970-01-01T06:00:00Z$"
    )

    with pytest.raises(FeedError, match=message):
        within(columns, "btc", 7 * HOUR_MS, 24 * HOUR_MS)
    with pytest.raises(FeedError, match="feed 'btc' has no bar; it is empty"):
        within(bars(), "btc")


def test_stamps_must_rise(bars: Bars) -> None:
    columns = bars(0, HOUR_MS, 2 * HOUR_MS)
    check_stamps(columns, "btc")

    twice = replace(columns, due_ms=columns.due_ms // HOUR_MS * HOUR_MS // 2)
    with pytest.raises(
        FeedError, match=r"'btc': the bar that opens 1970-01-01T00:00:00Z is not later"
    ):
        check_stamps(replace(columns, time_ms=columns.time_ms * 0), "btc")
    with pytest.raises(FeedError, match="'btc': the bar that is due"):
        check_stamps(replace(twice, due_ms=twice.due_ms * 0), "btc")


def test_a_ready_feed_gives_what_it_was_given(bars: Bars) -> None:
    columns, bitcoin = bars(0), Instrument("BTC/USD", "BTC", "USD")

    feed = ReadyFeed(columns, instrument=bitcoin, timeframe=Timeframe.parse("1h"))

    assert feed.history() is columns
    assert feed.instrument is bitcoin
    assert str(feed.timeframe) == "1h"


def test_every_public_name_is_there() -> None:
    assert all(hasattr(package, name) for name in package.__all__)
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = package.Nothing


def test_ticks_may_share_a_time_and_never_step_back(bars: Bars) -> None:
    columns = bars(5, 5, 6)
    columns = replace(columns, due_ms=columns.time_ms)

    check_stamps(columns, "btc", ticks=True)

    with pytest.raises(FeedError, match=r"'btc': the bar that opens .* is not later"):
        check_stamps(columns, "btc")
    back = replace(columns, time_ms=columns.time_ms[::-1], due_ms=columns.due_ms[::-1])
    with pytest.raises(FeedError, match=r"'btc': the bar that opens .* is not later"):
        check_stamps(back, "btc", ticks=True)
