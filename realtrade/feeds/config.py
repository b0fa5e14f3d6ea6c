"""Settings of the `file` feed."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field, StringConstraints, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.instrument import Instrument
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.values import Number, TimeframeText

Role = Literal["time", "open", "high", "low", "close", "volume", "price", "quantity"]
ROLES: tuple[Role, ...] = ("time", "open", "high", "low", "close", "volume")
"""Columns of a file of bars."""
TICK_ROLES: tuple[Role, ...] = ("time", "price", "quantity")
"""Columns of a file of trades."""


_PATTERN = r"^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}(:[A-Z0-9-]{1,30})?$"


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise PydanticCustomError(
            "realtrade_timezone", "expected a time zone, such as UTC or Europe/Berlin"
        ) from None
    return name


def _symbol(text: str) -> str:
    if re.fullmatch(_PATTERN, text) is None:
        raise PydanticCustomError(
            "realtrade_symbol", "expected a symbol, such as BTC/USDT or BTC/USDT:USDT"
        )
    return text


Symbol = Annotated[
    str, AfterValidator(_symbol), WithJsonSchema({"type": "string", "pattern": _PATTERN})
]
NotNegative = Annotated[Number, Field(ge=0)]


class FileFeedConfig(PluginConfig):
    """Bars from a CSV or Parquet file, one bar a row, oldest first, stamped with its open time.

    Times may be ISO 8601 with or without an offset, `YYYY-MM-DD HH:MM:SS`, or seconds,
    milliseconds, microseconds or nanoseconds since 1970.

    With `timeframe: tick` a row is a trade with `time`, `price` and `quantity`; several trades may
    have one time, and are shown in the order of the file. Times are cut down to milliseconds.

    Example:
        ```yaml
        feeds:
          btc_1h: {type: file, path: data/btc-usd-1h.csv, symbol: BTC/USD, timeframe: 1h}
        ```
    """

    type: Literal["file"] = "file"
    path: Annotated[str, StringConstraints(min_length=1)]
    """The file, relative to the recipe; `.csv`, `.csv.gz`, `.csv.zst` or `.parquet`."""
    symbol: Symbol
    """What the bars are of, such as `BTC/USD`."""
    timeframe: TimeframeText
    """Length of a bar, such as `1h`; `tick` where every row is a trade."""
    columns: dict[Role, str] = Field(default_factory=dict)
    """Names of the file's columns where they differ, such as `{time: Date, volume: Vol}`."""
    timezone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """Zone of times written without an offset."""
    market: Literal["spot", "swap"] | None = None
    """`swap` may be sold short; a symbol with a settlement currency is a swap when left out."""
    tick: NotNegative = Decimal(0)
    """Smallest price step; 0 allows any price."""
    lot: NotNegative = Decimal(0)
    """Smallest quantity step; 0 allows any quantity."""
    min_quantity: NotNegative = Decimal(0)
    """Smallest order, in base units or contracts."""
    min_notional: NotNegative = Decimal(0)
    """Smallest order value, in quote currency."""
    contract_size: Annotated[Number, Field(gt=0)] = Decimal(1)
    """Base units per contract."""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        wanted = self.roles
        if stray := [role for role in self.columns if role not in wanted]:
            told = {"role": stray[0], "wanted": ", ".join(wanted)}
            message = "no column is '{role}' here; there are {wanted}"
            raise PydanticCustomError("realtrade_columns", message, told)
        names = [self.columns.get(role, role) for role in wanted]
        if len(set(names)) != len(names):
            raise PydanticCustomError("realtrade_columns", "two of the columns have the same name")
        if self.market == "spot" and ":" in self.symbol:
            raise PydanticCustomError(
                "realtrade_market",
                "a symbol with a settlement currency, such as BTC/USDT:USDT, is a swap",
            )
        return self

    @property
    def roles(self) -> tuple[Role, ...]:
        """What columns a file has: those of bars, or of trades."""
        return TICK_ROLES if self.timeframe.is_tick else ROLES

    def instrument(self) -> Instrument:
        """Return the instrument these settings describe."""
        pair, _, settle = self.symbol.partition(":")
        base, _, quote = pair.partition("/")
        return Instrument(
            symbol=self.symbol,
            base=base,
            quote=quote,
            market=self.market or ("swap" if settle else "spot"),
            tick=self.tick,
            lot=self.lot,
            min_quantity=self.min_quantity,
            min_notional=self.min_notional,
            contract_size=self.contract_size,
        )
