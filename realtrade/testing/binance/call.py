"""One request on its way through the dialect, with its parameters read as Binance reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from realtrade.testing.binance.errors import ApiError, illegal, missing

if TYPE_CHECKING:
    from realtrade.testing.exchange.account import SimAccount
    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.desk import Desk
    from realtrade.testing.exchange.player import Player


@dataclass(slots=True, kw_only=True)
class Call:
    """Parameters and the account that signed them."""

    core: Core
    player: Player
    params: dict[str, str]
    owner: SimAccount | None = None
    spot: bool = True
    services: Any = None
    """What the dialect keeps beside the exchange: listen keys, timers."""
    headers: dict[str, str] = field(default_factory=dict)
    """To be sent with the answer."""

    @property
    def account(self) -> SimAccount:
        """Return the account that signed."""
        if self.owner is None:
            raise ApiError(-2014, "API-key format invalid.", 401)
        return self.owner

    def get(self, name: str) -> str | None:
        """Return a parameter; an empty one is an error.

        Raises:
            ApiError: it was sent empty.
        """
        value = self.params.get(name)
        if value == "":
            raise ApiError(-1105, f"Parameter '{name}' was empty.")
        return value

    def need(self, name: str) -> str:
        """Return a mandatory parameter."""
        value = self.params.get(name)
        if not value:
            raise missing(name)
        return value

    def decimal(self, name: str) -> Decimal | None:
        """Return a decimal parameter, None when it was not sent."""
        text = self.get(name)
        if text is None:
            return None
        try:
            value = Decimal(text)
        except InvalidOperation:
            raise _illegal_characters(name) from None
        if not value.is_finite() or "e" in text.lower():
            raise _illegal_characters(name)
        return value

    def number(self, name: str) -> int | None:
        """Return an integer parameter, None when it was not sent."""
        text = self.get(name)
        if text is None:
            return None
        if not text.lstrip("-").isdigit():
            raise illegal(name)
        return int(text)

    def limit(self, default: int, most: int) -> int:
        """Return `limit`, at most `most`."""
        value = self.number("limit")
        return default if value is None else max(1, min(value, most))

    def flag(self, name: str) -> bool:
        """Return a boolean parameter."""
        return (self.get(name) or "false").lower() == "true"

    def desk(self) -> Desk:
        """Return the market of the mandatory parameter `symbol`."""
        return self.desk_of(self.need("symbol"))

    def desk_of(self, wire: str) -> Desk:
        """Return the market that the wire calls `wire`."""
        for desk in self.desks():
            if wire_symbol(desk.market.symbol) == wire:
                return desk
        raise ApiError(-1121, "Invalid symbol.")

    def desks(self) -> list[Desk]:
        """Return the markets of this dialect."""
        return [one for one in self.core.desks.values() if one.market.is_spot is self.spot]

    def names(self, name: str) -> list[str] | None:
        """Return a list sent as JSON or as one bare word."""
        text = self.get(name)
        if text is None:
            return None
        if not text.startswith("["):
            return [text]
        try:
            return [str(one) for one in json.loads(text)]
        except ValueError:
            raise illegal(name) from None


def wire_symbol(symbol: str) -> str:
    """Return how the wire writes a unified symbol: `BTC/USDT:USDT` is `BTCUSDT`."""
    return symbol.partition(":")[0].replace("/", "")


def _illegal_characters(name: str) -> ApiError:
    return ApiError(
        -1100,
        f"Illegal characters found in parameter '{name}'; legal range is "
        r"'^([0-9]{1,20})(\.[0-9]{1,20})?$'.",
    )
