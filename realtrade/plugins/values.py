"""Values with their unit inside: `15%`, `10 bps`, `30s`, `500 bars`, `10000 USDT`, `20/1h`.

Each is an annotated type for a `PluginConfig` field. Recipes hand over text, whole numbers and
`Decimal`; a float never gets here. Digits are ASCII digits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from realtrade.model.order import Money
from realtrade.utils.timeframes import Timeframe

_NUMBER = r"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"
_UNSIGNED = r"[0-9]{1,15}(?:\.[0-9]{1,15})?"
_SPAN = re.compile(r"([0-9]{1,9})(ms|s|m|h|d|w)", re.ASCII)
_MAX_MS = 1_000 * 365 * 86_400_000
_SPAN_MS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so long: `20/1h`."""

    count: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Distance:
    """How far from a price: a number of ticks or a fraction of the price."""

    ticks: Decimal | None = None
    fraction: Decimal | None = None


def _refuse(kind: str, message: str) -> PydanticCustomError:
    return PydanticCustomError(f"realtrade_{kind}", message)


def _match(pattern: str, value: Any, kind: str, hint: str) -> re.Match[str]:
    found = re.fullmatch(pattern, value.strip(), re.ASCII) if isinstance(value, str) else None
    if found is None:
        raise _refuse(kind, hint)
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def parse_number(value: Any) -> Decimal:
    """Return a plain number, written without unit, as the `Decimal` it was written as."""
    if not _is_number(value):
        raise _refuse("number", "expected a plain number, such as 10 or 0.5")
    return Decimal(value)


def _percent_choice(value: Decimal) -> str:
    """Offer what a bare number may have meant: 0.15 is 15% or 0.15%, and 15 hardly 1500%."""
    text = f"{value:f}"
    return (
        f"write {(value * 100).normalize():f}% or {text}%?" if abs(value) < 1 else f"write {text}%"
    )


def parse_percent(value: Any) -> Decimal:
    """Return `15%` as 0.15 and `10 bps` as 0.001."""
    if _is_number(value):
        raise _refuse("unit", f"a percent needs its unit: {_percent_choice(Decimal(value))}")
    found = _match(
        rf"({_NUMBER})\s?(%|bps)", value, "percent", "expected a percent, such as 15% or 10 bps"
    )
    return Decimal(found[1]) / (100 if found[2] == "%" else 10_000)


def parse_duration(value: Any) -> timedelta:
    """Return `30s`, `5m`, `1h30m`, `2d` as a `timedelta`."""
    if isinstance(value, timedelta):
        return value
    hint = "expected a duration, such as 30s, 5m, 1h30m or 2d"
    _match(r"(?:[0-9]{1,9}(?:ms|s|m|h|d|w))+", value, "duration", hint)
    parts = _SPAN.findall(value.strip())
    length_ms = sum(int(count) * _SPAN_MS[unit] for count, unit in parts)
    if length_ms > _MAX_MS:
        raise _refuse("duration", "a duration may be at most 1000 years")
    return timedelta(milliseconds=length_ms)


def parse_bars(value: Any) -> int:
    """Return `500 bars` as 500."""
    return int(
        _match(
            r"([0-9]{1,9})\s?bars?", value, "bars", "expected a number of bars, such as 500 bars"
        )[1]
    )


def parse_money(value: Any) -> Money:
    """Return `10000 USDT` as an amount and its currency."""
    if isinstance(value, Money):
        return value
    hint = "expected an amount and its currency, such as 10000 USDT"
    found = _match(rf"({_UNSIGNED})\s([A-Z][A-Z0-9]{{1,9}})", value, "money", hint)
    return Money(Decimal(found[1]), found[2])


def parse_rate(value: Any) -> Rate:
    """Return `20/1h` as 20 in an hour."""
    if isinstance(value, Rate):
        return value
    found = _match(
        r"([0-9]{1,9})/((?:[0-9]{1,9}(?:ms|s|m|h|d|w))+)",
        value,
        "rate",
        "expected a rate, such as 20/1h",
    )
    return Rate(int(found[1]), parse_duration(found[2]))


def parse_distance(value: Any) -> Distance:
    """Return `2 ticks`, `0.5%` or `5 bps` as a distance from a price."""
    if isinstance(value, Distance):
        return value
    if isinstance(value, str) and (
        found := re.fullmatch(rf"({_UNSIGNED})\s?ticks?", value.strip(), re.ASCII)
    ):
        return Distance(ticks=Decimal(found[1]))
    if isinstance(value, str):
        return Distance(fraction=parse_percent(value))
    raise _refuse("distance", "expected a distance, such as 2 ticks or 0.5%")


def parse_timeframe(value: Any) -> Timeframe:
    """Return `15m`, `1h`, `1M` as a `Timeframe`; case matters."""
    if isinstance(value, Timeframe):
        return value
    if not isinstance(value, str):
        raise _refuse("timeframe", "expected a timeframe, such as 15m, 1h or 1d")
    try:
        return Timeframe.parse(value)
    except ValueError as error:
        raise _refuse("timeframe", str(error)) from None


def _text(pattern: str, *examples: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": "string", "pattern": f"^(?:{pattern})$", "examples": list(examples)}
    )


Number = Annotated[Decimal, BeforeValidator(parse_number), WithJsonSchema({"type": "number"})]
"""A price, a quantity, a ratio: the `Decimal` as written."""
Percent = Annotated[
    Decimal, BeforeValidator(parse_percent), _text(rf"{_NUMBER}\s?(%|bps)", "15%", "10 bps")
]
"""A fraction, written `15%` or `10 bps`."""
Duration = Annotated[
    timedelta,
    BeforeValidator(parse_duration),
    _text(r"([0-9]{1,9}(ms|s|m|h|d|w))+", "30s", "1h30m"),
]
"""A span of time, written `30s`."""
Bars = Annotated[int, BeforeValidator(parse_bars), _text(r"[0-9]{1,9}\s?bars?", "500 bars")]
"""A number of bars, written `500 bars`."""
MoneyAmount = Annotated[
    Money, BeforeValidator(parse_money), _text(rf"{_UNSIGNED}\s[A-Z][A-Z0-9]{{1,9}}", "10000 USDT")
]
"""An amount with its currency, written `10000 USDT`."""
RateLimit = Annotated[
    Rate, BeforeValidator(parse_rate), _text(r"[0-9]{1,9}/([0-9]{1,9}(ms|s|m|h|d|w))+", "20/1h")
]
"""So many in so long, written `20/1h`."""
PriceDistance = Annotated[
    Distance,
    BeforeValidator(parse_distance),
    _text(rf"{_UNSIGNED}\s?ticks?|{_NUMBER}\s?(%|bps)", "2 ticks", "0.5%"),
]
"""How far from a price, written `2 ticks` or `0.5%`."""
TimeframeText = Annotated[
    Timeframe,
    BeforeValidator(parse_timeframe),
    _text(r"[1-9][0-9]{0,3}[smhdwM]|tick", "15m", "1h", "1M", "tick"),
]
"""A bar length, written `1h`; `1m` is a minute, `1M` a month, and `tick` every single trade."""
