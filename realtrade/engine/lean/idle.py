"""When a broker may be left alone: nothing pending, nothing to tell, no value to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from backtrader.brokers import BackBroker
from backtrader.comminfo import CommInfoBase, CommissionInfo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def idle_test(broker: Any, datas: Sequence[Any]) -> Callable[[], bool]:
    """Return a test that is true when `broker.next()` would change nothing on this bar.

    A broker may answer itself through an attribute `idle`. Backtrader's own simulated broker is
    known well enough to tell when its fees are Backtrader's and no close is missing (an empty
    position times a missing close is a missing value); any other broker is called on every bar.
    """
    if hasattr(type(broker), "idle"):
        return lambda: bool(broker.idle)
    if type(broker) is BackBroker and _known_fees(broker) and all(map(_closes_known, datas)):
        return StockIdle(broker)
    return lambda: False


def _known_fees(broker: Any) -> bool:
    return all(type(info) in {CommInfoBase, CommissionInfo} for info in broker.comminfo.values())


def _closes_known(data: Any) -> bool:
    return bool(np.isfinite(np.frombuffer(data.lines.close.array)).all())


class StockIdle:
    """Backtrader's `BackBroker` with no position, no order and no cash that moved."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._cash: float | None = None

    def __call__(self) -> bool:
        """Tell whether `next()` would compute what it computed last time."""
        broker = self._broker
        if self._cash == broker.cash and not self._waiting():
            return True
        # After the coming `next()` these are the figures its value was computed from, unless it
        # moves them itself: then the comparison fails once more, and it is called once more.
        self._cash = broker.cash
        return False

    def _waiting(self) -> bool:
        broker = self._broker
        return bool(
            broker.pending
            or broker.submitted
            or broker.notifs
            or broker._toactivate
            or broker._cash_addition
            or broker._userhist
            or broker._fundhist
            or any(position.size for position in broker.positions.values())
        )
