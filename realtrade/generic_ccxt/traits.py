"""What ccxt does not tell of an exchange, and trading it depends on: found by reading both."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from realtrade.generic_ccxt import names

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOTHING: Mapping[str, Any] = MappingProxyType({})
WINDOW_MS = 30_000
"""How long a request may be under way at an exchange that lets nobody say how long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """One exchange. Without a word on it, ids leave as they are and swaps are not traded."""

    spelling: names.Spelling = names.PLAIN
    """How it wants client order ids written."""
    wallet: Literal["wallet", "equity"] | None = None
    """What ccxt's total of a balance is on swaps: with or without what positions have gained."""
    window_ms: int = WINDOW_MS
    buys_base: bool = False
    """Spot market purchases leave with a word that their quantity is in the base currency, though
    ccxt declares that they are by cost."""
    options: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Of ccxt's client."""
    currencies: bool = True
    """False: ccxt asks for every currency with the key, and nothing needs them."""


def _binance(*types: str) -> Traits:
    wanted = {"fetchMargins": False, "fetchMarkets": {"types": list(types)}}
    return Traits(wallet="equity", window_ms=5_000, options=wanted, currencies=False)


_TRAITS: Mapping[str, Traits] = MappingProxyType(
    {
        "binance": _binance("spot", "linear"),
        "binanceus": _binance("spot"),
        "binanceusdm": _binance("linear"),
        # Letters and digits only, 32 at most.
        "okx": Traits(spelling=names.LETTERS, wallet="equity"),
        # Its account is asked for by the newest 500 orders: ccxt wants that to be known.
        "bybit": Traits(
            wallet="wallet",
            window_ms=5_000,
            buys_base=True,
            options={"fetchOrder": {"acknowledged": True}},
        ),
        # A UUID, or 18 letters, and ours are longer.
        "kraken": Traits(spelling=names.UUID),
        "bitget": Traits(wallet="equity"),
        "kucoin": Traits(),
        # `t-` first, and 28 letters at most behind it.
        "gate": Traits(spelling=names.GATE),
    }
)


def traits_of(name: str) -> Traits:
    """Return what is known of ccxt's exchange `name`."""
    return _TRAITS.get(name, Traits())
