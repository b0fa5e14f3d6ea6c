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
    TRADE_CLOSED = "trade_closed"
    RISK_HALT = "risk_halt"
    RISK_ACTION = "risk_action"
    FEED_STALE = "feed_stale"
    CONNECTION_LOST = "connection_lost"
    CONNECTION_RESTORED = "connection_restored"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `data` holds plain values only: text, whole numbers, Decimals."""

    type: EventType
    time_ms: int
    message: str
    data: Mapping[str, Any] = field(default_factory=dict)
