"""Where a rule stands against its limit, for people who look at a running bot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.model.remembered import Halt
    from realtrade.plugins.ports.risk import Reading, RiskGauge, RiskView


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadRoom:
    """What one rule has left, and the halt it is in."""

    reading: Reading | None = None
    """None where the rule cannot tell, or has just broken."""
    halt: Halt | None = None
    trouble: str = ""
    """What broke when it was asked."""


def taken(gauge: RiskGauge, view: RiskView) -> HeadRoom:
    """Return a rule's reading, or what went wrong with it: whoever looks must never stop a bot."""
    try:
        return HeadRoom(reading=gauge.reading(view))
    except Exception as error:  # noqa: BLE001 - around a plugin call: to look at a rule is not to trade
        return HeadRoom(trouble=f"{type(error).__name__}: {error}")
