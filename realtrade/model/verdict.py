"""What a risk rule says of an intent, and what it wants done when nobody asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Approved:
    """The intent may go as it is."""


@dataclass(frozen=True, slots=True)
class Resized:
    """The intent may go with a smaller quantity."""

    rule: str
    quantity: Decimal
    """Unsigned, never more than asked."""
    reason: str


@dataclass(frozen=True, slots=True)
class Denied:
    """The intent may not go. `reason` names the subject, the fact and the limit."""

    rule: str
    reason: str
    action: Action | None = None
    """What the rule wants done besides, such as a halt; the gate latches it at once."""


Verdict = Approved | Resized | Denied


class ActionKind(StrEnum):
    """What a rule does beyond judging one intent."""

    HALT = "halt"
    """No new exposure until resumed."""
    FLATTEN = "flatten"
    """Close every position at market."""
    FLATTEN_AND_HALT = "flatten_and_halt"
    CLOSE = "close"
    """Close one symbol's position: a stop, a target, a time limit."""


@dataclass(frozen=True, slots=True)
class Action:
    """Something a rule wants done now."""

    kind: ActionKind
    rule: str
    reason: str
    symbol: str | None = None
    fraction: Decimal = Decimal(1)
    """Share of the position to close."""
    until_ms: int | None = None
    """When a halt ends by itself; None: when a person resumes it."""
