"""Indicators our strategies need beyond Backtrader's, each with a `once` and an equal `next`.

Backtrader takes data and parameters away before it calls `__init__`, whose signatures name them
only for type checkers.
"""

from __future__ import annotations

from realtrade.strategies.indicators.adx import Adx
from realtrade.strategies.indicators.donchian import Donchian
from realtrade.strategies.indicators.kama import Kama
from realtrade.strategies.indicators.rolling_score import RollingScore
from realtrade.strategies.indicators.super_trend import SuperTrend

__all__ = ["Adx", "Donchian", "Kama", "RollingScore", "SuperTrend"]
