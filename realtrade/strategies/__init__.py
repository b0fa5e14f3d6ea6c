"""Ready strategies: plain `bt.Strategy` subclasses that work unchanged in a bare Cerebro."""

from __future__ import annotations

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.strategies.composite.multi_timeframe import MultiTimeframe
    from realtrade.strategies.composite.regime import Regime
    from realtrade.strategies.composite.vote import Vote
    from realtrade.strategies.dca.dca_drop import DcaDrop
    from realtrade.strategies.dca.dca_schedule import DcaSchedule
    from realtrade.strategies.grid.atr_grid import AtrGrid
    from realtrade.strategies.grid.fixed_grid import FixedGrid
    from realtrade.strategies.mean_reversion.bollinger import Bollinger
    from realtrade.strategies.mean_reversion.pairs import Pairs
    from realtrade.strategies.mean_reversion.rsi_reversion import RsiReversion
    from realtrade.strategies.mean_reversion.zscore import Zscore
    from realtrade.strategies.momentum.roc_rank import RocRank
    from realtrade.strategies.momentum.rsi_momentum import RsiMomentum
    from realtrade.strategies.momentum.volume_breakout import VolumeBreakout
    from realtrade.strategies.signals import Signal
    from realtrade.strategies.stances import StanceStrategy
    from realtrade.strategies.trend.adx_trend import AdxTrend
    from realtrade.strategies.trend.donchian import DonchianBreakout
    from realtrade.strategies.trend.ma_cross import MaCross
    from realtrade.strategies.trend.macd import Macd
    from realtrade.strategies.trend.supertrend import SupertrendStrategy

__all__ = [
    "AdxTrend",
    "AtrGrid",
    "Bollinger",
    "DcaDrop",
    "DcaSchedule",
    "DonchianBreakout",
    "FixedGrid",
    "MaCross",
    "Macd",
    "MultiTimeframe",
    "Pairs",
    "Regime",
    "RocRank",
    "RsiMomentum",
    "RsiReversion",
    "Signal",
    "StanceStrategy",
    "SupertrendStrategy",
    "VolumeBreakout",
    "Vote",
    "Zscore",
]

_PLACES = MappingProxyType(
    {
        "AdxTrend": "trend.adx_trend",
        "AtrGrid": "grid.atr_grid",
        "Bollinger": "mean_reversion.bollinger",
        "DcaDrop": "dca.dca_drop",
        "DcaSchedule": "dca.dca_schedule",
        "DonchianBreakout": "trend.donchian",
        "FixedGrid": "grid.fixed_grid",
        "MaCross": "trend.ma_cross",
        "Macd": "trend.macd",
        "MultiTimeframe": "composite.multi_timeframe",
        "Pairs": "mean_reversion.pairs",
        "Regime": "composite.regime",
        "RocRank": "momentum.roc_rank",
        "RsiMomentum": "momentum.rsi_momentum",
        "RsiReversion": "mean_reversion.rsi_reversion",
        "Signal": "signals",
        "StanceStrategy": "stances",
        "SupertrendStrategy": "trend.supertrend",
        "VolumeBreakout": "momentum.volume_breakout",
        "Vote": "composite.vote",
        "Zscore": "mean_reversion.zscore",
    }
)


def __getattr__(name: str) -> Any:
    """Import a strategy, and Backtrader with it, only when it is asked for."""
    if name not in _PLACES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
