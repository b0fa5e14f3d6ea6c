from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from backtrader import date2num
from hypothesis import given
from hypothesis import strategies as st

from realtrade.common import stamps
from realtrade.utils.timeframes import Timeframe

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOMENTS_MS = st.integers(min_value=-2_000_000_000_000, max_value=20_000_000_000_000)
TIMEFRAMES = st.sampled_from(
    ["tick", "1s", "7m", "1h", "4h", "1d", "3d", "1w", "2w", "1M", "3M"]
).map(Timeframe.parse)


def _ms(text: str) -> int:
    return int((datetime.fromisoformat(text + "+00:00") - EPOCH).total_seconds()) * 1000


@given(MOMENTS_MS)
def test_date_numbers_are_backtraders_to_the_last_bit(at_ms: int) -> None:
    moment = EPOCH + timedelta(milliseconds=at_ms)

    expected = float(date2num(moment)).hex()

    assert stamps.date_number(at_ms).hex() == expected
    assert float(stamps.date_numbers(np.array([at_ms]))[0]).hex() == expected


def test_date_numbers_of_a_whole_day_of_milliseconds_sampled() -> None:
    at_ms = _ms("2021-06-15T00:00:00") + np.arange(0, 86_400_000, 997)

    found = stamps.date_numbers(at_ms)

    expected = [date2num(EPOCH + timedelta(milliseconds=int(at))) for at in at_ms]
    assert found.tolist() == expected


@given(TIMEFRAMES, st.lists(MOMENTS_MS, min_size=1, max_size=20))
def test_array_grid_agrees_with_the_timeframe(timeframe: Timeframe, moments: list[int]) -> None:
    at_ms = np.array(moments)

    assert stamps.open_times(at_ms, timeframe).tolist() == [timeframe.open_ms(m) for m in moments]
    assert stamps.close_times(at_ms, timeframe).tolist() == [timeframe.close_ms(m) for m in moments]


@given(TIMEFRAMES, MOMENTS_MS)
def test_a_bar_of_the_finest_feed_is_stamped_with_its_open(
    timeframe: Timeframe, at_ms: int
) -> None:
    assert stamps.stamp_ms(timeframe.close_ms(at_ms), timeframe) == timeframe.open_ms(at_ms)


@given(TIMEFRAMES, MOMENTS_MS)
def test_one_stamp_and_many_agree(finest: Timeframe, due_ms: int) -> None:
    assert stamps.stamp_times(np.array([due_ms]), finest).tolist() == [
        stamps.stamp_ms(due_ms, finest)
    ]


@pytest.mark.parametrize(
    ("due", "finest", "stamp"),
    [
        ("2024-01-02T00:00:00", "1h", "2024-01-01T23:00:00"),  # a day, with the hour that ends it
        ("2024-03-01T00:00:00", "1M", "2024-02-01T00:00:00"),
        ("2024-04-01T00:00:00", "1M", "2024-03-01T00:00:00"),
        ("2024-04-01T00:00:00", "3M", "2024-01-01T00:00:00"),
    ],
)
def test_stamps_by_hand(due: str, finest: str, stamp: str) -> None:
    assert stamps.stamp_ms(_ms(due), Timeframe.parse(finest)) == _ms(stamp)


@given(TIMEFRAMES, TIMEFRAMES, MOMENTS_MS)
def test_stamps_lead_back_to_when_a_bar_was_known(
    finest: Timeframe, timeframe: Timeframe, at_ms: int
) -> None:
    due_ms = np.array([timeframe.close_ms(at_ms)])
    if finest.unit == "M":
        due_ms = stamps.close_times(due_ms, finest)

    assert stamps.due_times(stamps.stamp_times(due_ms, finest), finest).tolist() == due_ms.tolist()


@given(MOMENTS_MS)
def test_numbers_lead_back_to_their_time(at_ms: int) -> None:
    assert stamps.times_of(stamps.date_numbers(np.array([at_ms]))).tolist() == [at_ms]
