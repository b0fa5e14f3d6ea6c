from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtrade.feeds import Resampler, resample
from realtrade.model.bar import Bar, BarColumns
from realtrade.plugins.ports import FeedError
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from tests.feeds.conftest import Bars

HOUR_MS = 3_600_000
HOUR = Timeframe.parse("1h")
TICK, FIVE_SECONDS = Timeframe.parse("tick"), Timeframe.parse("5s")


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


def rows(columns: BarColumns) -> list[Bar]:
    return [columns.bar(row) for row in range(len(columns))]


def one_by_one(columns: BarColumns, base: str, timeframe: str) -> list[Bar]:
    resampler = Resampler(Timeframe.parse(base), Timeframe.parse(timeframe))
    return [longer for bar in rows(columns) for longer in resampler.push(bar)]


def dues(opens_and_dues: list[Bar]) -> list[tuple[int, int]]:
    return [(bar.time_ms // HOUR_MS, bar.due_ms) for bar in opens_and_dues]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        ([0, 1, 2, 3], [(0, 2 * HOUR_MS), (2, 4 * HOUR_MS)]),
        ([1, 3], [(0, 2 * HOUR_MS), (2, 4 * HOUR_MS)]),  # the first half is missing
        ([0, 1, 2], [(0, 2 * HOUR_MS)]),  # the last is unfinished
        ([0, 2], [(0, 3 * HOUR_MS)]),  # the second half is missing: known with hour 2
        ([0, 9], [(0, 10 * HOUR_MS), (8, 10 * HOUR_MS + 1)]),  # two known with one base bar
        ([0, 9, 10, 11], [(0, 10 * HOUR_MS), (8, 10 * HOUR_MS + 1), (10, 12 * HOUR_MS)]),
        ([0], []),
    ],
)
def test_a_longer_bar_is_due_when_it_is_known(
    bars: Bars, hours: list[int], expected: list[tuple[int, int]]
) -> None:
    base = bars(*(hour * HOUR_MS for hour in hours))

    in_columns = resample(base, HOUR, Timeframe.parse("2h"))

    assert dues(rows(in_columns)) == expected
    assert dues(one_by_one(base, "1h", "2h")) == expected


def test_values_are_those_of_the_base_bars(bars: Bars) -> None:
    base = bars(*(hour * HOUR_MS for hour in range(8)))

    longer = resample(base, HOUR, Timeframe.parse("4h")).bar(1)

    assert longer == (
        4 * HOUR_MS,
        8 * HOUR_MS,
        base.open[4],
        max(base.high[4:]),
        min(base.low[4:]),
        base.close[7],
        sum(base.volume[4:].tolist()),
    )


STEPS = {"1m": 60_000, "1h": HOUR_MS, "1d": 86_400_000}
PAIRS = [("1m", "5m"), ("1m", "1h"), ("1h", "4h"), ("1h", "1d"), ("1h", "1w")]
PAIRS += [("1d", "1w"), ("1d", "2w"), ("1d", "1M"), ("1d", "3M")]


@settings(
    max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    pair=st.sampled_from(PAIRS),
    start=st.integers(min_value=0, max_value=40_000),
    gaps=st.lists(st.one_of(st.just(1), st.integers(1, 3), st.integers(1, 90)), max_size=150),
    seed=st.integers(0, 1000),
    share=st.floats(0, 1),
)
def test_columns_and_one_by_one_agree_to_the_last_bit(
    bars: Bars, *, pair: tuple[str, str], start: int, gaps: list[int], seed: int, share: float
) -> None:
    base, timeframe = Timeframe.parse(pair[0]), Timeframe.parse(pair[1])
    opens = [(start + step) * STEPS[pair[0]] for step in np.cumsum([0, *gaps]).tolist()]
    columns = bars(*opens, timeframe=pair[0], seed=seed)
    cut = round(share * len(columns))

    whole = rows(resample(columns, base, timeframe))
    history = rows(resample(columns.part(0, cut), base, timeframe))
    resampler = Resampler.after(columns.part(0, cut), base, timeframe)
    live = [longer for bar in rows(columns)[cut:] for longer in resampler.push(bar)]

    assert one_by_one(columns, *pair) == whole
    assert history + live == whole
    due = [bar.due_ms for bar in whole]
    assert due == sorted(set(due))
    assert all(timeframe.close_ms(bar.time_ms) <= bar.due_ms for bar in whole)


@settings(
    max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(gaps=st.lists(st.integers(1, 9), max_size=120), seed=st.integers(0, 99), data=st.data())
def test_resampling_twice_agrees_in_both_ways(
    bars: Bars, gaps: list[int], seed: int, data: st.DataObject
) -> None:
    columns = bars(*(HOUR_MS * step for step in np.cumsum([0, *gaps]).tolist()), seed=seed)
    first, second = Timeframe.parse("2h"), Timeframe.parse("4h")
    between = resample(columns, HOUR, first)
    cut = data.draw(st.integers(0, len(between)))

    in_columns = rows(resample(between, first, second))
    chain = Resampler(first, second)
    live = [last for bar in one_by_one(columns, "1h", "2h") for last in chain.push(bar)]
    later = Resampler.after(between.part(0, cut), first, second)
    history = rows(resample(between.part(0, cut), first, second))
    spliced = history + [last for bar in rows(between)[cut:] for last in later.push(bar)]

    assert live == in_columns
    assert spliced == in_columns
    due = [bar.due_ms for bar in in_columns]
    assert due == sorted(set(due))


def test_due_times_rise_across_the_splice_of_a_chain(bars: Bars) -> None:
    """Hour 11 makes two 2h bars known at once, and with the first of them two 4h bars."""
    hours = bars(*(hour * HOUR_MS for hour in (0, 1, 6, 11)))
    pairs = resample(hours, HOUR, Timeframe.parse("2h"))
    known_ms = 12 * HOUR_MS
    assert pairs.due_ms.tolist() == [2 * HOUR_MS, known_ms, known_ms + 1]

    spliced = Resampler.after(pairs.part(0, 2), Timeframe.parse("2h"), Timeframe.parse("4h"))

    assert dues(spliced.push(pairs.bar(2))) == [(8, known_ms + 2)]


@pytest.mark.parametrize(
    ("timeframe", "rule", "days"),
    [("1d", "D", 40), ("4h", "4h", 20), ("1w", "W-MON", 90), ("1M", "MS", 400), ("3M", "QS", 800)],
)
def test_pandas_makes_the_same_bars(bars: Bars, timeframe: str, rule: str, days: int) -> None:
    start = ms("2019-01-01")
    random = np.random.default_rng(3)
    hours = np.flatnonzero(random.random(days * 24) < 0.7)
    columns = bars(*(start + HOUR_MS * int(hour) for hour in hours))

    found = resample(columns, HOUR, Timeframe.parse(timeframe))

    frame = pd.DataFrame(
        {"open": columns.open, "high": columns.high, "low": columns.low, "close": columns.close}
        | {"volume": columns.volume},
        index=pd.to_datetime(columns.time_ms, unit="ms"),
    )
    how = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
    expected = frame.resample(rule, closed="left", label="left").agg(how).dropna()
    assert len(found) in {len(expected), len(expected) - 1}
    expected = expected.iloc[: len(found)]
    assert found.time_ms.tolist() == expected.index.as_unit("ms").asi8.tolist()
    for name in ("open", "high", "low", "close"):
        assert getattr(found, name).tolist() == expected[name].tolist()
    assert found.volume == pytest.approx(expected["volume"].to_numpy(), rel=1e-12)


@pytest.mark.parametrize(("base", "timeframe"), [("2h", "3h"), ("1w", "1M"), ("1d", "4h")])
def test_bars_that_do_not_fill_longer_ones_are_refused(
    bars: Bars, base: str, timeframe: str
) -> None:
    message = f"{timeframe} bars cannot be made of {base} bars: they do not fill them"
    shorter, longer = Timeframe.parse(base), Timeframe.parse(timeframe)

    with pytest.raises(FeedError, match=message):
        resample(bars(0), shorter, longer)
    with pytest.raises(FeedError, match=message):
        Resampler(shorter, longer)


def test_nothing_gives_nothing(bars: Bars) -> None:
    nothing = bars()

    assert len(resample(nothing, HOUR, Timeframe.parse("1d"))) == 0
    assert Resampler.after(nothing, HOUR, Timeframe.parse("1d")).push(bars(0).bar(0)) == []


def ticks(*times: int) -> BarColumns:
    """Trades, each of its own price and quantity."""
    at = np.array(times, np.int64)
    price = np.array([number % 7 + 10.0 for number in range(len(at))])
    volume = np.array([number / 4 + 0.25 for number in range(len(at))])
    return BarColumns(at, at, price, price, price, price, volume)


def test_a_bar_of_ticks_is_due_at_its_end_once_a_later_tick_shows_it() -> None:
    base = ticks(100, 100, 4_999, 5_000, 17_300)

    longer = rows(resample(base, TICK, FIVE_SECONDS))

    assert longer == [
        Bar(0, 5_000, 10.0, 12.0, 10.0, 12.0, 1.5),
        Bar(5_000, 10_000, 13.0, 13.0, 13.0, 13.0, 1.0),
    ]


@given(st.lists(st.integers(0, 40_000), max_size=30).map(sorted))
def test_bars_of_ticks_are_the_same_in_columns_and_one_by_one(times: list[int]) -> None:
    base = ticks(*times)

    in_columns = rows(resample(base, TICK, FIVE_SECONDS))

    assert in_columns == one_by_one(base, "tick", "5s")
    for seen in range(len(times)):
        later = Resampler.after(base.part(0, seen), TICK, FIVE_SECONDS)
        rest = [one for bar in rows(base)[seen:] for one in later.push(bar)]
        assert [*rows(resample(base.part(0, seen), TICK, FIVE_SECONDS)), *rest] == in_columns


def test_a_bar_of_ticks_ends_when_its_time_has_passed_and_a_late_tick_counts_to_the_next() -> None:
    resampler = Resampler(TICK, FIVE_SECONDS)
    first, late, later, last = rows(ticks(4_000, 4_999, 6_000, 10_000))

    assert resampler.let_pass(99_999) == []
    assert resampler.push(first) == []
    assert resampler.let_pass(4_999) == []
    assert resampler.let_pass(5_000) == [Bar(0, 5_000, 10.0, 10.0, 10.0, 10.0, 0.25)]
    assert resampler.let_pass(5_001) == []
    assert [*resampler.push(late), *resampler.push(later)] == []
    assert resampler.push(last) == [Bar(5_000, 10_000, 11.0, 12.0, 11.0, 12.0, 1.25)]
