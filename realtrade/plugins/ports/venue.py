"""The port orders go through: a simulated venue or an exchange, the broker cannot tell."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.model.order import Fill, OrderIntent


class ReportKind(StrEnum):
    """What a venue says about an order."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MARGIN = "margin"
    FILLED = "filled"
    """Carries a fill; it may complete the order or not."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Report:
    """One thing a venue said about one order."""

    kind: ReportKind
    client_order_id: str
    fill: Fill | None = None
    reason: str = ""


class Venue(Protocol):
    """Takes orders, says what became of them. Submitting never blocks and never raises."""

    def submit(self, intent: OrderIntent) -> None:
        """Take one order; what becomes of it is told by `reports`."""
        ...

    def cancel(self, client_order_id: str) -> None:
        """Ask for a cancel; repeating it is harmless."""
        ...

    def reports(self) -> Iterable[Report]:
        """Return what has been said since the last call, oldest first."""
        ...
