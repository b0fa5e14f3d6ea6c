"""Files whose bars are of another length than the recipe says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.plugins.ports import FeedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.feeds.conftest import Feeder

HOUR_MS = 3_600_000
NOON_MS = 1_704_110_400_000  # 2024-01-01T12:00:00Z
ROW = "10,12,9,11,5.5"


@pytest.mark.parametrize(("timeframe", "length"), [("5m", "1:00:00"), ("1m", "1:00:00")])
def test_bars_longer_than_the_recipe_says_are_no_gaps(
    feed_of: Feeder, timeframe: str, length: str
) -> None:
    """A file of hours where the recipe asks for minutes: every bar is on the grid of minutes."""
    lines = [f"{NOON_MS + hour * HOUR_MS},{ROW}" for hour in range(10)]

    with pytest.raises(FeedError) as caught:
        feed_of(*lines, timeframe=timeframe).history()

    assert str(caught.value) == (
        f"bars.csv: its bars are {length} apart at least, not {timeframe}: "
        "is the feed's 'timeframe' right?"
    )


@pytest.mark.parametrize("hours", [range(0, 18, 2), [*range(0, 20, 2), 19]])
def test_a_quiet_market_is_no_mistake(feed_of: Feeder, hours: Sequence[int]) -> None:
    """Too few bars to tell, or two of many that are neighbours."""
    lines = [f"{NOON_MS + hour * HOUR_MS},{ROW}" for hour in hours]

    assert len(feed_of(*lines).history()) == len(hours)
