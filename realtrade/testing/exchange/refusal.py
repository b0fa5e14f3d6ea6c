"""Why the exchange will not do something; each dialect has its own codes for these."""

from __future__ import annotations

from enum import Enum


class Reason(Enum):
    """Everything that matching, accounts and filters can object to."""

    UNKNOWN_SYMBOL = "unknown symbol"
    UNKNOWN_ORDER = "unknown order"
    NOTHING_TO_CANCEL = "nothing to cancel"
    DUPLICATE = "duplicate client order id"
    FUNDS = "insufficient balance"
    MARGIN = "insufficient margin"
    WOULD_TAKE = "a maker order would take"
    WOULD_NOT_FILL = "it cannot be filled whole and at once"
    WOULD_TRIGGER = "the stop would trigger at once"
    REDUCE_ONLY = "nothing to reduce"
    PAIR_PRICES = "prices of the pair contradict each other"
    PRICE_STEP = "price is off the tick"
    QUANTITY_STEP = "quantity is off the lot"
    QUANTITY_RANGE = "quantity is outside its range"
    NOTIONAL = "value is below the least"
    TOO_MANY_ORDERS = "too many open orders"
    TOO_MANY_CONDITIONAL = "too many conditional orders"
    CLOSED = "market is closed"


class Refused(Exception):
    """A request that the exchange answers with an error, having changed nothing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason
