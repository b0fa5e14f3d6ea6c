"""What to do about an exchange's answer: one table for placing, cancelling and asking.

A row is found by what was requested, how far the sending had come, and the outcome. It gives where
the sending stands then and what has to be done, as values: nothing here does anything.

One property holds for every row, and a test tries them all: an order is sent again only after an
outcome that proves that the exchange did nothing, and never once anybody has seen it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from realtrade.plugins.ports.gateway import Outcome as O  # noqa: N817  # a letter in a table of many rows
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.model.account import VenueOrder
    from realtrade.model.order import Fill, OrderIntent
    from realtrade.plugins.ports.gateway import Answer

CANCEL_AGAIN_S = 1.0
"""Cancels may be repeated, so they are, at this pace."""
LOOK_AT_ONCE_S = 0.0
FIRST_LOOK_S = 0.5
"""An order whose outcome is unknown is first looked for after this long."""
_RESEND_S = (0.25, 0.5, 1.0, 2.0, 4.0)
_THROTTLED_S = 1.0
"""How long nothing is sent when the exchange says "too fast" without saying for how long."""
KEY_REFUSED = "the exchange refuses the key"
"""How the reason of such a halt begins: it is the one that a start looks into itself."""
_LOST_KEY_S = 30.0
"""How long after a refused key the exchange is asked again about an order it may have."""


class Request(StrEnum):
    """What an exchange was asked to do about one order."""

    PLACE = "place"
    CANCEL = "cancel"
    FIND = "find"

    __hash__ = str.__hash__  # half of the table's keys


class Stage(StrEnum):
    """How far the sending of an order has come."""

    WAITING = "waiting"
    """Nothing has left us: it waits for its turn, its parent, or to be sent again."""
    SENDING = "sending"
    """With the courier, for one request; no answer yet."""
    UNKNOWN = "unknown"
    """It may be at the exchange or not; never to be sent again."""
    PLACED = "placed"
    """The exchange has, or had, it: it said so itself."""
    ABSENT = "absent"
    """Taken for never placed, after a long search. A tombstone: should it turn up, it is ours."""
    REFUSED = "refused"
    """It never was at the exchange and never will be."""

    __hash__ = str.__hash__  # as above


@dataclass(frozen=True, slots=True)
class Tell:
    """Report to the broker; terminal kinds only, everything else is told by `Apply`."""

    kind: ReportKind
    reason: str


@dataclass(frozen=True, slots=True)
class Apply:
    """Book what the exchange told of the order."""

    order: VenueOrder
    fills: Sequence[Fill]


@dataclass(frozen=True, slots=True)
class SendAgain:
    """Send the order once more, under the same id: nothing was done with it so far."""

    after_s: float


@dataclass(frozen=True, slots=True)
class CancelAgain:
    """Ask for the cancel once more."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask for the order by its client id."""

    after_s: float


@dataclass(frozen=True, slots=True)
class Missed:
    """The exchange was asked and knows no such order: one clean look without a find."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Send nothing at all for so long, also after a restart; cancels go first then."""

    retry_after_s: float


@dataclass(frozen=True, slots=True)
class Resync:
    """Measure the exchange's clock anew before anything else is sent."""


@dataclass(frozen=True, slots=True)
class Halt:
    """Let nothing but cancels through until a person has looked."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell people."""

    message: str


Effect = Tell | Apply | SendAgain | CancelAgain | Ask | Missed | Gate | Resync | Halt | Alert


@dataclass(frozen=True, slots=True)
class Decision:
    """Where the sending stands now, and what has to be done, in this order."""

    stage: Stage
    effects: tuple[Effect, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One answer, and what matters about the order it is of."""

    stage: Stage
    intent: OrderIntent
    """As it was sent."""
    answer: Answer
    tries: int = 1
    """Requests made for this order so far."""
    may_send: bool = True
    """The order is still wanted: not cancelled, not expired, not too old."""
    resynced: bool = False
    """The clock was measured anew for this order once before."""

    @property
    def subject(self) -> str:
        """Name the order for people."""
        intent = self.intent
        return f"{intent.side} {intent.quantity} {intent.symbol} ({intent.client_order_id})"

    def told(self) -> str:
        """Return the exchange's reason with its number."""
        code = "" if self.answer.code is None else f" [{self.answer.code}]"
        return f"{self.answer.reason or self.answer.outcome}{code}"


def decide(request: Request, case: Case) -> Decision:
    """Return what follows from one answer."""
    table = _FIRST if case.stage is Stage.SENDING and request is Request.PLACE else _LATER
    return table[request, case.answer.outcome](case)


def mismatch(intent: OrderIntent, order: VenueOrder) -> str | None:
    """Return in what an exchange's order differs from the intent of the same id, or None.

    A bracket's child may be smaller than its intent: it was cut to what its parent had bought. So
    may a reduce-only order, which some exchanges cut to the position.
    """
    cut = intent.parent_id is not None or intent.reduce_only
    smaller = cut and order.quantity < intent.quantity
    if order.quantity != intent.quantity and not smaller:
        return f"its quantity is {order.quantity}, ours {intent.quantity}"
    if (order.symbol, order.side) != (intent.symbol, intent.side):
        return f"it is a {order.side} of {order.symbol}, ours a {intent.side} of {intent.symbol}"
    prices = order.limit_price, intent.limit_price
    if None not in prices and prices[0] != prices[1]:
        return f"its limit is {prices[0]}, ours {prices[1]}"
    return None


# -- rows: placing, answer to the request under way ----------------------------------------------


def _acknowledged(case: Case) -> Decision:
    order = case.answer.order
    if order is None or not order.venue_order_id:
        return Decision(Stage.UNKNOWN, (Ask(FIRST_LOOK_S),))
    if order.client_order_id != case.intent.client_order_id:
        # Somebody else's answer: says nothing about ours.
        return Decision(Stage.UNKNOWN, (Ask(FIRST_LOOK_S),))
    return _seen(case)


def _seen(case: Case) -> Decision:
    """Book an order the exchange tells of; one that is not what was sent halts everything."""
    order = case.answer.order
    if order is None or order.client_order_id != case.intent.client_order_id:
        return _nothing_learnt(case)
    wrong = mismatch(case.intent, order)
    told = Apply(order, case.answer.fills)
    if wrong is None:
        return Decision(Stage.PLACED, (told,))
    reason = f"{case.subject}: the exchange has another order of this id: {wrong}"
    return Decision(Stage.PLACED, (Halt(reason), Alert(reason), told))


def _refused(case: Case) -> Decision:
    return Decision(Stage.REFUSED, (Tell(ReportKind.REJECTED, case.told()),))


def _no_money(case: Case) -> Decision:
    return Decision(Stage.REFUSED, (Tell(ReportKind.MARGIN, case.told()),))


def _look_now(case: Case) -> Decision:
    """Fetch an order of this id that is there already; comparing follows with the answer."""
    return Decision(Stage.UNKNOWN, (Ask(LOOK_AT_ONCE_S),))


def _search(case: Case) -> Decision:
    return Decision(Stage.UNKNOWN, (Ask(FIRST_LOOK_S),))


def _not_sent(case: Case) -> Decision:
    return _again(case, _RESEND_S[min(case.tries, len(_RESEND_S)) - 1])


def _throttled(case: Case) -> Decision:
    gate = Gate(_wait_s(case))
    again = _again(case, gate.retry_after_s)
    return Decision(again.stage, (gate, *again.effects))


def _clock(case: Case) -> Decision:
    if case.resynced:
        reason = f"{case.subject}: refused for its time twice, the clock cannot be set"
        return Decision(Stage.REFUSED, (Tell(ReportKind.REJECTED, case.told()), Alert(reason)))
    again = _again(case, 0.0)
    return Decision(again.stage, (Resync(), *again.effects))


def _again(case: Case, after_s: float) -> Decision:
    if case.may_send:
        return Decision(Stage.WAITING, (SendAgain(after_s),))
    reason = f"never sent, and no longer wanted: {case.told()}"
    return Decision(Stage.REFUSED, (Tell(ReportKind.EXPIRED, reason),))


def _locked_out(case: Case) -> Decision:
    halts = _halt(case).effects
    return Decision(Stage.REFUSED, (*halts, Tell(ReportKind.REJECTED, case.told())))


# -- rows: everything else -----------------------------------------------------------------------


def _keep(case: Case) -> Decision:
    return Decision(case.stage)


def _ask_what_it_is(case: Case) -> Decision:
    """Ask: the exchange contradicts itself, or knows no such open order, which proves little."""
    return Decision(case.stage, (Ask(LOOK_AT_ONCE_S),))


def _nothing_learnt(case: Case) -> Decision:
    return Decision(case.stage, (Ask(FIRST_LOOK_S),))


def _missed(case: Case) -> Decision:
    return Decision(case.stage, (Missed(),))


def _gate_only(case: Case) -> Decision:
    return Decision(case.stage, (Gate(_wait_s(case)),))


def _gate_then_ask(case: Case) -> Decision:
    return Decision(case.stage, (Gate(_wait_s(case)), Ask(_wait_s(case))))


def _gate_then_cancel(case: Case) -> Decision:
    return Decision(case.stage, (Gate(_wait_s(case)), CancelAgain(_wait_s(case))))


def _resync_only(case: Case) -> Decision:
    return Decision(case.stage, (Resync(),))


def _resync_then_ask(case: Case) -> Decision:
    return Decision(case.stage, (Resync(), Ask(FIRST_LOOK_S)))


def _resync_then_cancel(case: Case) -> Decision:
    return Decision(case.stage, (Resync(), CancelAgain(CANCEL_AGAIN_S)))


def _cancel_again(case: Case) -> Decision:
    return Decision(case.stage, (CancelAgain(CANCEL_AGAIN_S),))


def _halt(case: Case) -> Decision:
    reason = f"{KEY_REFUSED}: {case.told()}"
    return Decision(case.stage, (Halt(reason), Alert(reason)))


def _halt_and_ask(case: Case) -> Decision:
    return Decision(case.stage, (*_halt(case).effects, Ask(_LOST_KEY_S)))


def _cancelled(case: Case) -> Decision:
    order = case.answer.order
    if order is None or order.client_order_id != case.intent.client_order_id:
        return _ask_what_it_is(case)
    return Decision(Stage.PLACED, (Apply(order, case.answer.fills),))


def _wait_s(case: Case) -> float:
    said = case.answer.retry_after_s
    return _THROTTLED_S if said is None else said


_FIRST: Mapping[tuple[Request, O], Callable[[Case], Decision]] = MappingProxyType(
    {
        (Request.PLACE, O.ACK): _acknowledged,
        (Request.PLACE, O.REJECTED): _refused,
        (Request.PLACE, O.MARGIN): _no_money,
        (Request.PLACE, O.EXISTS): _look_now,
        # "No such order" is no answer to placing one.
        (Request.PLACE, O.ABSENT): _search,
        (Request.PLACE, O.NOT_SENT): _not_sent,
        (Request.PLACE, O.THROTTLED): _throttled,
        (Request.PLACE, O.CLOCK): _clock,
        (Request.PLACE, O.AUTH): _locked_out,
        (Request.PLACE, O.UNKNOWN): _search,
    }
)
"""The answer to a placing that nobody has heard of otherwise."""

_LATER: Mapping[tuple[Request, O], Callable[[Case], Decision]] = MappingProxyType(
    {
        # The user stream was faster than the answer: whatever this says, the order is there.
        (Request.PLACE, O.ACK): _seen,
        (Request.PLACE, O.REJECTED): _ask_what_it_is,
        (Request.PLACE, O.MARGIN): _ask_what_it_is,
        (Request.PLACE, O.EXISTS): _ask_what_it_is,
        (Request.PLACE, O.ABSENT): _ask_what_it_is,
        (Request.PLACE, O.NOT_SENT): _keep,
        (Request.PLACE, O.THROTTLED): _gate_only,
        (Request.PLACE, O.CLOCK): _resync_only,
        (Request.PLACE, O.AUTH): _halt,
        (Request.PLACE, O.UNKNOWN): _keep,
        (Request.CANCEL, O.ACK): _cancelled,
        # A refused cancel says that the order is not open: filled, cancelled, or never there.
        (Request.CANCEL, O.REJECTED): _ask_what_it_is,
        (Request.CANCEL, O.MARGIN): _ask_what_it_is,
        (Request.CANCEL, O.EXISTS): _ask_what_it_is,
        (Request.CANCEL, O.ABSENT): _ask_what_it_is,
        (Request.CANCEL, O.NOT_SENT): _cancel_again,
        (Request.CANCEL, O.THROTTLED): _gate_then_cancel,
        (Request.CANCEL, O.CLOCK): _resync_then_cancel,
        (Request.CANCEL, O.AUTH): _halt_and_ask,
        (Request.CANCEL, O.UNKNOWN): _cancel_again,
        (Request.FIND, O.ACK): _seen,
        (Request.FIND, O.REJECTED): _nothing_learnt,
        (Request.FIND, O.MARGIN): _nothing_learnt,
        (Request.FIND, O.EXISTS): _nothing_learnt,
        (Request.FIND, O.ABSENT): _missed,
        (Request.FIND, O.NOT_SENT): _nothing_learnt,
        (Request.FIND, O.THROTTLED): _gate_then_ask,
        (Request.FIND, O.CLOCK): _resync_then_ask,
        (Request.FIND, O.AUTH): _halt_and_ask,
        (Request.FIND, O.UNKNOWN): _nothing_learnt,
    }
)
"""Every other answer."""
