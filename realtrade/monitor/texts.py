"""Numbers and times as text, the same text on every machine."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def decimal_text(value: float) -> str:
    """Return the shortest decimal text that reads back as exactly `value`, without an exponent.

    Nothing is rounded by formatting: `0.1 + 0.2` gives `0.30000000000000004`, whole numbers lose
    their `.0`, and negative zero its sign.

    Raises:
        ValueError: `value` is infinite or not a number.
    """
    if not math.isfinite(value):
        msg = f"{value} is no amount that could be written down"
        raise ValueError(msg)
    text = repr(float(value) + 0.0)
    if "e" in text:
        text = format(Decimal(text), "f")
    return text.removesuffix(".0")


def iso_text(time_ms: int) -> str:
    """Return milliseconds since the epoch as ISO 8601 UTC, with a fraction only if there is one."""
    moment = _EPOCH + timedelta(milliseconds=time_ms)
    precision = "milliseconds" if time_ms % 1000 else "seconds"
    return moment.isoformat(timespec=precision).replace("+00:00", "Z")
