"""A simulated exchange over real HTTP and WebSocket, for tests and dry runs. Names load late.

`SimExchange` listens on one loopback port, speaks Binance's wire protocol and keeps a matching
ledger of its own, which is the truth that a client's books can be compared with.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.testing.exchange.market import SimMarket
    from realtrade.testing.exchange.truth import (
        AccountTruth,
        BalanceTruth,
        FillTruth,
        OrderTruth,
        PositionTruth,
    )
    from realtrade.testing.sim_exchange import SimExchange

__all__ = [
    "AccountTruth",
    "BalanceTruth",
    "FillTruth",
    "OrderTruth",
    "PositionTruth",
    "SimExchange",
    "SimMarket",
]

_HOMES = {
    "AccountTruth": "exchange.truth",
    "BalanceTruth": "exchange.truth",
    "FillTruth": "exchange.truth",
    "OrderTruth": "exchange.truth",
    "PositionTruth": "exchange.truth",
    "SimExchange": "sim_exchange",
    "SimMarket": "exchange.market",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        msg = f"module 'realtrade.testing' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"realtrade.testing.{_HOMES[name]}"), name)
