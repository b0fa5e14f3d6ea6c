"""The summary of a run: as fields for `summary.json`, and as rows for people."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.monitor import slippage
from realtrade.monitor.statistics import DEFINITIONS
from realtrade.monitor.texts import decimal_text, iso_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.monitor.facts import RunFacts
    from realtrade.monitor.statistics import Statistics
    from realtrade.monitor.tracker import PerformanceTracker

NOTHING = "–"  # noqa: RUF001  # the dash people read as "there is none"
"""Shown where a measure does not exist."""

_MONEY = ("average_win", "average_loss", "expectancy", "best_trade", "worst_trade")


class Row(NamedTuple):
    """One line of the summary table."""

    key: str
    """Stable name, as in `summary.json`."""
    label: str
    value: str
    definition: str


def summary_fields(
    tracker: PerformanceTracker, facts: RunFacts, statistics: Statistics
) -> dict[str, Any]:
    """Return the content of `summary.json`, in its order.

    Money is decimal text, fractions and ratios are numbers, times ISO 8601 UTC text, lengths
    milliseconds; what does not exist is null.
    """
    measures = asdict(statistics)
    for key in _MONEY:
        measures[key] = None if measures[key] is None else decimal_text(measures[key])
    times = tracker.columns().time_ms
    return {
        "name": facts.name,
        "mode": facts.mode,
        "recipe_hash": facts.recipe_hash,
        "path": facts.path,
        "path_reason": facts.path_reason,
        "currency": facts.currency,
        "first_bar": iso_text(int(times[0])) if len(times) else None,
        "last_bar": iso_text(int(times[-1])) if len(times) else None,
        "start_cash": decimal_text(tracker.start_cash),
        **measures,
        "final_equity": decimal_text(statistics.final_equity),
        "fees_paid": decimal_text(statistics.fees_paid),
        "other_fees": {
            currency: decimal_text(fee) for currency, fee in sorted(tracker.other_fees.items())
        },
        "open_positions": len(tracker.open_trips),
        **slippage_fields(tracker),
    }


def slippage_fields(tracker: PerformanceTracker) -> dict[str, float | None]:
    """Return slippage against the signals' prices in basis points, null where it is not known."""
    found = tracker.slippage
    return {
        "slippage_mean_bps": None if found is None else round(found.mean_bps, 4),
        "slippage_median_bps": None if found is None else round(found.median_bps, 4),
        "slippage_p95_bps": None if found is None else round(found.p95_bps, 4),
    }


def summary_rows(
    tracker: PerformanceTracker, facts: RunFacts, statistics: Statistics
) -> tuple[Row, ...]:
    """Return the summary table, rounded for reading; exact figures are in `summary.json`."""
    measures = asdict(statistics)
    rows = [
        Row(key, label, show(measures[key], facts.currency), DEFINITIONS[key])
        for key, label, show in _SHOWN
    ]
    rows += _slippage_rows(tracker)
    rows += [
        Row("other_fees", f"Fees in {currency}", f"{fee:,.8g} {currency}", _OTHER_FEES)
        for currency, fee in sorted(tracker.other_fees.items())
    ]
    why = f" ({facts.path_reason})" if facts.path_reason else ""
    return (*rows, Row("path", "Path", f"{facts.path}{why}", _PATH))


def _slippage_rows(tracker: PerformanceTracker) -> list[Row]:
    """Return the rows of slippage; none where every execution had exactly its signal's price."""
    fields = slippage_fields(tracker)
    if not any(fields.values()):
        return []
    return [
        Row(key, label, _bps(value), slippage.DEFINITIONS[key])
        for (key, value), label in zip(fields.items(), _SLIPPAGE, strict=True)
        if value is not None
    ]


_PATH = "The loop that ran: fast is our own, stock is Backtrader's. Both give the same trades."
_OTHER_FEES = (
    "Fees in a third currency, neither base nor quote; not part of fees paid or of results."
)


_SLIPPAGE = ("Slippage, mean", "Slippage, median", "Slippage, 95th percentile")


def _bps(value: float) -> str:
    return f"{value:+,.2f} bps"


def _percent(value: float | None, currency: str) -> str:
    return NOTHING if value is None else f"{value:,.2%}"


def _ratio(value: float | None, currency: str) -> str:
    return NOTHING if value is None else f"{value:,.2f}"


def _money(value: float | None, currency: str) -> str:
    return NOTHING if value is None else f"{value:,.2f} {currency}".rstrip()


def _count(value: int, currency: str) -> str:
    return f"{value:,}"


def _length(value: int | None, currency: str) -> str:
    return NOTHING if value is None else length_text(value)


def length_text(length_ms: int) -> str:
    """Return a length of time in its two largest units, such as `12d 4h`."""
    days, rest = divmod(length_ms, 86_400_000)
    hours, rest = divmod(rest, 3_600_000)
    minutes, rest = divmod(rest, 60_000)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (rest // 1000, "s")]
    while len(parts) > 1 and not parts[0][0]:
        parts.pop(0)
    shown = [f"{number:,}{unit}" for number, unit in parts[:2] if number]
    return " ".join(shown) or "0s"


_SHOWN: tuple[tuple[str, str, Callable[[Any, str], str]], ...] = (
    ("total_return", "Return", _percent),
    ("cagr", "CAGR", _percent),
    ("final_equity", "Final equity", _money),
    ("sharpe", "Sharpe", _ratio),
    ("sortino", "Sortino", _ratio),
    ("calmar", "Calmar", _ratio),
    ("volatility", "Volatility, a year", _percent),
    ("max_drawdown", "Max drawdown", _percent),
    ("max_drawdown_length_ms", "Max drawdown length", _length),
    ("longest_drawdown_ms", "Longest drawdown", _length),
    ("trades", "Trades", _count),
    ("win_rate", "Win rate", _percent),
    ("profit_factor", "Profit factor", _ratio),
    ("expectancy", "Expectancy", _money),
    ("average_win", "Average win", _money),
    ("average_loss", "Average loss", _money),
    ("best_trade", "Best trade", _money),
    ("worst_trade", "Worst trade", _money),
    ("exposure", "Exposure", _percent),
    ("fees_paid", "Fees paid", _money),
    ("bars", "Bars", _count),
)
