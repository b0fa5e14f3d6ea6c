"""What trading needs of ccxt, and which exchanges it has that not of; a test keeps this true.

Kept here so that a recipe is told while it is checked, which must not import ccxt.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SPOT = (
    "createOrder",
    "cancelOrder",
    "fetchOrder",
    "fetchOpenOrders",
    "fetchMyTrades",
    "fetchBalance",
)
NEEDED: Mapping[str, Sequence[str]] = MappingProxyType(
    {"spot": _SPOT, "swap": (*_SPOT, "fetchPositions")}
)
"""ccxt's names of the methods that trading a market needs."""
UNFIT: Mapping[str, str] = MappingProxyType(
    {
        "bithumb": "fetchMyTrades",
        "blofin": "fetchOrder",
        "btcbox": "fetchMyTrades",
        "btcturk": "fetchOrder",
        "btse": "fetchOrder",
        "bydfi": "cancelOrder",
        "cex": "fetchOrder",
        "coincheck": "fetchOrder",
        "coinspot": "fetchOrder",
        "cryptomus": "fetchMyTrades",
        "deepcoin": "fetchOrder",
        "dydx": "fetchMyTrades",
        "indodax": "fetchMyTrades",
        "lighter": "fetchOrder",
        "p2b": "fetchOrder",
        "paymium": "fetchOrder",
        "upbit": "fetchMyTrades",
        "zaif": "fetchOrder",
    }
)
"""The first method ccxt has not, by its name of the exchange."""
