"""The pace of bars: none is shown while the exchange owes an answer to what the last one led to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.execution.protocol import Stage
from realtrade.model.order import OrderType, TimeInForce

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.live.order import LiveOrder
    from realtrade.common.live.venue import LiveVenue
    from realtrade.utils.clock import Clock
    from realtrade.utils.timeframes import Timeframe

_LONGEST_S = 5.0
_AT_ONCE = frozenset({OrderType.MARKET, OrderType.CLOSE})
_OR_NEVER = frozenset({TimeInForce.IOC, TimeInForce.FOK})


def keep_pace(venue: LiveVenue, broker: BaseBroker, datas: Iterable[Any], clock: Clock) -> None:
    """Have the hubs of live feeds keep pace with a broker's orders at a venue that has begun."""
    for data in datas:
        hub = getattr(data, "hub", None)
        if hub is not None:
            hub.holds = Pace(venue, broker, clock, data.finest)


class Pace:
    """Tells a hub to hold the next bar back, for a while; see `FeedHub.holds`.

    In a backtest an order at the market is executed, and a cancel done, before the next bar is
    seen. Live, bars may come faster than answers: all at once behind a gap. A strategy that did not
    know yet what it holds would order the same again.

    A bar waits for half a bar's time, at most for 5 s: an outcome may be unknown for minutes, and
    stops must be watched meanwhile. What is owed then is waited for no longer, nor is what a start
    has looked for and not found. Ticks never wait: between two there is no time to answer in.

    Args:
        venue: knows how far every order has come.
        broker: knows which are not over.
        clock: our time.
        timeframe: that of the shortest bars.
    """

    def __init__(
        self, venue: LiveVenue, broker: BaseBroker, clock: Clock, timeframe: Timeframe
    ) -> None:
        self._orders = venue.dispatch.orders
        self._broker = broker
        self._clock = clock
        self._patience_s = min(timeframe.approximate_ms / 2000, _LONGEST_S)
        self._since_s: float | None = None
        self._given_up = self._owed()

    def __call__(self) -> bool:
        """Tell whether a bar that is due now has to wait; asked again until it has not."""
        owed = self._owed()
        self._given_up &= owed
        if owed <= self._given_up:
            self._since_s = None
            return False
        now_s = self._clock.monotonic_s()
        if self._since_s is None:
            self._since_s = now_s
        if now_s - self._since_s < self._patience_s:
            return True
        self._since_s, self._given_up = None, owed
        return False

    def _owed(self) -> set[str]:
        names = self._broker.tickets.at_work
        return {name for name in names if _is_owed(self._orders.get(name))} if names else set()


def _is_owed(order: LiveOrder | None) -> bool:
    """Tell whether the exchange is to say something soon of an order or its cancel."""
    if order is None or order.held or order.progress.over:
        return False
    if order.cancelling or order.stage in {Stage.SENDING, Stage.UNKNOWN}:
        return True
    return order.intent.type in _AT_ONCE or order.intent.time_in_force in _OR_NEVER
