"""Every indicator, calculated by the kernels and by Backtrader: the same bits on every bar."""

from __future__ import annotations

import math
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.engine.cerebro import LeanCerebro
from tests.engine.lean.indicators import SINGLE


def _values(kind: type, data: Any, make: Any, **run: Any) -> tuple[Any, Any]:
    class Probe(bt.Strategy):
        def __init__(self) -> None:
            self.made = make(self.data)

        def next(self) -> None:
            self.cerebro.runstop()  # everything has been calculated by now

    cerebro = kind(stdstats=False)
    cerebro.adddata(data)
    cerebro.addstrategy(Probe)
    try:
        (strategy,) = cerebro.run(**run)
    except Exception as error:  # noqa: BLE001 (both must raise the same)
        return repr(error), cerebro
    made = strategy.made
    lines = [made] if isinstance(made.lines, list) else list(made.lines)
    return [np.frombuffer(line.array).copy() for line in lines], cerebro


def _same(expected: Any, seen: Any) -> None:
    if isinstance(expected, str) or isinstance(seen, str):
        assert seen == expected
        return
    assert len(seen) == len(expected)
    for want, have in zip(expected, seen, strict=True):
        np.testing.assert_array_equal(have, want)
        missing = np.isnan(want)
        np.testing.assert_array_equal(np.signbit(have[~missing]), np.signbit(want[~missing]))


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize(
    "prices",
    [
        "random",
        pytest.param("flat", marks=pytest.mark.untraced),
        "short",
        pytest.param("holes", marks=pytest.mark.untraced),
        pytest.param("wild", marks=pytest.mark.untraced),
    ],
)
def test_equals_backtrader_bit_for_bit(feed, rows, name, prices) -> None:
    data = {
        "random": lambda: rows(500, seed=8),
        "flat": lambda: [(*row[:1], 5.0, 5.0, 5.0, 5.0, 0.0) for row in rows(150)],
        "short": lambda: rows(4),
        "holes": lambda: _with_holes(rows(300, seed=2)),
        "wild": lambda: _wild(rows(300, seed=3)),
    }[prices]()
    expected, _ = _values(bt.Cerebro, feed(data), SINGLE[name])
    seen, cerebro = _values(LeanCerebro, feed(data), SINGLE[name])

    if prices == "short" and isinstance(expected, str) and "IndexError" in expected:
        # Too few bars for the indicator: Backtrader can only calculate it bar by bar, and so do we.
        expected, _ = _values(bt.Cerebro, feed(data), SINGLE[name], runonce=False)
        assert "bars, and there are 4" in cerebro.path_reason
        _same(expected, seen)
        return
    _same(expected, seen)
    assert isinstance(seen, str) or (cerebro.path == "fast") == (name != "heikin ashi")


def _with_holes(rows: Any) -> Any:
    return [
        (*row[:4], math.nan if number % 41 == 7 else row[4], row[5])
        for number, row in enumerate(rows)
    ]


def _wild(rows: Any) -> Any:
    """Prices from 1e-9 to 1e12: sums that no pair of doubles can hold."""
    scales = [1e-9, 1.0, 1e12, 3.3e-5]
    return [
        (row[0], *(price * scales[number % 4] for price in row[1:]))
        for number, row in enumerate(rows)
    ]
