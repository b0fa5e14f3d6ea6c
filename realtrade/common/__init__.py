"""What all exchanges share. Names load when first asked for: Backtrader is slow to import."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.base_data import BaseData
    from realtrade.common.base_store import BaseStore
    from realtrade.common.base_websocket import BaseWebSocket
    from realtrade.common.feed_hub import FeedHub

__all__ = ["BaseBroker", "BaseData", "BaseStore", "BaseWebSocket", "FeedHub"]

_HOMES = {
    "BaseBroker": "base_broker",
    "BaseData": "base_data",
    "BaseStore": "base_store",
    "BaseWebSocket": "base_websocket",
    "FeedHub": "feed_hub",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'realtrade.common' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"realtrade.common.{_HOMES[name]}"), name)
