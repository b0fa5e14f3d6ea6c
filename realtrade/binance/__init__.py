"""Binance's dialect: spot and USDⓈ-M perpetuals. Names load when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.binance.broker import BinanceBroker
    from realtrade.binance.data import BinanceData
    from realtrade.binance.engine import create_binance_engine
    from realtrade.binance.store import BinanceStore
    from realtrade.binance.websocket import BinanceWebSocket

__all__ = [
    "BinanceBroker",
    "BinanceData",
    "BinanceStore",
    "BinanceWebSocket",
    "create_binance_engine",
]

_HOMES = {
    "BinanceBroker": "broker",
    "BinanceData": "data",
    "BinanceStore": "store",
    "BinanceWebSocket": "websocket",
    "create_binance_engine": "engine",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'realtrade.binance' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"realtrade.binance.{_HOMES[name]}"), name)
