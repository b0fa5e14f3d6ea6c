from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.feeds import describe_gaps, gaps
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from tests.feeds.conftest import Bars

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


def test_gaps_are_named_by_their_first_missing_bar(bars: Bars) -> None:
    hours = bars(*(HOUR_MS * hour for hour in (0, 1, 3, 4, 10, 11)))

    found = gaps(hours, Timeframe.parse("1h"))

    assert found == [(2 * HOUR_MS, 3 * HOUR_MS, 1), (5 * HOUR_MS, 10 * HOUR_MS, 5)]


def test_missing_months_are_counted_as_months(bars: Bars) -> None:
    january, february, june = 0, 31 * DAY_MS, 151 * DAY_MS

    found = gaps(bars(january, february, june, timeframe="1M"), Timeframe.parse("1M"))

    assert found == [(59 * DAY_MS, june, 3)]


@pytest.mark.parametrize(
    ("hours", "text"),
    [
        ([], ""),
        ([5], ""),
        ([0, 1, 2], ""),
        ([0, 2], "1 gap, 1 bar missing, the longest 1 bar from 1970-01-01T01:00:00Z"),
        (
            [0, 2, 20, 22],
            "3 gaps, 19 bars missing, the longest 17 bars from 1970-01-01T03:00:00Z",
        ),
    ],
)
def test_gaps_are_told_in_a_line(bars: Bars, hours: list[int], text: str) -> None:
    found = gaps(bars(*(HOUR_MS * hour for hour in hours)), Timeframe.parse("1h"))

    assert describe_gaps(found) == text


def test_between_ticks_there_are_no_gaps(bars: Bars) -> None:
    assert gaps(bars(5, 5, 90_000_000), Timeframe.parse("tick")) == []
