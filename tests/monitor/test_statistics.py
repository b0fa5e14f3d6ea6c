from __future__ import annotations

import math
from typing import Any

import empyrical
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from realtrade.monitor.drawdown import drawdown_series, drawdowns
from realtrade.monitor.round_trips import RoundTrip
from realtrade.monitor.statistics import (
    DEFINITIONS,
    EquityCurve,
    Statistics,
    bar_returns,
    bars_per_year,
    exposure,
    measure,
)
from realtrade.utils.timeframes import Timeframe

DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def a_curve(
    equity: list[float], *, start: float = 100, frame: str | None = "1d", step_ms: int = DAY_MS
) -> EquityCurve:
    times = np.arange(len(equity), dtype=np.int64) * step_ms
    return EquityCurve(
        times, np.array(equity, dtype=float), start, Timeframe.parse(frame) if frame else None
    )


def measured(equity: list[float], **options: Any) -> Statistics:
    return measure(a_curve(equity, **options), [], [], 0.0)


def results(*pnl: float) -> list[RoundTrip]:
    return [RoundTrip("A/B", "long", 0, 1, 1, 1, 1, value, 0) for value in pnl]


def same(ours: float | None, theirs: float) -> bool:
    """Tell whether both agree; what they call NaN or infinite must be None with us."""
    if not math.isfinite(theirs):
        return ours is None
    return ours == pytest.approx(theirs, rel=1e-8, abs=1e-10)


def assert_as_empyrical(curve: EquityCurve) -> None:
    ours, returns = measure(curve, [], [], 0.0), bar_returns(curve)
    year = bars_per_year(curve)
    assert returns is not None
    assert same(ours.total_return, float(empyrical.cum_returns_final(returns)))
    assert same(ours.cagr, empyrical.annual_return(returns, annualization=year))
    assert same(ours.volatility, empyrical.annual_volatility(returns, annualization=year))
    assert same(ours.sharpe, empyrical.sharpe_ratio(returns, annualization=year))
    assert same(ours.sortino, empyrical.sortino_ratio(returns, annualization=year))
    assert same(ours.max_drawdown, -empyrical.max_drawdown(returns))
    if ours.max_drawdown:
        assert same(ours.calmar, empyrical.calmar_ratio(returns, annualization=year))


def test_real_equity_measures_as_empyrical_does(run: Any) -> None:
    tracker = run.tracker
    columns = tracker.columns()
    curve = EquityCurve(columns.time_ms, columns.equity, 20_000, Timeframe.parse("1h"))

    assert_as_empyrical(curve)
    assert tracker.statistics().sharpe == measure(curve, [], [], 0.0).sharpe


@given(
    st.lists(st.integers(-30, 40), min_size=2, max_size=60),
    st.sampled_from(["1h", "1d", "1w"]),
)
def test_any_equity_measures_as_empyrical_does(percents: list[int], frame: str) -> None:
    equity = (1000 * np.cumprod([1 + percent / 100 for percent in percents])).tolist()
    step = Timeframe.parse(frame).approximate_ms
    growth_a_year = abs(math.log(equity[-1] / 1000)) * 365 * DAY_MS / step / len(equity)
    assume(growth_a_year < 600)  # a float holds such a year

    assert_as_empyrical(a_curve(equity, start=1000, frame=frame, step_ms=step))


def test_drawdown_is_backtraders(run: Any) -> None:
    theirs = run.strategy.analyzers.drawdown.get_analysis()
    ours = run.tracker.statistics()
    peak, fall = drawdown_series(run.tracker.columns().equity, 20_000)

    assert ours.max_drawdown == pytest.approx(theirs.max.drawdown / 100)
    assert float((peak * fall).max()) == pytest.approx(theirs.max.moneydown)
    # They count the bars below the peak; ours lasts until the bar that is back at it, if any is.
    assert ours.longest_drawdown_ms in {
        theirs.max.len * HOUR_MS,
        (theirs.max.len + 1) * HOUR_MS,
    }


def test_trade_measures_are_backtraders(run: Any) -> None:
    theirs = run.strategy.analyzers.trades.get_analysis()
    ours = run.tracker.statistics()

    assert ours.trades == theirs.total.closed
    assert ours.win_rate == pytest.approx(theirs.won.total / theirs.total.closed)
    assert ours.average_win == pytest.approx(theirs.won.pnl.average)
    assert ours.average_loss == pytest.approx(theirs.lost.pnl.average)
    assert ours.expectancy == pytest.approx(theirs.pnl.net.average)
    assert ours.best_trade == pytest.approx(theirs.won.pnl.max)
    assert ours.worst_trade == pytest.approx(theirs.lost.pnl.max)
    assert ours.profit_factor == pytest.approx(theirs.won.pnl.total / -theirs.lost.pnl.total)


def test_a_curve_by_hand() -> None:
    # Returns +10 %, -20 %, +25 %: root mean square of the fall is 0.2 / sqrt(3).
    ours = measured([110, 88, 110])

    assert ours.total_return == pytest.approx(0.10)
    assert ours.cagr == pytest.approx(1.1 ** (365 / 3) - 1)
    assert ours.volatility == pytest.approx(math.sqrt(0.0525 * 365))
    assert ours.sharpe == pytest.approx(0.05 / math.sqrt(0.0525) * math.sqrt(365))
    assert ours.sortino == pytest.approx(0.05 / (0.2 / math.sqrt(3)) * math.sqrt(365))
    assert ours.max_drawdown == pytest.approx(0.2)
    assert ours.max_drawdown_length_ms == 2 * DAY_MS
    assert ours.calmar == pytest.approx((1.1 ** (365 / 3) - 1) / 0.2)
    assert (ours.bars, ours.final_equity) == (3, 110)


@pytest.mark.parametrize(
    ("equity", "deepest", "deepest_days", "longest_days"),
    [
        pytest.param([100, 110, 120], 0, 0, 0, id="only up"),
        pytest.param([100, 100], 0, 0, 0, id="flat"),
        pytest.param([90, 80, 100], 0.2, 2, 2, id="below the start cash at once"),
        pytest.param([110, 55, 110, 99, 98, 97, 111], 0.5, 2, 4, id="deepest is not longest"),
        pytest.param([110, 99, 88, 77], 0.3, 3, 3, id="not regained"),
        pytest.param([200, 100, 150, 100, 200], 0.5, 4, 4, id="the same depth twice"),
        pytest.param([100, -50], 1.5, 1, 1, id="below zero"),
    ],
)
def test_drawdowns_by_hand(
    equity: list[float], deepest: float, deepest_days: int, longest_days: int
) -> None:
    curve = a_curve(equity)
    found = drawdowns(curve.time_ms, curve.equity, 100)

    assert found is not None
    assert found.deepest == pytest.approx(deepest)
    assert found.deepest_length_ms == deepest_days * DAY_MS
    assert found.longest_ms == longest_days * DAY_MS


def plain_drawdown(equity: list[float], start: float) -> tuple[float, int]:
    """Walk the curve: deepest fall, and longest number of bars from a peak on."""
    peak, at, deepest, longest = start, 0, 0.0, 0
    for index, value in enumerate(equity):
        if value < peak:
            deepest = max(deepest, 1 - value / peak)
            longest = max(longest, min(index + 1, len(equity) - 1) - at)
        else:
            peak, at = value, index
    return deepest, longest


@given(st.lists(st.integers(50, 150), min_size=1, max_size=40))
def test_drawdowns_are_what_a_walk_finds(equity: list[int]) -> None:
    curve = a_curve([float(value) for value in equity])
    found = drawdowns(curve.time_ms, curve.equity, 100)

    assert found is not None
    assert (found.deepest, found.longest_ms // DAY_MS) == plain_drawdown(list(equity), 100)
    assert found.deepest_length_ms <= found.longest_ms


def test_nothing_recorded() -> None:
    ours = measured([])

    assert (ours.bars, ours.final_equity, ours.total_return) == (0, 100, 0)
    for key in ("cagr", "volatility", "sharpe", "sortino", "max_drawdown", "calmar", "exposure"):
        assert getattr(ours, key) is None


def test_a_flat_curve_has_no_ratios() -> None:
    ours = measured([100, 100, 100])

    assert (ours.cagr, ours.volatility, ours.max_drawdown) == (0, 0, 0)
    assert (ours.sharpe, ours.sortino, ours.calmar) == (None, None, None)


def test_a_curve_that_never_falls_has_no_downside() -> None:
    ours = measured([110, 150])

    assert ours.sharpe is not None
    assert (ours.sortino, ours.calmar) == (None, None)


@pytest.mark.parametrize("equity", [[50, 0, 20], [50, -1, 20]])
def test_returns_end_where_equity_is_gone(equity: list[float]) -> None:
    ours = measured(equity)

    assert (ours.volatility, ours.sharpe, ours.sortino) == (None, None, None)
    assert ours.total_return == pytest.approx(-0.8)


def test_debt_has_no_growth_rate() -> None:
    assert measured([50, -10]).cagr is None


def test_without_start_cash_there_is_nothing_to_compare_with() -> None:
    ours = measured([5, 6], start=0)

    assert (ours.total_return, ours.cagr, ours.sharpe, ours.max_drawdown) == (None,) * 4


def test_a_year_that_no_float_holds_is_no_growth_rate() -> None:
    ours = measured([1000.0], frame="1s", step_ms=1000)

    assert (ours.cagr, ours.calmar) == (None, None)


def test_one_bar_has_no_spread() -> None:
    ours = measured([101])

    assert (ours.volatility, ours.sharpe, ours.sortino) == (None, None, None)
    assert ours.cagr == pytest.approx(1.01**365 - 1)


@pytest.mark.parametrize("equity", [[1e-300, 1e300], [1e300, 1e-300, 1e300]])
def test_numbers_out_of_all_proportion_give_none_not_infinity(equity: list[float]) -> None:
    ours = measured(equity)

    for key in DEFINITIONS:
        value = getattr(ours, key)
        assert value is None or math.isfinite(value)


@pytest.mark.parametrize(
    ("frame", "step_ms", "expected"),
    [
        ("1h", HOUR_MS, 8760),
        ("1d", DAY_MS, 365),
        ("1M", 31 * DAY_MS, 12),
        ("3M", 91 * DAY_MS, 4),
        (None, DAY_MS, 365),
        (None, 0, None),
        ("tick", HOUR_MS, None),
    ],
)
def test_bars_per_year(frame: str | None, step_ms: int, expected: float | None) -> None:
    assert bars_per_year(a_curve([1, 2, 3], frame=frame, step_ms=step_ms)) == expected


def test_spacing_is_the_median_so_that_a_gap_changes_nothing() -> None:
    times = np.array([0, 1, 2, 50, 51], dtype=np.int64) * HOUR_MS

    assert bars_per_year(EquityCurve(times, np.ones(5), 1)) == 8760


def test_without_a_bar_length_nothing_is_annual() -> None:
    ours = measured([101], frame=None)

    assert (ours.cagr, ours.volatility, ours.sharpe, ours.sortino) == (None,) * 4


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_an_equity_that_is_no_amount_is_named(bad: float) -> None:
    with pytest.raises(ValueError, match="equity of bar 1 is"):
        measured([100, bad, 100])


def test_a_stamp_that_steps_back_is_named() -> None:
    curve = EquityCurve(np.array([5, 4]), np.ones(2), 1)

    with pytest.raises(ValueError, match="bar 1 is stamped 4 ms, before bar 0"):
        measure(curve, [], [], 0.0)


def test_trades_by_hand() -> None:
    ours = measure(a_curve([100]), results(10, -4, 0, 6), [], 1.5)

    assert ours.trades == 4
    assert ours.win_rate == 0.5
    assert ours.profit_factor == 4
    assert (ours.average_win, ours.average_loss) == (8, -4)
    assert ours.expectancy == 3
    assert (ours.best_trade, ours.worst_trade) == (10, -4)
    assert ours.fees_paid == 1.5


def test_no_trades_and_no_losses_give_none() -> None:
    none, gains = measured([100]), measure(a_curve([100]), results(1, 2), [], 0)

    assert (none.win_rate, none.profit_factor, none.average_win) == (None, None, None)
    assert (none.average_loss, none.expectancy, none.best_trade) == (None, None, None)
    assert (gains.win_rate, gains.profit_factor, gains.average_loss) == (1, None, None)


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], 0),
        ([(1, 3)], 0),
        ([(10, 30)], 0.4),
        ([(11, 31)], 0.4),
        ([(10, 30), (20, 40)], 0.6),
        ([(10, 10)], 0),
        ([(-5, 10)], 0.2),
        ([(30, None)], 0.4),
        ([(10, 20), (20, 30)], 0.4),
        ([(0, None), (5, 10)], 1),
    ],
)
def test_exposure_counts_bars_at_whose_close_anything_is_held(
    held: list[tuple[int, int | None]], expected: float
) -> None:
    # Bars at 0, 10, 20, 30, 40: from 1 to 3 is inside the first, and held at no bar's close.
    bars = np.arange(5, dtype=np.int64) * 10

    assert exposure(bars, held) == pytest.approx(expected)


def test_exposure_is_what_backtrader_held(run: Any) -> None:
    # A position exists from the bar of its opening fill to the bar before its closing fill.
    held, sizes = 0.0, {}
    for fill in run.tracker.fills:
        held += fill.quantity if fill.side == "buy" else -fill.quantity
        sizes[fill.time_ms] = abs(held) > 1e-9
    open_now, counted = False, 0
    for time_ms in run.bars.time_ms.tolist():
        open_now = sizes.get(time_ms, open_now)
        counted += open_now

    assert run.tracker.statistics().exposure == pytest.approx(counted / len(run.bars))


def test_every_measure_says_what_it_means() -> None:
    assert all(text.endswith(".") for text in DEFINITIONS.values())
    assert set(DEFINITIONS) == set(Statistics.__dataclass_fields__)
