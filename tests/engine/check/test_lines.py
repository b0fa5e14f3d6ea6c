from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from realtrade.engine.check.lines import Line, leaks
from tests.engine.check.conftest import LOOK_AHEAD

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.check.conftest import Checked

NAN = float("nan")


@pytest.mark.parametrize(
    ("whole", "cut", "expected"),
    [
        ([NAN, 1, 2, 3, 4], [NAN, 1, 2], []),
        ([NAN, 1, 2, 3, 4], [NAN, 1, 2 + 1e-12], []),
        ([NAN, 1, 2, 3, 4], [NAN, 1, NAN], [("a", 1)]),
        ([NAN, 1, 2, 3, 4], [NAN, 5, 2], [("a", 2)]),
        ([1, 2], [1, 2, 3], []),
    ],
)
def test_a_line_leaks_from_its_first_other_value_on(
    whole: list[float], cut: list[float], expected: list[tuple[str, int]]
) -> None:
    found = leaks([Line("a", np.array(whole))], [Line("a", np.array(cut))])

    assert list(found) == expected


def test_indicators_that_see_ahead_are_named_by_what_the_strategy_calls_them(
    strategy: Callable[..., Path], checked: Checked
) -> None:
    """Also when nothing is decided by them: then they are told of and do no harm."""
    outcome = checked(
        strategy("""
            def __init__(self):
                self.ahead = self.data.close(3)
                self.cloud = bt.ind.Ichimoku(tenkan=3, kijun=5, senkou=8, chikou=7)
                self.honest = bt.ind.EMA(period=10)
                self.many = [bt.ind.SMA(self.data.close(2), period=4), bt.ind.RSI()]
            def next(self):
                if len(self.data) % 40 == 0:
                    self.buy(size=0.01)
        """),
        parts=LOOK_AHEAD,
    )

    assert outcome.clean
    assert outcome.look_ahead is not None
    assert {leak.name: leak.bars for leak in outcome.look_ahead.leaks} == {
        "LineForward": 2,
        "self.ahead (LineForward)": 3,
        "self.cloud.chikou_span (Ichimoku)": 7,
        "self.many[0] (SMA)": 2,
    }
    assert {leak.cuts for leak in outcome.look_ahead.leaks} == {outcome.look_ahead.cuts}
