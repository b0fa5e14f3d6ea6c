"""Small values only recipes have: names, symbols, moments, zones, crons, days."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = "|".join(_DAYS)
_CRON_RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _matching(pattern: str, kind: str, message: str, *examples: str) -> Any:
    compiled = re.compile(pattern, re.ASCII)
    code = f"realtrade_{kind}"

    def check(value: Any) -> Any:
        if not isinstance(value, str) or not compiled.fullmatch(value):
            raise PydanticCustomError(code, message)
        return value

    schema = {"type": "string", "pattern": f"^(?:{pattern})$", "examples": list(examples)}
    return BeforeValidator(check), WithJsonSchema(schema)


def read_moment(value: Any) -> datetime:
    """Return `2018-01-01` or an ISO 8601 time in UTC, which it is unless it names an offset."""
    if isinstance(value, datetime):
        return value
    message = "expected a date or a time, such as 2018-01-01 or 2018-01-01T12:00:00Z"
    if not isinstance(value, str) or not value.isascii():
        raise PydanticCustomError("realtrade_moment", message)
    try:
        moment = datetime.fromisoformat(value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise PydanticCustomError("realtrade_moment", message) from None


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        hint = "expected a time zone, such as UTC or Europe/Berlin"
        raise PydanticCustomError("realtrade_zone", hint) from None
    return value


def _cron(value: str) -> str:
    fields = value.split()
    if len(fields) != len(_CRON_RANGES) or not all(
        _cron_field(field, *limits) for field, limits in zip(fields, _CRON_RANGES, strict=True)
    ):
        message = 'expected five cron fields: minute hour day month weekday, such as "0 8 * * 2"'
        raise PydanticCustomError("realtrade_cron", message)
    return value


def _cron_field(field: str, low: int, high: int) -> bool:
    for part in field.split(","):
        found = re.fullmatch(
            r"(?:\*|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([1-9][0-9]?))?", part, re.ASCII
        )
        if found is None:
            return False
        first = int(found[1] or low)
        last = int(found[2] or first)
        if not low <= first <= last <= high:
            return False
    return True


def _url(value: Any) -> Any:
    message = "expected a URL, such as http://127.0.0.1:8900"
    if not isinstance(value, str) or not re.fullmatch(
        r"[a-z][a-z0-9+.-]{1,30}://\S{1,1000}", value, re.ASCII
    ):
        raise PydanticCustomError("realtrade_url", message)
    return value


Slug = Annotated[
    str,
    *_matching(
        r"[a-z0-9][a-z0-9-]{0,62}",
        "name",
        "expected small letters, digits and hyphens, such as btc-trend",
        "btc-trend",
    ),
]
"""The name of a bot."""
Key = Annotated[
    str,
    *_matching(
        r"[A-Za-z][A-Za-z0-9_]{0,62}",
        "name",
        "expected letters, digits and underscores, a letter first, such as btc_1h",
        "btc_1h",
    ),
]
"""The name of a feed, a rule, a channel, a route."""
Symbol = Annotated[
    str,
    *_matching(
        r"[A-Z0-9]{1,20}/[A-Z0-9]{1,20}(:[A-Z0-9-]{1,30})?",
        "symbol",
        "expected a symbol, such as BTC/USDT or BTC/USDT:USDT",
        "BTC/USDT",
        "BTC/USDT:USDT",
    ),
]
"""A unified symbol."""
Moment = Annotated[
    datetime,
    BeforeValidator(read_moment),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([T ].+)?$",
            "examples": ["2018-01-01"],
        }
    ),
]
"""A date or a time; UTC unless it names its offset."""
Zone = Annotated[str, AfterValidator(_zone)]
"""A time zone by its IANA name."""
Cron = Annotated[str, AfterValidator(_cron)]
"""Five cron fields in numbers: minute, hour, day of month, month, weekday (0 and 7 are Sunday)."""
Days = Annotated[
    str,
    *_matching(
        rf"(?:{_DAY})(?:-(?:{_DAY}))?(?:, ?(?:{_DAY})(?:-(?:{_DAY}))?){{0,6}}",
        "days",
        "expected days of the week, such as mon-fri or sat,sun",
        "mon-fri",
        "sat,sun",
    ),
]
"""Days of the week."""
Hours = Annotated[
    str,
    *_matching(
        r"(?:[01][0-9]|2[0-3]):[0-5][0-9]-(?:[01][0-9]|2[0-3]|24):[0-5][0-9]",
        "hours",
        "expected hours of the day, such as 08:00-22:00",
        "08:00-22:00",
    ),
]
"""Hours of the day."""
Address = Annotated[
    str,
    *_matching(
        r"(?:[A-Za-z0-9.-]{1,253}|\[[0-9a-fA-F:]{2,39}\]):[0-9]{1,5}",
        "address",
        "expected host:port, such as 127.0.0.1:9464",
        "127.0.0.1:9464",
    ),
]
"""Where to listen."""
Host = Annotated[
    str,
    *_matching(
        r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?",
        "host",
        "expected a host's name, such as bot.example.org",
        "bot.example.org",
    ),
]
"""The name of a host."""
Url = Annotated[
    str,
    BeforeValidator(_url),
    WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9+.-]+://"}),
]
"""A URL without a password: that would be a secret."""
