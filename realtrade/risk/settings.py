"""Kinds of settings that several rules share."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from realtrade.plugins.values import Duration, Number, Percent, parse_money, parse_percent
from realtrade.risk.steps import shown

Outcome = Literal["deny", "halt", "flatten_and_halt"]
"""At the limit: deny new exposure, also halt, or also close everything."""
Cut = Literal["reduce", "deny"]
"""Above the limit: cut the order down to what fits, or deny it whole."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A share of equity, or money in the account's currency."""

    fraction: Decimal | None = None
    money: Decimal | None = None

    def of(self, equity: Decimal) -> Decimal:
        """Return the amount in the account's currency."""
        return equity * self.fraction if self.fraction is not None else self.money or Decimal(0)

    def __str__(self) -> str:
        if self.fraction is not None:
            return f"{self.fraction:.2%} of equity"
        return shown(self.money or Decimal(0))


def _amount(value: Any) -> Amount:
    if isinstance(value, Amount):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if text.endswith(("%", "bps")):
        amount = Amount(fraction=parse_percent(text))
    elif " " in text:
        amount = Amount(money=parse_money(text).amount)
    else:
        code, message = (
            "realtrade_amount",
            "expected a share of equity or an amount, such as 20% or 5000 USDT",
        )
        raise PydanticCustomError(code, message)
    if (amount.fraction or amount.money or Decimal(0)) <= 0:
        code, message = "realtrade_amount", "expected more than nothing"
        raise PydanticCustomError(code, message)
    return amount


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        code, message = (
            "realtrade_timezone",
            "expected a time zone's name, such as UTC or Europe/Berlin",
        )
        raise PydanticCustomError(code, message) from None
    return name


_NUMBER = r"[0-9]{1,15}(\.[0-9]{1,15})?"
AmountText = Annotated[
    Amount,
    BeforeValidator(_amount),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": rf"^{_NUMBER}(\s?(%|bps)|\s[A-Z][A-Z0-9]{{1,9}})$",
            "examples": ["20%", "5000 USDT"],
        }
    ),
]
"""A share of equity, written `20%`, or money in the account's currency, written `5000 USDT`."""
Timezone = Annotated[str, AfterValidator(_zone)]
"""A name of the IANA time zone database, such as `Europe/Berlin`."""
Symbols = tuple[str, ...]
"""Symbols such as `[BTC/USDT, ETH/USDT]`."""
Count = Annotated[int, Field(ge=1, le=10_000)]
PositiveNumber = Annotated[Number, Field(gt=0)]
PositivePercent = Annotated[Percent, Field(gt=0)]
NotNegativePercent = Annotated[Percent, Field(ge=0)]
Fraction = Annotated[Percent, Field(gt=0, le=1)]
Leverage = Annotated[Number, Field(ge=1, le=125)]


def _positive(span: Any) -> Any:
    if not span:
        code, message = "realtrade_duration", "expected more than no time"
        raise PydanticCustomError(code, message)
    return span


Span = Annotated[Duration, AfterValidator(_positive)]
"""A span of time above zero, written `30s`."""
