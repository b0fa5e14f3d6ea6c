"""When a broker may be left alone: nothing pending, nothing to tell, no value to change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from backtrader.brokers import BackBroker
from backtrader.comminfo import CommInfoBase, CommissionInfo

if TYPE_CHECKING:
    from collections.abc import Sequence


class Gate(Protocol):
    """Asked on every bar whether the broker must be called."""

    @property
    def idle(self) -> bool:
        """True when `broker.next()` would change nothing and has nothing to tell."""
        ...


def gate_of(broker: Any, datas: Sequence[Any]) -> Gate:
    """Return who answers for `broker`.

    A broker with an attribute `idle` answers itself. Backtrader's own simulated broker is known
    well enough to tell when its fees are Backtrader's and no close is missing (an empty position
    times a missing close is a missing value). Any other broker is called on every bar.
    """
    if hasattr(broker, "idle"):
        gate: Gate = broker
        return gate
    if type(broker) is BackBroker and _known_fees(broker) and all(map(_closes_known, datas)):
        return StockIdle(broker)
    return NeverIdle()


def _known_fees(broker: Any) -> bool:
    return all(type(info) in {CommInfoBase, CommissionInfo} for info in broker.comminfo.values())


def _closes_known(data: Any) -> bool:
    return bool(np.isfinite(np.frombuffer(data.lines.close.array)).all())


class NeverIdle:
    """For a broker nothing is known about."""

    idle = False


class StockIdle:
    """Backtrader's `BackBroker` with no position, no order and no cash that moved."""

    def __init__(self, broker: Any) -> None:
        self._broker = broker
        self._cash: float | None = None
        self._positions = broker.positions
        self._queues = (broker.pending, broker.submitted, broker.notifs, broker._toactivate)
        self._rare = (broker._cash_addition, broker._userhist)

    @property
    def idle(self) -> bool:
        """Tell whether `next()` would compute what it computed last time."""
        broker = self._broker
        pending, submitted, notes, children = self._queues
        if self._cash == broker.cash and not (pending or submitted or notes or children):
            for position in self._positions.values():
                if position.size:
                    break
            else:
                return not (any(self._rare) or broker._fundhist)
        # After the coming `next()` these are the figures its value was computed from, unless it
        # moves them itself: then the comparison fails once more, and it is called once more.
        self._cash = broker.cash
        return False
