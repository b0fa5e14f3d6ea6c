from __future__ import annotations

import numpy as np

from realtrade.model.bar import Bar, BarColumns


def columns(n):
    times = np.arange(n, dtype=np.int64) * 60_000
    prices = np.arange(n, dtype=np.float64)
    return BarColumns(
        times, times + 60_000, prices, prices + 2, prices - 2, prices + 1, prices * 10
    )


def test_a_row_is_a_bar_of_plain_numbers():
    bar = columns(5).bar(3)

    assert bar == Bar(180_000, 240_000, 3.0, 5.0, 1.0, 4.0, 30.0)
    assert {type(value) for value in bar} == {int, float}


def test_a_part_is_a_view():
    whole = columns(5)

    part = whole.part(1, 3)

    assert len(part) == 2
    assert part.bar(0) == whole.bar(1)
    assert np.shares_memory(part.close, whole.close)
