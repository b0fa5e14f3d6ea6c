"""Ready strategies: plain `bt.Strategy` subclasses that work unchanged in a bare Cerebro."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.strategies.trend.ma_cross import MaCross

__all__ = ["MaCross"]


def __getattr__(name: str) -> Any:
    """Import a strategy, and Backtrader with it, only when it is asked for."""
    if name != "MaCross":
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    from realtrade.strategies.trend.ma_cross import MaCross

    return MaCross
