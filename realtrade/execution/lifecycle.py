"""Which way an order may move: one table, and the one function that reads it."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType

from realtrade.model.order import OrderStatus as S
from realtrade.plugins.ports.venue import ReportKind as K


class OwnStep(StrEnum):
    """Moves of an order that are ours and not the venue's."""

    SUBMITTED = "submitted"
    DENIED = "denied"

    __hash__ = str.__hash__  # as the other half of the table's keys


TERMINAL = frozenset({S.FILLED, S.CANCELLED, S.EXPIRED, S.DENIED, S.REJECTED, S.MARGIN})
"""Statuses an order never leaves."""

# A pair that is not listed changes nothing: venues repeat themselves and answer late.
_MOVES = MappingProxyType(
    {
        (S.CREATED, OwnStep.DENIED): S.DENIED,
        (S.CREATED, OwnStep.SUBMITTED): S.SUBMITTED,
        (S.SUBMITTED, K.ACCEPTED): S.ACCEPTED,
        # The fill can overtake the acceptance; the acceptance that follows is then old news.
        (S.SUBMITTED, K.FILLED): S.PARTIALLY_FILLED,
        (S.SUBMITTED, K.REJECTED): S.REJECTED,
        (S.SUBMITTED, K.MARGIN): S.MARGIN,
        (S.SUBMITTED, K.CANCELLED): S.CANCELLED,
        # Immediate-or-cancel orders can end before anyone said that they began.
        (S.SUBMITTED, K.EXPIRED): S.EXPIRED,
        (S.ACCEPTED, K.FILLED): S.PARTIALLY_FILLED,
        (S.ACCEPTED, K.CANCELLED): S.CANCELLED,
        (S.ACCEPTED, K.EXPIRED): S.EXPIRED,
        # A conditional order can be refused when it triggers, long after it was accepted.
        (S.ACCEPTED, K.REJECTED): S.REJECTED,
        (S.ACCEPTED, K.MARGIN): S.MARGIN,
        (S.PARTIALLY_FILLED, K.FILLED): S.PARTIALLY_FILLED,
        (S.PARTIALLY_FILLED, K.CANCELLED): S.CANCELLED,
        (S.PARTIALLY_FILLED, K.EXPIRED): S.EXPIRED,
        (S.PARTIALLY_FILLED, K.REJECTED): S.REJECTED,
        # The part that closed a position was executed, the part that opens one finds no money.
        (S.PARTIALLY_FILLED, K.MARGIN): S.MARGIN,
    }
)


def advance(status: S, step: K | OwnStep, *, complete: bool = False) -> S:
    """Return where an order stands after `step`.

    `complete` tells, for a fill, that nothing is left to execute.

    Terminal statuses are sticky. A fill that arrives after a cancel leaves the order cancelled,
    and is still money: the ledger books it whatever this table says.
    """
    moved = _MOVES.get((status, step), status)
    if complete and step is K.FILLED and moved is S.PARTIALLY_FILLED:
        return S.FILLED
    return moved


def is_over(status: S) -> bool:
    """Tell whether nothing more can become of an order in this status."""
    return status in TERMINAL
