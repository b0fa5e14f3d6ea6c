"""Binance's dialect: spot and USDⓈ-M perpetuals. Names load when first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.binance.broker import BinanceBroker
    from realtrade.binance.store import BinanceStore

__all__ = ["BinanceBroker", "BinanceStore"]

_HOMES = {"BinanceBroker": "broker", "BinanceStore": "store"}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'realtrade.binance' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"realtrade.binance.{_HOMES[name]}"), name)
