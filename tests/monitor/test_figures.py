from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from realtrade.model.bar import BarColumns
from realtrade.model.order import Side
from realtrade.monitor import PerformanceTracker
from realtrade.monitor.figures import (
    MOST_JOINED,
    MOST_MARKED,
    MOST_POINTS,
    drawdown_chart,
    equity_chart,
    price_charts,
)

MINUTE = 60_000


def bars_of(count: int) -> BarColumns:
    times = np.arange(count, dtype=np.int64) * MINUTE
    flat = np.full(count, 10.0)
    return BarColumns(times, times + MINUTE, flat, flat, flat, flat, flat)


def traded(trips: int, *, side: Side = Side.BUY) -> PerformanceTracker:
    """Round trips of growing result, in turn gaining and losing."""
    back = Side.SELL if side is Side.BUY else Side.BUY
    tracker = PerformanceTracker(100)
    for number in range(trips):
        result = number + 1 if number % 2 else -number - 1
        tracker.record_fill("A/B", side, quantity=1, price=10, fee=0, time_ms=number * MINUTE)
        tracker.record_fill(
            "A/B", back, quantity=1, price=10 + result, fee=0, time_ms=number * MINUTE
        )
    return tracker


def trace(chart: dict[str, Any], name: str) -> dict[str, Any]:
    return next(found for found in chart["traces"] if found.get("name") == name)


def test_entries_and_exits_are_marked_where_they_were() -> None:
    tracker = traded(2)
    tracker.record_fill("A/B", Side.SELL, quantity=1, price=7, fee=0, time_ms=5 * MINUTE)

    chart = price_charts(tracker, {"A/B": bars_of(10)})[0]

    assert trace(chart, "Long entry")["x"] == [0, MINUTE]
    assert trace(chart, "Exit with gain")["y"] == [12]
    assert trace(chart, "Exit with gain")["customdata"] == [2]
    assert trace(chart, "Exit with loss")["x"] == [0]
    assert (trace(chart, "Short entry")["x"], trace(chart, "Short entry")["y"]) == (
        [5 * MINUTE],
        [7],
    )


def test_each_symbol_has_its_chart_and_its_own_trades() -> None:
    charts = price_charts(traded(1), {"A/B": bars_of(3), "C/D": bars_of(3), "E/F": bars_of(0)})

    assert [chart["title"] for chart in charts] == ["A/B", "C/D"]
    assert [len(trace(chart, "Long entry")["x"]) for chart in charts] == [1, 0]


def test_a_short_is_marked_as_one() -> None:
    chart = price_charts(traded(1, side=Side.SELL), {"A/B": bars_of(3)})[0]

    assert (len(trace(chart, "Short entry")["x"]), len(trace(chart, "Long entry")["x"])) == (1, 0)
    assert len(trace(chart, "Exit with gain")["x"]) == 1


@pytest.mark.parametrize(("trips", "joined"), [(MOST_JOINED, 2), (MOST_JOINED + 1, 0)])
def test_entry_and_exit_are_joined_while_they_are_few(trips: int, joined: int) -> None:
    chart = price_charts(traded(trips), {"A/B": bars_of(3)})[0]

    assert sum(found["mode"] == "lines" for found in chart["traces"]) == joined


def test_beyond_the_limit_the_largest_results_are_marked() -> None:
    chart = price_charts(traded(MOST_MARKED + 10), {"A/B": bars_of(3)})[0]

    assert len(trace(chart, "Long entry")["x"]) == MOST_MARKED
    assert trace(chart, "Long entry")["x"][0] == 10 * MINUTE
    assert "2,000 of 2,010 round trips with the largest result" in chart["note"]


def test_long_histories_are_made_few_and_say_so() -> None:
    count = MOST_POINTS + 1
    tracker = PerformanceTracker(100)
    tracker.record_columns(bars_of(count).time_ms, np.ones(count), np.arange(count) + 90.0)

    price = price_charts(tracker, {"A/B": bars_of(count)})[0]
    equity = equity_chart(tracker.columns())

    assert len(price["candles"]["x"]) <= MOST_POINTS
    assert "down to 2 bars each" in price["note"]
    assert len(equity["traces"][0]["x"]) <= MOST_POINTS + 4
    assert equity["traces"][0]["y"][-1] == count + 89
    assert "6,001 bars" in equity["note"]


def test_drawdown_is_drawn_downwards() -> None:
    tracker = PerformanceTracker(100)
    tracker.record_columns([0, MINUTE, 2 * MINUTE], [0, 0, 0], [100, 80, 120])

    chart = drawdown_chart(tracker.columns(), 100)

    assert chart["traces"][0]["y"] == pytest.approx([0, -0.2, 0])
    assert chart["note"] == ""


def test_a_figure_is_plain_json(run: Any) -> None:
    charts = price_charts(run.tracker, {"BTC/USD": run.bars})

    assert json.loads(json.dumps(charts, allow_nan=False)) == charts
