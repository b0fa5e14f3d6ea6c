"""What the report's charts show, as plain data for plotly.js.

A colour is the name of a CSS variable, such as `--gain`: the page looks it up, light or dark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.monitor.drawdown import drawdown_series
from realtrade.monitor.reduction import step_for, telling_points, wider_bars

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from realtrade.model.bar import BarColumns
    from realtrade.monitor.round_trips import OpenTrip, RoundTrip
    from realtrade.monitor.tracker import Columns, PerformanceTracker

MOST_POINTS = 6_000
"""Bars or points of one line the page holds; more are put together, keeping every high and low."""
MOST_MARKED = 2_000
"""Round trips marked in one price chart: those with the largest result."""
MOST_JOINED = 300
"""Round trips up to which a line joins entry and exit; beyond, lines would hide the price."""


def price_charts(
    tracker: PerformanceTracker, prices: Mapping[str, BarColumns]
) -> list[dict[str, Any]]:
    """Return one chart per symbol: bars, and where positions were opened and closed."""
    return [
        _price_chart(
            symbol,
            bars,
            [trip for trip in tracker.round_trips if trip.symbol == symbol],
            [trip for trip in tracker.open_trips if trip.symbol == symbol],
        )
        for symbol, bars in prices.items()
        if len(bars)
    ]


def equity_chart(columns: Columns) -> dict[str, Any]:
    """Return the chart of equity over time."""
    line = _line(columns.time_ms, columns.equity)
    style = {"line": {"color": "--accent", "width": 1.8}, "fill": "tozeroy"}
    return {
        "kind": "equity",
        "title": "Equity",
        "note": _line_note(len(columns.equity)),
        "traces": [{**_scatter("Equity", line), **style, "fillcolor": "--accent-soft"}],
    }


def drawdown_chart(
    columns: Columns, start_cash: float, limits: Sequence[tuple[str, float]] = ()
) -> dict[str, Any]:
    """Return the chart of how far equity stood below its highest point, as negative fractions.

    `limits` are rules and the fractions at which they act, a line each.
    """
    falls = -drawdown_series(columns.equity, start_cash)[1]
    line = _line(columns.time_ms, falls + 0.0)
    style = {"line": {"color": "--loss", "width": 1.4}, "fill": "tozeroy"}
    return {
        "kind": "drawdown",
        "title": "Drawdown",
        "note": _line_note(len(falls)),
        "traces": [
            {**_scatter("Drawdown", line), **style, "fillcolor": "--loss-soft"},
            *(_limit_line(columns, rule, limit) for rule, limit in limits),
        ],
    }


def _limit_line(columns: Columns, rule: str, limit: float) -> dict[str, Any]:
    ends = columns.time_ms[[0, -1]]
    line = {"x": ends.tolist(), "y": [-limit, -limit]}
    style = {"line": {"color": "--loss", "width": 1, "dash": "dot"}}
    return {**_scatter(f"Limit of {rule}", line), **style}


def _price_chart(
    symbol: str, bars: BarColumns, closed: Sequence[RoundTrip], held: Sequence[OpenTrip]
) -> dict[str, Any]:
    fewer = wider_bars(bars, MOST_POINTS)
    marked = sorted(closed, key=lambda trip: -abs(trip.pnl))[:MOST_MARKED]
    marked.sort(key=lambda trip: trip.opened_ms)
    candles = {
        "x": fewer.time_ms.tolist(),
        "open": fewer.open.tolist(),
        "high": fewer.high.tolist(),
        "low": fewer.low.tolist(),
        "close": fewer.close.tolist(),
    }
    joined = _joins(marked) if len(marked) <= MOST_JOINED else []
    first_ms, last_ms = int(bars.time_ms[0]), int(bars.due_ms[-1])
    outside = any(trip.opened_ms < first_ms or trip.closed_ms > last_ms + 1 for trip in closed)
    return {
        "kind": "price",
        "title": symbol,
        "note": _price_note(len(bars), len(closed)) + (_OUTSIDE if outside else ""),
        "candles": candles,
        "traces": [*joined, *_exits(marked), *_entries(marked, held)],
    }


_OUTSIDE = " There are trades from before or after these bars: they stand without candles."


def _price_note(bars: int, trips: int) -> str:
    step = step_for(bars, MOST_POINTS)
    finest = "single bars" if step == 1 else f"{step:,} bars each"
    notes = [f"Drag to zoom in for finer candles, down to {finest}; double-click for the whole."]
    if trips > MOST_MARKED:
        notes.append(
            f"Marked are the {MOST_MARKED:,} of {trips:,} round trips with the largest result."
        )
    return " ".join(notes)


def _line_note(bars: int) -> str:
    if bars <= MOST_POINTS:
        return ""
    return f"Drawn from the highs and lows of {bars:,} bars; equity.csv has them all."


def _entries(closed: Sequence[RoundTrip], held: Sequence[OpenTrip]) -> list[dict[str, Any]]:
    entries = [(trip.side, trip.opened_ms, trip.entry_price) for trip in closed]
    entries += [(trip.side, trip.opened_ms, trip.entry_price) for trip in held]
    size = _size(len(entries))
    return [
        _markers(name, symbol, color, size, [entry[1:] for entry in entries if entry[0] == side])
        for side, name, symbol, color in (
            ("long", "Long entry", "triangle-up", "--accent"),
            ("short", "Short entry", "triangle-down", "--short"),
        )
    ]


def _exits(closed: Sequence[RoundTrip]) -> list[dict[str, Any]]:
    gains = [(trip.closed_ms, trip.exit_price, trip.pnl) for trip in closed if trip.pnl > 0]
    losses = [(trip.closed_ms, trip.exit_price, trip.pnl) for trip in closed if trip.pnl <= 0]
    size = _size(len(closed))
    return [
        _markers("Exit with gain", "circle", "--gain", size, gains),
        _markers("Exit with loss", "circle", "--loss", size, losses),
    ]


def _size(count: int) -> int:
    """Return a marker size in pixels: the more there are, the smaller."""
    return 12 if count <= 40 else 9 if count <= 120 else 6  # noqa: PLR2004  # judged by eye


def _markers(
    name: str, symbol: str, color: str, size: int, points: Iterable[tuple[float, ...]]
) -> dict[str, Any]:
    rows = list(points)
    trace = {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "x": [row[0] for row in rows],
        "y": [row[1] for row in rows],
        "hovertemplate": f"{name} at %{{y:,.8~g}}<extra></extra>",
        "marker": {
            "symbol": symbol,
            "color": color,
            "size": size,
            "line": {"color": "--card", "width": 1},
        },
    }
    if rows and len(rows[0]) > 2:  # noqa: PLR2004  # exits bring their result as a third value
        trace["customdata"] = [row[2] for row in rows]
        trace["hovertemplate"] = (
            f"{name} at %{{y:,.8~g}}<br>result %{{customdata:+,.2f}}<extra></extra>"
        )
    return trace


def _joins(closed: Sequence[RoundTrip]) -> list[dict[str, Any]]:
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "showlegend": False,
            "hoverinfo": "skip",
            "x": [x for trip in trips for x in (trip.opened_ms, trip.closed_ms, None)],
            "y": [y for trip in trips for y in (trip.entry_price, trip.exit_price, None)],
            "line": {"color": color, "width": 1.4, "dash": "dot"},
        }
        for color, trips in (
            ("--gain", [trip for trip in closed if trip.pnl > 0]),
            ("--loss", [trip for trip in closed if trip.pnl <= 0]),
        )
    ]


def _line(time_ms: NDArray[np.int64], values: NDArray[np.float64]) -> dict[str, list[float]]:
    points = telling_points(values, MOST_POINTS)
    return {"x": time_ms[points].tolist(), "y": values[points].tolist()}


def _scatter(name: str, line: Mapping[str, list[float]]) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "name": name, **line}
