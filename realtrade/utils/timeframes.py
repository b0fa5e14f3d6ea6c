"""Timeframes: `1m` is a minute, `1M` a month, and every bar is stamped with its open time, UTC.

`tick` is no length at all: every trade, or every quote, is a bar of its own moment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

_PATTERN = re.compile(r"([1-9][0-9]{0,3})([smhdwM])", re.ASCII)
_TICK = "tick"
_LONG = ("w", "M")
_UNIT_MS = {_TICK: 0, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_MONDAY_MS = 4 * _UNIT_MS["d"]  # 1970-01-05, the first Monday: weeks open on Mondays


@dataclass(frozen=True, slots=True, order=False)
class Timeframe:
    """A bar length such as `15m`, `1h`, `1d`, `1w` or `1M`, or `tick`.

    Seconds to days tile the time line from the epoch, weeks from a Monday, months
    from January 1970. Bars are half-open: `[open_ms(t), close_ms(t))`. A tick opens and closes at
    its own time, and several may have the same.
    """

    count: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `tick` or `<number><unit>`, unit one of `s m h d w M`, case-sensitive.

        Raises:
            ValueError: the text is no timeframe.
        """
        if text == _TICK:
            return cls(1, _TICK)
        match = _PATTERN.fullmatch(text)
        if match is None:
            msg = f"'{text}' is no timeframe; write a number and s, m, h, d, w or M, such as 1h"
            raise ValueError(msg)
        return cls(int(match[1]), match[2])

    def __str__(self) -> str:
        return self.unit if self.is_tick else f"{self.count}{self.unit}"

    @property
    def is_tick(self) -> bool:
        """Tell whether this is no length, but every single trade or quote."""
        return self.unit == _TICK

    @property
    def approximate_ms(self) -> int:
        """Length in milliseconds; a month counts as 30 days, so use it to compare, not to step.

        A tick has none: 0.
        """
        return self.count * (30 * _UNIT_MS["d"] if self.unit == "M" else _UNIT_MS[self.unit])

    def open_ms(self, at_ms: int) -> int:
        """Return the open time of the bar that contains `at_ms`."""
        if self.is_tick:
            return at_ms
        if self.unit == "M":
            months = _months(at_ms)
            return _month_ms(months - months % self.count)
        anchor = _MONDAY_MS if self.unit == "w" else 0
        length = self.count * _UNIT_MS[self.unit]
        return at_ms - (at_ms - anchor) % length

    def close_ms(self, at_ms: int) -> int:
        """Return the time at which the bar that contains `at_ms` is closed: the next bar's open."""
        opened = self.open_ms(at_ms)
        if self.unit == "M":
            return _month_ms(_months(opened) + self.count)
        return opened + self.count * _UNIT_MS[self.unit]

    def divides(self, longer: Timeframe) -> bool:
        """Tell whether every bar of `longer` is made of whole bars of this timeframe."""
        if self.is_tick or longer.is_tick:
            return self.is_tick
        if self.unit in _LONG:
            return longer.unit == self.unit and longer.count % self.count == 0
        length = self.approximate_ms
        if longer.unit == "M":
            return _UNIT_MS["d"] % length == 0
        return (_UNIT_MS["w"] if longer.unit == "w" else longer.approximate_ms) % length == 0


def _months(at_ms: int) -> int:
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    return (moment.year - 1970) * 12 + moment.month - 1


def _month_ms(months: int) -> int:
    return int(datetime(1970 + months // 12, months % 12 + 1, 1, tzinfo=UTC).timestamp()) * 1000
