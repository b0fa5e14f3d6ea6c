"""One order on its way to an exchange and back; the trading thread's alone."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from realtrade.execution.progress import Progress
from realtrade.execution.protocol import Stage
from realtrade.model.order import OrderStatus

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.common.live.courier import Job
    from realtrade.execution.unknown import Search
    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill, OrderIntent

_OPEN = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})
STALE_AFTER_S = 60.0
"""An order that could not leave for so long is not sent any more."""


class LiveOrder:
    """What is known of one order, and what is under way for it."""

    stage = Stage.WAITING
    tries = 0
    cleared = False
    """The exchange was asked before the first sending, and had no such order."""
    held = False
    """It waits for its parent."""
    sending: Job | None = None
    asking: Job | None = None
    asked: tuple[float, int] | None = None
    """When the question was put whose answer is being looked at: our seconds, exchange's time."""
    ask_again = False
    """Something happened while a question was under way: its answer may be too old."""
    doubts = 0
    """Questions in a row about an order known to exist that found nothing."""
    cancel_wanted = False
    yields = False
    """It is cancelled because a rival of it was executed: that takes no others along."""
    was_filled = False
    """It had been executed whole before the start."""
    cancelling = False
    cancelled_s = -inf
    """When a cancel was answered last."""
    fetching = False
    """Its missing executions are being waited or asked for."""
    behind_since_s: float | None = None
    alerted = False
    resynced = False
    expires = False
    """We cancel it when its time is over: the exchange cannot."""
    search: Search | None = None
    dead_at_ms = 0
    kept = False
    """It is over, and among those that will be forgotten."""
    open_there = False
    """The last thing the exchange said of it: it is open."""
    heard = expected = False
    """An event told of it; one is waited for."""

    def __init__(
        self,
        intent: OrderIntent,
        now_s: float,
        fills: Iterable[Fill] = (),
        *,
        accepted: bool = False,
    ) -> None:
        self.intent = intent
        self.sent = intent
        """As it goes out: a bracket's child is cut to what its parent has bought."""
        self.progress = Progress(intent, fills, accepted=accepted)
        self.since_s = now_s
        """When it was submitted, or found in the journal."""

    @property
    def id(self) -> str:
        """Return the client order id."""
        return self.intent.client_order_id

    @property
    def protects(self) -> bool:
        """Tell whether it only makes a position smaller: such an order never comes too late."""
        return self.intent.reduce_only or self.intent.parent_id is not None

    @property
    def over(self) -> bool:
        """Tell whether its end was told and nothing is left to be found out."""
        return self.progress.over and not self.progress.behind and not self.open_there

    @property
    def may_be_there(self) -> bool:
        """Tell whether the exchange may still execute it."""
        if self.stage is Stage.PLACED:
            return not self.progress.ended
        return self.stage in {Stage.SENDING, Stage.UNKNOWN}

    def hear(self, order: VenueOrder) -> None:
        """Take note of what the exchange says of it."""
        self.open_there = order.status in _OPEN and not self.progress.ended
        self.doubts = 0
