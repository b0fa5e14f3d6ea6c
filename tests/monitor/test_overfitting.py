"""The deflated Sharpe ratio against the paper's own example and against scipy."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from realtrade.monitor import PerformanceTracker
from realtrade.monitor.overfitting import Moments, deflated_sharpe, expected_best


def moments_of(returns: np.ndarray) -> Moments:
    tracker = PerformanceTracker(1000.0)
    equity = 1000.0 * np.cumprod(1 + returns)
    times = np.arange(len(returns)) * 60_000
    tracker.record_columns(times, equity, equity)
    return Moments.of(tracker)


@pytest.fixture
def returns() -> np.ndarray:
    return np.random.default_rng(7).standard_t(5, 4000) * 0.004 + 0.0002


def test_moments_are_those_of_scipy(returns: np.ndarray) -> None:
    found = moments_of(returns)

    assert found.count == 4000
    assert found.sharpe == pytest.approx(returns.mean() / returns.std(ddof=1), rel=1e-9)
    assert found.skewness == pytest.approx(stats.skew(returns), rel=1e-7)
    assert found.kurtosis == pytest.approx(stats.kurtosis(returns, fisher=False), rel=1e-7)


def test_moments_of_parts_add_up(returns: np.ndarray) -> None:
    parts = [moments_of(returns[:1500]), moments_of(returns[1500:])]

    together = Moments.together(parts)

    assert together.skewness == pytest.approx(stats.skew(returns), rel=1e-7)
    assert Moments.together(parts, share=0.5).count == 2000
    assert Moments.together(parts, share=0.5).kurtosis == pytest.approx(together.kurtosis)


def test_the_best_of_many_is_expected_where_scipy_expects_it() -> None:
    sharpes = np.random.default_rng(3).normal(0, 0.05, 45).tolist()
    gamma = 0.5772156649015329
    most = stats.norm.ppf(1 - 1 / 45) * (1 - gamma) + stats.norm.ppf(1 - 1 / (45 * math.e)) * gamma

    assert expected_best(sharpes) == pytest.approx(np.std(sharpes, ddof=1) * most, rel=1e-12)


def test_the_best_of_normal_tries_is_about_there() -> None:
    """The formula approximates the mean of the largest of N: a simulation agrees within 2 %."""
    draws = np.random.default_rng(1).normal(0, 1, (20_000, 100))
    largest = draws.max(axis=1).mean()

    spread = stats.norm.ppf((np.arange(100) + 0.5) / 100)
    assert expected_best((spread / np.std(spread, ddof=1)).tolist()) == pytest.approx(
        largest, rel=0.02
    )


def test_the_papers_example_comes_out() -> None:
    """Section "A numerical example": annualised 2.5 after 100 tries with variance 1/2, 5 years of
    250 days, skewness -3, kurtosis 10: the deflated ratio is 0.9004, the benchmark 0.1132 a day.
    """
    benchmark = math.sqrt(1 / (2 * 250)) * (
        0.4227843351 * stats.norm.ppf(0.99) + 0.5772156649 * stats.norm.ppf(1 - 1 / (100 * math.e))
    )
    mean, spread = 2.5 / math.sqrt(250), 1.0
    two = spread * (1 - 1 / 1250) + mean**2
    deviation = math.sqrt(two - mean**2)
    three = -3 * deviation**3 + 3 * mean * two - 2 * mean**3
    four = 10 * deviation**4 + 4 * mean * three - 6 * mean**2 * two + 3 * mean**4
    moments = Moments(1250, *(1250 * one for one in (mean, two, three, four)))

    assert benchmark == pytest.approx(0.1132, abs=5e-5)
    assert deflated_sharpe(moments, benchmark) == pytest.approx(0.9004, abs=5e-5)


def test_deflation_is_scipys_normal_of_the_papers_formula(returns: np.ndarray) -> None:
    sharpe = returns.mean() / returns.std(ddof=1)
    width = 1 - stats.skew(returns) * sharpe
    width += (stats.kurtosis(returns, fisher=False) - 1) / 4 * sharpe**2
    expected = stats.norm.cdf((sharpe - 0.03) * math.sqrt(3999) / math.sqrt(width))

    assert deflated_sharpe(moments_of(returns), 0.03) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "returns", [np.zeros(50), np.array([0.1, 0.2]), np.array([0.1, -1.5, 0.1, 0.2])]
)
def test_what_has_no_sharpe_ratio_has_no_deflated_one(returns: np.ndarray) -> None:
    assert deflated_sharpe(moments_of(returns), 0.0) is None


@pytest.mark.parametrize("sharpes", [[], [0.2]])
def test_one_try_has_no_luck(sharpes: list[float]) -> None:
    assert expected_best(sharpes) == 0.0


def test_nothing_traded_is_no_skewness() -> None:
    flat = moments_of(np.zeros(50))

    assert (flat.skewness, flat.kurtosis) == (0.0, 3.0)
