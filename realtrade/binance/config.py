"""Settings of the `binance` exchange."""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
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
    TICKS: ClassVar[tuple[str, ...]] = ("trades", "quotes")
    """What comes one by one, with `timeframe: tick`."""

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
    currency: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$")] = "USDT"
    """Currency the account is kept in: cash and equity are told in it."""
    leverage: Annotated[int, Field(ge=1, le=125)] | None = None
    """Leverage of every symbol traded, on `swap`; left as it is at Binance when not given."""
    margin: Literal["cross", "isolated"] | None = None
    """Margin mode of every symbol traded, on `swap`; left as it is when not given."""
    allow: tuple[Literal["withdrawals"], ...] = ()
    """What a key may do besides reading and trading; a key that may do more is refused."""

    @model_validator(mode="after")
    def _swap_only(self) -> Self:
        if self.market == "spot" and (self.leverage is not None or self.margin is not None):
            message = "leverage and margin are settings of market: swap"
            raise PydanticCustomError("realtrade_market", message)
        return self

    @model_validator(mode="after")
    def _key_and_secret(self) -> Self:
        if (self.api_key is None) is not (self.secret is None):
            message = "api_key and secret go together: give both or neither"
            raise PydanticCustomError("realtrade_pair", message)
        return self
