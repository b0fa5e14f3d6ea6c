"""Enter at certain hours of certain days only."""

from __future__ import annotations

from datetime import time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading
from realtrade.risk.calendar import local
from realtrade.risk.settings import Timezone

if TYPE_CHECKING:
    from datetime import datetime

    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _days(value: Any) -> frozenset[int]:
    """Read `mon-fri` or `mon, wed, sat-sun` as weekdays from 0; `fri-mon` goes over the weekend."""
    found: set[int] = set()
    for part in value.split(",") if isinstance(value, str) else [""]:
        first, dash, last = part.strip().partition("-")
        last = last if dash else first
        if first not in _DAYS or last not in _DAYS:
            code, message = "realtrade_days", "expected days, such as mon-fri or mon,wed,sat-sun"
            raise PydanticCustomError(code, message)
        start = _DAYS.index(first)
        length = (_DAYS.index(last) - start) % 7
        found.update((start + step) % 7 for step in range(length + 1))
    return frozenset(found)


def _hour(value: Any) -> time:
    try:
        hour = time.fromisoformat(value)
    except (TypeError, ValueError):
        hour = None
    if hour is None or hour.tzinfo is not None:
        code, message = "realtrade_hour", "expected a time of day, such as 09:30"
        raise PydanticCustomError(code, message)
    return hour


Days = Annotated[
    frozenset[int],
    BeforeValidator(_days),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^({0})(-({0}))?(,\\s*({0})(-({0}))?)*$".format("|".join(_DAYS)),
            "examples": ["mon-fri"],
        }
    ),
]
Hour = Annotated[
    time,
    BeforeValidator(_hour),
    WithJsonSchema(
        {"type": "string", "pattern": r"^[0-2]\d:[0-5]\d(:[0-5]\d)?$", "examples": ["09:30"]}
    ),
]


class TradingHoursConfig(PluginConfig):
    """Settings of the `trading_hours` rule.

    Example:
        ```yaml
        risk:
          hours: {type: trading_hours, days: mon-fri, from: "09:30", to: "16:00", timezone: America/New_York}
        ```
    """  # noqa: E501 - an example stands on one line

    type: Literal["trading_hours"] = "trading_hours"
    days: Days = frozenset(range(7))
    """Days on which hours begin, such as `mon-fri` or `mon,wed,sat-sun`."""
    start: Hour = Field(default=time(0), alias="from")
    """First moment of a day's hours."""
    end: Hour = Field(default=time(0), alias="to")
    """First moment after them; not later than `from` means on the next day."""
    timezone: Timezone = "UTC"
    """Whose clock."""


class TradingHours:
    """Deny new exposure outside the hours; reductions always pass.

    Backtest and live: the time of an order is the end of the bar it was decided on.
    """

    def __init__(self, config: TradingHoursConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._config = config

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial outside the hours."""
        if not (reading := self.reading(view)).breached or view.reduces(intent):
            return Approved()
        return Denied(self.name, reading.text)

    def reading(self, view: RiskView) -> Reading:
        """Return one outside the hours, none within them."""
        now = local(view.now_ms, self._config.timezone)
        closed = not self._open(now)
        where = "outside" if closed else "within"
        text = f"{now:%a %H:%M} {self._config.timezone} is {where} the trading hours"
        return Reading(self.name, Decimal(closed), Decimal(0), closed, text)

    def _open(self, now: datetime) -> bool:
        config = self._config
        at, today = now.time(), now.weekday()
        if config.start < config.end:
            return today in config.days and config.start <= at < config.end
        if at >= config.start:
            return today in config.days
        yesterday = (now.date() - timedelta(days=1)).weekday()
        return yesterday in config.days and at < config.end
