from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.model.bar import BarColumns
from realtrade.monitor.reduction import telling_points, wider_bars


def bars_of(count: int) -> BarColumns:
    times = np.arange(count, dtype=np.int64) * 60
    close = np.random.default_rng(count).normal(100, 5, count)
    return BarColumns(times, times + 60, close - 1, close + 2, close - 3, close, np.ones(count))


def test_few_bars_stay_as_they_are() -> None:
    bars = bars_of(10)

    assert wider_bars(bars, 10) is bars


@pytest.mark.parametrize("count", [11, 19, 20, 21, 101])
def test_many_bars_become_wider_and_lose_no_extreme(count: int) -> None:
    bars = bars_of(count)

    wide = wider_bars(bars, 10)

    step = -(-count // 10)
    assert len(wide) <= 10
    for row in range(len(wide)):
        part = bars.part(row * step, min((row + 1) * step, count))
        assert wide.bar(row) == (
            part.time_ms[0],
            part.due_ms[-1],
            part.open[0],
            part.high.max(),
            part.low.min(),
            part.close[-1],
            part.volume.sum(),
        )


def test_few_points_are_all_telling() -> None:
    assert telling_points(np.array([3.0, 1.0, 2.0]), 3).tolist() == [0, 1, 2]


@given(st.lists(st.integers(-1000, 1000), min_size=21, max_size=300))
def test_a_line_keeps_its_ends_and_extremes(values: list[int]) -> None:
    line = np.array(values, dtype=float)

    points = telling_points(line, 20)

    assert len(points) <= 20 + 4
    assert (np.diff(points) > 0).all()
    assert (points[0], points[-1]) == (0, len(line) - 1)
    assert line[points].max() == line.max()
    assert line[points].min() == line.min()
