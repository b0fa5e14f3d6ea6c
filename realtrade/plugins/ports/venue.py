"""The port orders go through: a simulated venue or an exchange, the broker cannot tell."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from realtrade.model.order import Booking, Fill, OrderIntent
    from realtrade.plugins.ports.journal import Attempt


class ReportKind(StrEnum):
    """What a venue says about an order."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    MARGIN = "margin"
    FILLED = "filled"
    """Carries a fill or a booking; it may complete the order or not."""
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    TRIGGERED = "triggered"
    """A stop was touched; the order is now the limit or market order behind it."""
    TRAILED = "trailed"
    """A trailing order moved; carries its new prices."""

    __hash__ = str.__hash__  # an enum's own hash is a Python call, and kinds are looked up a lot


class Report(NamedTuple):
    """One thing a venue said about one order."""

    kind: ReportKind
    client_order_id: str
    fill: Fill | None = None
    """The execution as an exchange reports it; the broker's own ledger books it."""
    booking: Booking[float] | None = None
    """The execution as booked, from a venue that keeps the account itself (simulated ones)."""
    complete: bool = False
    """Nothing is left to execute; an exchange says so only where it cut the order."""
    reason: str = ""
    stop_price: float = 0.0
    limit_price: float | None = None


class Venue(Protocol):
    """Takes orders, says what became of them. No method blocks; none raises for a bad order."""

    @property
    def idle(self) -> bool:
        """Tell whether `on_bar` has nothing to do: no order rests, nothing accrues."""
        ...

    @property
    def cash(self) -> float | Decimal:
        """Money not tied up in positions or margin, in the account's currency."""
        ...

    @property
    def equity(self) -> float | Decimal:
        """Balance plus unrealised profit and loss, in the account's currency."""
        ...

    def submit(self, intents: Sequence[OrderIntent]) -> None:
        """Take one order, or a bracket's orders together, parent first.

        What becomes of them is told by `reports`.
        """
        ...

    def cancel(self, client_order_id: str) -> None:
        """Ask for a cancel; repeating it is harmless."""
        ...

    def on_bar(self) -> None:
        """Learn that a bar has come. A simulated venue matches now, an exchange ignores it."""
        ...

    def reports(self) -> Iterable[Report]:
        """Return what has been said since the last call, oldest first."""
        ...


@runtime_checkable
class SendsAtOnce(Protocol):
    """A venue that remembers a sending before it sends, and often sends right after `submit`."""

    def sendings(self, intents: Sequence[OrderIntent]) -> Sequence[Attempt]:
        """Return what of these will be sent at once if they are submitted now.

        The caller commits it together with the intents and then calls `submit`: a sending that is
        remembered already needs no commit of its own. Cheap, and asks nothing of the exchange.
        """
        ...
