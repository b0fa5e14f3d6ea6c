"""What an exchange says of one order, from any source and in any order, told on once each.

The executed quantity decides, never the time of an event. While the exchange counts more than the
executions we have seen, the end of an order is held back: first the money, then the news.
"""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.venue import Report, ReportKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill, OrderIntent

_ZERO = Decimal(0)
_ENDS = MappingProxyType(
    {
        OrderStatus.CANCELLED: ReportKind.CANCELLED,
        OrderStatus.EXPIRED: ReportKind.EXPIRED,
        OrderStatus.REJECTED: ReportKind.REJECTED,
        OrderStatus.MARGIN: ReportKind.MARGIN,
        # All of it was executed; should that be less than was asked for, the rest has expired.
        OrderStatus.FILLED: ReportKind.EXPIRED,
    }
)
_REFUSALS = frozenset({OrderStatus.REJECTED, OrderStatus.MARGIN})


class Progress:
    """One order as its exchange sees it. Pure: it returns what is new to tell."""

    def __init__(
        self, intent: OrderIntent, fills: Iterable[Fill] = (), *, accepted: bool = False
    ) -> None:
        """Start where the journal left it: executions booked before, acceptance told before."""
        self.intent = intent
        self.executed = _ZERO
        """What the exchange says was executed, at most so far."""
        self.accepted = accepted
        self.open = True
        """False once the exchange said that nothing more will be executed."""
        self.over = False
        """True once the end was told."""
        self.fees: dict[str, Decimal] = {}
        """Paid so far, by currency."""
        self._closed = False
        self._all = False
        """The exchange said that it is filled, however much that was."""
        self._reason = ""
        self._end: ReportKind | None = None
        self._trades: set[str] = set()
        self.booked = _ZERO
        """Executions seen, added up."""
        for fill in fills:
            self._count(fill)

    @property
    def behind(self) -> bool:
        """Tell whether the exchange counts executions we have not seen."""
        return self.executed > self.booked

    @property
    def ended(self) -> bool:
        """Tell whether the exchange said that nothing more will be executed: it never takes back.

        What it says of the order as open, afterwards, is an older message that came late.
        """
        told = self._closed or self._end is not None
        return told or self.booked >= self.intent.quantity

    def heard(self, order: VenueOrder) -> list[Report]:
        """Take what was said of the order as a whole; return what is new to tell."""
        self.executed = max(self.executed, _executed(order))
        told = [] if order.status in _REFUSALS else self._accept()
        end = _ENDS.get(order.status)
        if end is not None:
            self._end_with(end, order)
        return [*told, *self._finish()]

    def executes(self, fill: Fill) -> list[Report]:
        """Take one execution; return what is new to tell, nothing when it was known."""
        if fill.trade_id in self._trades:
            return []
        accepted = self._accept()
        self._count(fill)
        last = self._all and not self.behind
        told = Report(ReportKind.FILLED, self.intent.client_order_id, fill=fill, complete=last)
        if self.booked >= self.intent.quantity:
            self.open, self.over = False, True
        return [*accepted, told, *self._finish()]

    def end(self, kind: ReportKind, reason: str) -> list[Report]:
        """End an order by our own conclusion; nothing when its end was told before."""
        self.open = False
        if self.over:
            return []
        self.over = True
        return [self._report(kind, reason)]

    def _accept(self) -> list[Report]:
        """Tell that the exchange has taken the order: whatever it executes or ends, it has."""
        if self.accepted or not self.open:
            return []
        self.accepted = True
        return [self._report(ReportKind.ACCEPTED)]

    def close(self) -> None:
        """Take an order for ended and told of, as the journal has it: there is nothing to ask."""
        self.open, self.over, self._closed = False, True, True

    def _end_with(self, kind: ReportKind, order: VenueOrder) -> None:
        self.open = False
        if self._end is None:
            self._end, self._reason = kind, order.reason
            self._all = order.status is OrderStatus.FILLED

    def _finish(self) -> list[Report]:
        if self._end is None or self.over or self.behind:
            return []
        self.over = True
        return [self._report(self._end, self._reason)]

    def _count(self, fill: Fill) -> None:
        self._trades.add(fill.trade_id)
        self.booked += fill.quantity
        self.fees[fill.fee_currency] = self.fees.get(fill.fee_currency, _ZERO) + fill.fee

    def _report(self, kind: ReportKind, reason: str = "") -> Report:
        return Report(kind, self.intent.client_order_id, reason=reason)


def _executed(order: VenueOrder) -> Decimal:
    """Return how much was executed; an order that says it is filled is, whatever it counts."""
    if order.status is OrderStatus.FILLED and not order.filled:
        return order.quantity
    return order.filled
