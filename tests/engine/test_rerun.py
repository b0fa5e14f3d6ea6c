from __future__ import annotations

import numpy as np
import pytest

from realtrade.engine.rerun import batches, to_run_again
from realtrade.model.bar import Bar, BarColumns

HOUR = 3_600_000


def columns(*opened: int) -> BarColumns:
    times = np.array(opened, dtype=np.int64) * HOUR
    prices = np.arange(1.0, len(opened) + 1)
    return BarColumns(times, times + HOUR, prices, prices, prices, prices, prices)


def test_the_bar_after_the_mark_is_run_again() -> None:
    assert to_run_again(columns(1, 2, 3), 2 * HOUR) == Bar(3 * HOUR, 4 * HOUR, 3, 3, 3, 3, 3)


@pytest.mark.parametrize(
    ("opened", "mark"),
    [
        ((1, 2, 3), None),
        ((1, 2, 3), 3),
        ((1, 2, 3), 1),
        ((1, 2, 4), 3),
        ((3,), 2),
        ((), 2),
    ],
    ids=["first start", "all done", "two missed", "a hole", "no bar before", "no bars"],
)
def test_other_bars_are_history(opened: tuple[int, ...], mark: int | None) -> None:
    assert to_run_again(columns(*opened), None if mark is None else mark * HOUR) is None


def test_bars_due_at_once_come_together_and_in_order() -> None:
    late, early, twin = (Bar(0, due, 1, 1, 1, 1, 1) for due in (9, 5, 9))

    assert list(batches({"a": late, "b": early, "c": twin})) == [
        [("b", early)],
        [("a", late), ("c", twin)],
    ]
