"""Memory that outlives the process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from realtrade.model.events import Event
    from realtrade.model.order import Fill, OrderIntent, OrderStatus


class Journal(Protocol):
    """What is remembered before it is acted on. Each call is one commit."""

    def intent(self, intent: OrderIntent) -> None:
        """Remember an intent before anything is sent."""
        ...

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Remember that an order moved."""
        ...

    def fill(self, fill: Fill) -> None:
        """Remember an execution."""
        ...

    def event(self, event: Event) -> None:
        """Remember something worth telling people."""
        ...

    def close(self) -> None:
        """Finish writing."""
        ...
