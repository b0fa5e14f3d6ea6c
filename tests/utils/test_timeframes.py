from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.utils.timeframes import Timeframe


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


@pytest.mark.parametrize("text", ["1s", "15m", "1h", "3d", "1w", "1M", "12M", "tick"])
def test_reads_what_it_writes(text):
    assert str(Timeframe.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "1",
        "0m",
        "1H",
        "1D",
        "1y",
        "-1h",
        "1 h",
        "1.5h",
        "\uff11h",
        "01m",
        "12345m",
        "1h\n",
        "1tick",
        "Tick",
        "ticks",
    ],
)
def test_refuses_what_is_no_timeframe(text):
    with pytest.raises(ValueError, match="is no timeframe"):
        Timeframe.parse(text)


@pytest.mark.parametrize(
    ("text", "at", "opened", "closed"),
    [
        ("15m", "2018-03-04T05:16:17", "2018-03-04T05:15", "2018-03-04T05:30"),
        ("1h", "2018-03-04T05:00:00", "2018-03-04T05:00", "2018-03-04T06:00"),
        ("1d", "2018-03-04T23:59:59", "2018-03-04T00:00", "2018-03-05T00:00"),
        ("1w", "2018-03-04T12:00:00", "2018-02-26T00:00", "2018-03-05T00:00"),  # a Sunday
        ("1w", "2018-03-05T00:00:00", "2018-03-05T00:00", "2018-03-12T00:00"),  # a Monday
        ("1M", "2020-02-29T12:00:00", "2020-02-01T00:00", "2020-03-01T00:00"),
        ("3M", "2020-12-31T23:00:00", "2020-10-01T00:00", "2021-01-01T00:00"),
        ("1h", "1969-12-31T23:30:00", "1969-12-31T23:00", "1970-01-01T00:00"),
    ],
)
def test_bars_tile_the_time_line(text, at, opened, closed):
    timeframe = Timeframe.parse(text)

    assert timeframe.open_ms(ms(at)) == ms(opened)
    assert timeframe.close_ms(ms(at)) == ms(closed)


@given(
    st.sampled_from(["7s", "5m", "4h", "2d", "1w", "2w", "1M", "3M"]),
    st.integers(0, 4_000_000_000_000),
)
def test_every_moment_is_in_one_bar(text, at_ms):
    timeframe = Timeframe.parse(text)

    opened, closed = timeframe.open_ms(at_ms), timeframe.close_ms(at_ms)

    assert opened <= at_ms < closed
    assert timeframe.open_ms(opened) == opened
    assert timeframe.open_ms(closed) == closed
    assert timeframe.open_ms(closed - 1) == opened


@pytest.mark.parametrize(
    ("shorter", "longer", "whole"),
    [
        ("1m", "1h", True),
        ("45m", "1h", False),
        ("1h", "1d", True),
        ("7h", "1d", False),
        ("1d", "1w", True),
        ("2d", "1w", False),
        ("1d", "1M", True),
        ("5h", "1M", False),
        ("1w", "1M", False),
        ("1w", "2w", True),
        ("1w", "3d", False),
        ("1M", "3M", True),
        ("2M", "3M", False),
        ("1M", "1w", False),
        ("tick", "1s", True),
        ("tick", "1M", True),
        ("1s", "tick", False),
    ],
)
def test_knows_what_is_made_of_whole_bars(shorter, longer, whole):
    assert Timeframe.parse(shorter).divides(Timeframe.parse(longer)) is whole


def test_a_tick_has_no_length():
    tick = Timeframe.parse("tick")

    assert tick.is_tick
    assert not Timeframe.parse("1s").is_tick
    assert tick.approximate_ms == 0
    assert (tick.open_ms(1_001), tick.close_ms(1_001)) == (1_001, 1_001)


def test_a_minute_is_not_a_month():
    assert Timeframe.parse("1m").approximate_ms < Timeframe.parse("1M").approximate_ms
