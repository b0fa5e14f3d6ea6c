"""Market data from files, resampling, and what feeds must agree on. Names load when asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.feeds.align import check_stamps, finest_timeframe, within
    from realtrade.feeds.config import FileFeedConfig
    from realtrade.feeds.continuity import Gap, describe_gaps, gaps
    from realtrade.feeds.file_feed import FileFeed
    from realtrade.feeds.ready import ReadyFeed
    from realtrade.feeds.resampling import Resampler, resample

__all__ = [
    "FileFeed",
    "FileFeedConfig",
    "Gap",
    "ReadyFeed",
    "Resampler",
    "check_stamps",
    "describe_gaps",
    "finest_timeframe",
    "gaps",
    "resample",
    "within",
]

_HOMES = {
    "FileFeed": "file_feed",
    "FileFeedConfig": "config",
    "Gap": "continuity",
    "ReadyFeed": "ready",
    "Resampler": "resampling",
    "check_stamps": "align",
    "describe_gaps": "continuity",
    "finest_timeframe": "align",
    "gaps": "continuity",
    "resample": "resampling",
    "within": "align",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'realtrade.feeds' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"realtrade.feeds.{_HOMES[name]}"), name)
