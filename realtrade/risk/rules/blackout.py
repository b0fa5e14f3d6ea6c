"""Enter nothing between two moments: an announcement, a maintenance, a holiday."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Approved, Denied
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Reading

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


def _moment(value: Any) -> datetime:
    """Read `2024-06-12` or an ISO 8601 time; without an offset it is UTC."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        code, message = "realtrade_moment", "expected a time, such as 2024-06-12T18:00+00:00"
        raise PydanticCustomError(code, message) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "examples": ["2024-06-12T18:00+00:00"]}),
]


class BlackoutConfig(PluginConfig):
    """Settings of the `blackout` rule; one block for each span.

    Example:
        ```yaml
        risk:
          fed: {type: blackout, from: "2024-06-12T17:30", to: "2024-06-12T19:00"}
        ```
    """

    type: Literal["blackout"] = "blackout"
    start: Moment = Field(alias="from")
    """First moment of it; UTC unless it has an offset."""
    end: Moment = Field(alias="to")
    """First moment after it."""

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start >= self.end:
            code, message = "realtrade_limit", "`from` must be earlier than `to`"
            raise PydanticCustomError(code, message)
        return self


class Blackout:
    """Deny new exposure within the span; reductions always pass.

    Backtest and live: the time of an order is the end of the bar it was decided on.
    """

    def __init__(self, config: BlackoutConfig, context: BuildContext) -> None:
        self.name = context.name
        self.needs = Needs()
        self._start_ms = int(config.start.timestamp() * 1000)
        self._end_ms = int(config.end.timestamp() * 1000)
        self._text = f"no entries from {config.start.isoformat()} to {config.end.isoformat()}"

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return a denial within the span."""
        if not self._within(view) or view.reduces(intent):
            return Approved()
        return Denied(self.name, self._text)

    def reading(self, view: RiskView) -> Reading:
        """Return one within the span, none outside of it."""
        within = self._within(view)
        text = self._text if within else f"not now: {self._text}"
        return Reading(self.name, Decimal(within), Decimal(0), within, text)

    def _within(self, view: RiskView) -> bool:
        return self._start_ms <= view.now_ms < self._end_ms
