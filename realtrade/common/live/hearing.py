"""Notices events that have stopped though their connection has not.

An exchange tells of every order that is placed, in its answer and among the account's events. Where
it answers, and has not told within a while, it tells nothing at all any more: then its stream is
begun anew, and whatever was missed is asked for as after every connection.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from realtrade.execution.protocol import Stage
from realtrade.plugins.ports.gateway import Renewable

if TYPE_CHECKING:
    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.plugins.ports.gateway import AccountStream

WITHIN_S = 20.0
"""How long events may lag behind answers: in a storm, exchanges have been ten seconds late."""


class Hearing:
    """Compares what is answered with what is told, for streams that can be begun anew."""

    def __init__(self, dispatch: Dispatch, stream: AccountStream) -> None:
        self._dispatch = dispatch
        self._stream = stream if isinstance(stream, Renewable) else None

    def heard(self, client_order_id: str) -> None:
        """Note that an event told of an order."""
        order = self._dispatch.orders.get(client_order_id)
        if order is not None:
            order.heard = True

    def moved(self, order: LiveOrder) -> None:
        """Expect to hear of an order that was placed while events flowed."""
        since_s = self._dispatch.searches.healthy_since_s
        if self._stream is None or order.heard or order.expected or order.stage is not Stage.PLACED:
            return
        if since_s is not None and since_s < order.since_s:
            order.expected = True
            self._dispatch.later(WITHIN_S, partial(self._check, order, since_s))

    def _check(self, order: LiveOrder, since_s: float) -> None:
        same = self._dispatch.searches.healthy_since_s == since_s
        if same and not order.heard and self._stream is not None:
            self._stream.renew(f"nothing was told of {order.id} within {WITHIN_S:.0f} s")
