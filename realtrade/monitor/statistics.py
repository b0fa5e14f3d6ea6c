"""What a run came to: every measure with its definition beside it.

Conventions, for all of them:

* A bar's return is its equity divided by the equity before it, minus 1; before the first bar stands
  the start cash, so that as many returns as bars exist.
* A year has 365 days, for markets that never close. Bars per year follow from the timeframe (12 for
  `1M`); without one, from the median spacing of the bars.
* The risk-free rate is 0.
* A measure that does not exist is None, never NaN or infinite: ratios whose denominator is zero,
  trade measures without trades, return measures once equity is not positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from realtrade.monitor.drawdown import Drawdowns, drawdowns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from realtrade.monitor.round_trips import RoundTrip
    from realtrade.utils.timeframes import Timeframe

YEAR_MS = 365 * 86_400_000


@dataclass(frozen=True, slots=True, eq=False)
class EquityCurve:
    """Equity after each bar."""

    time_ms: NDArray[np.int64]
    """Stamps, never decreasing, milliseconds since the epoch, UTC."""
    equity: NDArray[np.float64]
    """Account currency, as long as `time_ms`."""
    start_cash: float
    """Equity before the first bar."""
    timeframe: Timeframe | None = None
    """Length of a bar; the median spacing counts when None."""


def _defined(definition: str) -> dict[str, str]:
    return {"definition": definition}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Measures of one run; fractions are fractions (0.15 is 15 %), money is in account currency."""

    bars: int = field(metadata=_defined("Bars over which equity was recorded."))
    final_equity: float = field(
        metadata=_defined("Cash plus the value of open positions at the last bar's close.")
    )
    total_return: float | None = field(
        metadata=_defined("Final equity divided by start cash, minus 1.")
    )
    cagr: float | None = field(
        metadata=_defined(
            "Compound annual growth rate: the yearly return that, compounded from "
            "first open to last close, gives the total return. A year is 365 days."
        )
    )
    volatility: float | None = field(
        metadata=_defined(
            "Sample standard deviation of bar returns, times the square root of bars per year."
        )
    )
    sharpe: float | None = field(
        metadata=_defined(
            "Mean bar return divided by the sample standard deviation of bar returns, times the "
            "square root of bars per year; risk-free rate 0."
        )
    )
    sortino: float | None = field(
        metadata=_defined(
            "Mean bar return divided by the downside deviation (root of the mean, over all bars, "
            "of squared negative returns), times the square root of bars per year; target 0."
        )
    )
    max_drawdown: float | None = field(
        metadata=_defined(
            "Deepest fall of equity below its highest point until then, as a share of that point."
        )
    )
    max_drawdown_length_ms: int | None = field(
        metadata=_defined(
            "Time from the highest point before the deepest fall to the first bar back at it, or "
            "to the last bar when it was not regained."
        )
    )
    longest_drawdown_ms: int | None = field(
        metadata=_defined(
            "Longest time from a highest point to the first bar back at it, or to the last bar."
        )
    )
    calmar: float | None = field(metadata=_defined("CAGR divided by max drawdown."))
    trades: int = field(
        metadata=_defined("Closed round trips: from no position in a symbol back to none.")
    )
    win_rate: float | None = field(
        metadata=_defined("Share of round trips that gained money after fees.")
    )
    profit_factor: float | None = field(
        metadata=_defined("Sum of all gains divided by sum of all losses, round trips after fees.")
    )
    average_win: float | None = field(
        metadata=_defined("Mean profit of the round trips that gained, after fees.")
    )
    average_loss: float | None = field(
        metadata=_defined("Mean result of the round trips that lost, after fees; negative.")
    )
    expectancy: float | None = field(metadata=_defined("Mean result of a round trip, after fees."))
    best_trade: float | None = field(
        metadata=_defined("Result of the best round trip, after fees.")
    )
    worst_trade: float | None = field(
        metadata=_defined("Result of the worst round trip, after fees.")
    )
    exposure: float | None = field(
        metadata=_defined("Share of bars at whose close a position was open.")
    )
    fees_paid: float = field(metadata=_defined("Fees of all executions together."))


DEFINITIONS: dict[str, str] = {
    key: spec.metadata["definition"] for key, spec in Statistics.__dataclass_fields__.items()
}
"""What each measure means, by its name."""


def measure(
    curve: EquityCurve,
    trips: Sequence[RoundTrip],
    held: Sequence[tuple[int, int | None]],
    fees_paid: float,
) -> Statistics:
    """Return every measure of a run.

    Args:
        curve: equity bar by bar.
        trips: closed round trips.
        held: when a position was open, from (ms) to (ms, None while it is); any order, may overlap.
        fees_paid: fees of all executions.

    Raises:
        ValueError: an equity is not finite or the stamps step back; names the bar.
    """
    _check(curve)
    returns = bar_returns(curve)
    per_year = bars_per_year(curve)
    falls = drawdowns(curve.time_ms, curve.equity, curve.start_cash)
    cagr = _cagr(curve, per_year)
    return Statistics(
        bars=len(curve.equity),
        final_equity=float(curve.equity[-1]) if len(curve.equity) else curve.start_cash,
        total_return=_total_return(curve),
        cagr=cagr,
        volatility=_volatility(returns, per_year),
        sharpe=_sharpe(returns, per_year),
        sortino=_sortino(returns, per_year),
        calmar=_calmar(cagr, falls),
        max_drawdown=None if falls is None else falls.deepest,
        max_drawdown_length_ms=None if falls is None else falls.deepest_length_ms,
        longest_drawdown_ms=None if falls is None else falls.longest_ms,
        exposure=exposure(curve.time_ms, held),
        fees_paid=fees_paid,
        trades=len(trips),
        **_trade_measures(np.array([trip.pnl for trip in trips], dtype=np.float64)),
    )


def bars_per_year(curve: EquityCurve) -> float | None:
    """Return how many bars a year of 365 days has; None when neither timeframe nor spacing tell.

    None for ticks, too: they come when they come.
    """
    frame = curve.timeframe
    if frame is not None and frame.is_tick:
        return None
    if frame is not None:
        return 12 / frame.count if frame.unit == "M" else YEAR_MS / frame.approximate_ms
    spacing = float(np.median(np.diff(curve.time_ms))) if len(curve.time_ms) > 1 else 0.0
    return YEAR_MS / spacing if spacing > 0 else None


def bar_returns(curve: EquityCurve) -> NDArray[np.float64] | None:
    """Return one return per bar, a fraction; None where equity is not positive throughout."""
    if curve.start_cash <= 0 or not len(curve.equity) or curve.equity.min() <= 0:
        return None
    returns = np.empty(len(curve.equity))
    returns[0] = curve.equity[0] / curve.start_cash
    with np.errstate(over="ignore"):
        np.divide(curve.equity[1:], curve.equity[:-1], out=returns[1:])
    returns -= 1
    return returns


def exposure(time_ms: NDArray[np.int64], held: Sequence[tuple[int, int | None]]) -> float | None:
    """Return the share of bars at whose close any position was open; None without bars.

    A time belongs to the last bar stamped at or before it: a fill on a bar's stamp, as backtests
    have it, and a fill some seconds later, as live trading has it, count alike.
    """
    if not len(time_ms):
        return None
    if not held:
        return 0.0
    last = int(time_ms[-1]) + 1
    opened = np.array([start for start, _ in held], dtype=np.int64)
    closed = np.array([last if end is None else end for _, end in held], dtype=np.int64)
    change = np.zeros(len(time_ms) + 1, dtype=np.int64)
    first_bar = np.maximum(np.searchsorted(time_ms, opened, side="right") - 1, 0)
    end_bar = np.maximum(np.searchsorted(time_ms, closed, side="right") - 1, 0)
    still = np.array([end is None for _, end in held])
    end_bar[still] = len(time_ms)
    np.add.at(change, first_bar, 1)
    np.add.at(change, end_bar, -1)
    return float(np.count_nonzero(np.cumsum(change[:-1])) / len(time_ms))


def _check(curve: EquityCurve) -> None:
    finite = np.isfinite(curve.equity)
    if not finite.all():
        index = int(np.argmin(finite))
        msg = f"equity of bar {index} is {curve.equity[index]}, which is no amount"
        raise ValueError(msg)
    backward = np.diff(curve.time_ms) < 0
    if backward.any():
        index = int(np.argmax(backward)) + 1
        msg = f"bar {index} is stamped {curve.time_ms[index]} ms, before bar {index - 1}"
        raise ValueError(msg)


def _total_return(curve: EquityCurve) -> float | None:
    if curve.start_cash <= 0:
        return None
    final = float(curve.equity[-1]) if len(curve.equity) else curve.start_cash
    return _finite(final / curve.start_cash - 1)


def _cagr(curve: EquityCurve, per_year: float | None) -> float | None:
    if per_year is None or not len(curve.equity) or curve.start_cash <= 0 or curve.equity[-1] <= 0:
        return None
    years = float(curve.time_ms[-1] - curve.time_ms[0]) / YEAR_MS + 1 / per_year
    growth = math.log(float(curve.equity[-1])) - math.log(curve.start_cash)
    return _finite(math.expm1(growth / years)) if growth / years < _LARGEST_EXPONENT else None


_LARGEST_EXPONENT = 700.0
"""Beyond it a yearly growth no longer fits a float: a minute's gain, compounded for a year."""


def _volatility(returns: NDArray[np.float64] | None, per_year: float | None) -> float | None:
    deviation = _deviation(returns)
    if deviation is None or per_year is None:
        return None
    return _finite(deviation * math.sqrt(per_year))


def _sharpe(returns: NDArray[np.float64] | None, per_year: float | None) -> float | None:
    deviation = _deviation(returns)
    if returns is None or per_year is None or not deviation:
        return None
    return _finite(float(np.mean(returns)) / deviation * math.sqrt(per_year))


def _sortino(returns: NDArray[np.float64] | None, per_year: float | None) -> float | None:
    if returns is None or per_year is None or len(returns) < _FEWEST:
        return None
    with np.errstate(over="ignore"):
        downside = math.sqrt(float(np.mean(np.square(np.minimum(returns, 0)))))
    if not downside:
        return None
    return _finite(float(np.mean(returns)) / downside * math.sqrt(per_year))


_FEWEST = 2
"""Returns needed before their spread means anything."""


def _deviation(returns: NDArray[np.float64] | None) -> float | None:
    """Return the sample standard deviation, exactly 0 for returns that are all the same."""
    if returns is None or len(returns) < _FEWEST:
        return None
    if returns.max() == returns.min():
        return 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        return _finite(float(np.std(returns, ddof=1)))


def _calmar(cagr: float | None, falls: Drawdowns | None) -> float | None:
    if cagr is None or falls is None or not falls.deepest:
        return None
    return _finite(cagr / falls.deepest)


def _trade_measures(pnl: NDArray[np.float64]) -> dict[str, float | None]:
    wins, losses = pnl[pnl > 0], pnl[pnl < 0]
    gained, lost = float(wins.sum()), float(-losses.sum())
    return {
        "win_rate": len(wins) / len(pnl) if len(pnl) else None,
        "profit_factor": _finite(gained / lost) if lost else None,
        "average_win": gained / len(wins) if len(wins) else None,
        "average_loss": -lost / len(losses) if len(losses) else None,
        "expectancy": float(pnl.mean()) if len(pnl) else None,
        "best_trade": float(pnl.max()) if len(pnl) else None,
        "worst_trade": float(pnl.min()) if len(pnl) else None,
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
