"""What happened, for journal, monitor and notifications."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class EventType(StrEnum):
    """Every event a recipe's `notify.routes` may name."""

    STARTED = "started"
    STOPPED = "stopped"
    FAILED = "failed"
    ORDER_SUBMITTED = "order_submitted"
    ORDER_FILLED = "order_filled"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_EXPIRED = "order_expired"
    ORDER_REJECTED = "order_rejected"
    ORDER_DENIED = "order_denied"
    ORDER_UNKNOWN = "order_unknown"
    """Something about an order is unclear for longer than it should be."""
    ACCOUNT_DIFFERS = "account_differs"
    """The exchange holds something else than we do."""
    TRADE_CLOSED = "trade_closed"
    RISK_HALT = "risk_halt"
    RISK_ACTION = "risk_action"
    FEED_STALE = "feed_stale"
    CONNECTION_LOST = "connection_lost"
    CONNECTION_RESTORED = "connection_restored"
    PAUSED = "paused"
    RESUMED = "resumed"
    HALTED = "halted"
    """A person halted; what a rule does is a `risk_halt`."""
    FLATTENED = "flattened"
    """A person, or the schedule, had every position closed."""
    HEALTH_CHANGED = "health_changed"
    REPORT = "report"
    """A daily or weekly report was written."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data` holds plain values only: text, whole numbers, Decimals."""

    type: EventType
    time_ms: int
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)
