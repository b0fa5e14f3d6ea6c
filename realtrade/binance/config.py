"""Settings of the `binance` exchange."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.secret import SecretRef

_HOST = r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,39}\])(?::[0-9]{1,5})?"


_BASE = rf"(?:https?|wss?)://{_HOST}/?"


def _base(value: Any) -> Any:
    if not isinstance(value, str) or not re.fullmatch(_BASE, value, re.ASCII):
        message = "expected a base such as http://127.0.0.1:8900, without path or password"
        raise PydanticCustomError("realtrade_url", message)
    return value.rstrip("/")


Base = Annotated[
    str, BeforeValidator(_base), WithJsonSchema({"type": "string", "pattern": f"^{_BASE}$"})
]
"""Where the exchange's own documented paths begin."""


def _proxy(value: Any) -> Any:
    if value in ("auto", "none"):
        return value
    pattern = rf"(?:http|https|socks5|socks5h)://{_HOST}/?"
    if not isinstance(value, str) or not re.fullmatch(pattern, value, re.ASCII):
        message = "expected auto, none, or a proxy such as http://127.0.0.1:7890"
        raise PydanticCustomError("realtrade_proxy", message)
    return value


Proxy = Annotated[
    str,
    BeforeValidator(_proxy),
    WithJsonSchema({"type": "string", "pattern": r"^(auto|none|(https?|socks5h?)://.+)$"}),
]
"""`auto` finds the system's, `none` uses none."""


class Endpoints(PluginConfig):
    """Addresses used instead of the exchange's own."""

    rest: Base | None = None
    """Base of `/api`, `/sapi`, `/fapi`."""
    stream: Base | None = None
    """Base of `/ws`, `/stream`, `/public`, `/market`."""
    user_stream: Base | None = None
    """Base of `/private` and `/ws-api/v3`."""


class BinanceConfig(PluginConfig):
    """Settings of the `binance` exchange.

    Example:
        ```yaml
        exchange:
          type: binance
          market: swap
          api_key: {env: BINANCE_KEY}
          secret: {file: /run/secrets/binance}
        ```
    """

    TIMEFRAMES: ClassVar[tuple[str, ...]] = (
        *("1m", "3m", "5m", "15m", "30m"),
        *("1h", "2h", "4h", "6h", "8h", "12h"),
        *("1d", "3d", "1w", "1M"),
    )

    type: Literal["binance"] = "binance"
    market: Literal["spot", "swap"] = "spot"
    """`spot`, or `swap` for USDⓈ-M perpetuals."""
    api_key: SecretRef | None = None
    """API key; needed to trade, not for data."""
    secret: SecretRef | None = None
    """Secret of the API key, or an Ed25519 or RSA private key."""
    proxy: Proxy = "auto"
    """`auto` for the system's, `none`, or its address."""
    endpoints: Endpoints | Base | None = None
    """A gateway or a test venue used instead of Binance; shown loudly at start."""

    @model_validator(mode="after")
    def _key_and_secret(self) -> Self:
        if (self.api_key is None) is not (self.secret is None):
            message = "api_key and secret go together: give both or neither"
            raise PydanticCustomError("realtrade_pair", message)
        return self
