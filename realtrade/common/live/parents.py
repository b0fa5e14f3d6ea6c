"""Finding out what the parent of waiting exits has bought, when nobody here remembers it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.courier import Priority
from realtrade.model.events import EventType
from realtrade.model.order import OrderStatus, Side
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.plugins.ports.gateway import Answer

_AGAIN_S = 2.0
_OPEN = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


class Parents:
    """Asks the exchange. A process can end between the last fill of a parent and its exits."""

    def __init__(self, dispatch: Dispatch, release: Callable[[str, Decimal], None]) -> None:
        self._dispatch = dispatch
        self._release = release

    def find(self, parent_id: str, child: LiveOrder, after_s: float = 0.0) -> None:
        """Ask for a parent by its id; what it has bought releases its children."""
        side = Side.SELL if child.intent.side is Side.BUY else Side.BUY
        parent = replace(
            child.intent, client_order_id=parent_id, parent_id=None, oco_id=None, side=side
        )

        def ask() -> None:
            answer = self._dispatch.sender.find(parent)
            self._dispatch.inbox.post(partial(self._found, parent_id, child, answer))

        self._dispatch.courier.put(Priority.QUESTION, ask, after_s)

    def _found(self, parent_id: str, child: LiveOrder, answer: Answer) -> None:
        order = answer.order
        if answer.outcome is Outcome.ABSENT:
            message = f"{child.id} waits for {parent_id}, which nobody knows: it is not sent"
            self._dispatch.tell(EventType.ORDER_UNKNOWN, message)
            self._release(parent_id, Decimal(0))
        elif answer.outcome is not Outcome.ACK or order is None or order.status in _OPEN:
            self.find(parent_id, child, _AGAIN_S)
        else:
            # What it paid in fees out of what it bought is not told here: no more than is held.
            held = abs(self._dispatch.held(order.symbol))
            self._release(parent_id, min(order.filled, held))
