"""What follows from a look at the exchange: limits, a halt, trading, or its books taken for right.

By default nothing is made to agree but dust. A recipe may decide beforehand about a position that
differs (`orders.on_difference`), a person may decide about all there is, with `realtrade adopt`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from realtrade.execution.reconcile import (
    Consequence,
    Finding,
    Kind,
    Known,
    Names,
    OnDifference,
    adopted,
    first,
    limits,
    reconcile,
)
from realtrade.execution.state import Step
from realtrade.model.events import EventType
from realtrade.model.order import Position

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.execution.identity import Naming
    from realtrade.execution.reconcile import Snapshot
    from realtrade.model.account import VenueOrder
    from realtrade.model.instrument import Instrument
    from realtrade.plugins.ports.account import AccountView

_POSITIONS = frozenset({Kind.EXPLAINED, Kind.UNEXPLAINED, Kind.FLIPPED, Kind.DUST})
_DIFFERENCES = frozenset({Kind.UNEXPLAINED, Kind.FLIPPED})
_UNDECIDED = frozenset({Kind.UNEXPLAINED, Kind.FLIPPED, Kind.ORPHAN})
"""What a person can put right by saying that the exchange is right."""


_UNHEARD = "the account's events are lost, and requests alone tell what is held"
_DECIDE = "; `realtrade adopt` takes it over, should it be in order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """A position that is set, because the exchange is taken to be right."""

    symbol: str
    before: Position
    after: Position
    external: Decimal
    """What others hold of it from then on."""
    reason: str
    close: bool = False
    """It is to be closed then."""


class Comparison:
    """Compares snapshots with what is booked, tells each finding once, moves the standing."""

    AGAIN_S: ClassVar[float] = 2.0
    """A difference must be there twice, so far apart, before anything follows from it."""

    def __init__(self, dispatch: Dispatch, naming: Naming) -> None:
        self._dispatch = dispatch
        self.instruments: Sequence[Instrument] = ()
        self._owns = naming.owns
        self.derives: Callable[[VenueOrder], bool] = _nobody
        """Tells whether an order, unknown to the journal, has a name we would have given it."""
        self.adopt: Callable[[VenueOrder], None] | None = None
        """Takes over an order nobody here knew; without it people are told, nothing is done."""
        self.adjust: Callable[[Adjustment], None] | None = None
        """Sets a position; without it people are told, nothing is set."""
        self.on_difference = OnDifference.REDUCE_ONLY
        self._accepts = False
        self._view: AccountView | None = None
        self._last: frozenset[tuple[Kind, str, Decimal]] = frozenset()
        self._told: set[str] = set()

    def bind(self, view: AccountView) -> None:
        """Compare the positions of `view`."""
        self._view = view

    def accept(self) -> None:
        """Take the exchange to be right in all that the next look finds: a person said so."""
        self._accepts = True

    def conclude(self, snapshot: Snapshot) -> tuple[Sequence[Finding], bool]:
        """Return the findings, and whether to look again before anything follows from them."""
        known = Known(
            orders={name: order.intent for name, order in self._dispatch.orders.items()},
            positions={} if self._view is None else self._view.positions,
            seen=self._dispatch.seen.has,
            external=self._dispatch.trades.external(),
        )
        names = Names(owns=self._owns, derives=self.derives)
        findings = reconcile(snapshot, known, self.instruments, names)
        differing = frozenset(
            (each.kind, each.symbol, each.theirs - each.ours)
            for each in findings
            if each.kind in _POSITIONS
        )
        new, self._last = differing - self._last, differing
        if new:
            return findings, True
        decided = self._decide(findings, snapshot)
        self._follow(decided)
        return findings, False

    def _decide(self, findings: Sequence[Finding], snapshot: Snapshot) -> list[Finding]:
        """Make agree what may be made so; return what is left."""
        accepts, self._accepts = self._accepts, False
        orders = {order.client_order_id: order for order in snapshot.orders}
        left = []
        for finding in findings:
            order = orders.get(finding.client_order_id)
            if order is not None and self._takes_order(finding, accepts=accepts):
                self._adopt_order(finding, order)
            elif self._takes_position(finding, accepts=accepts):
                self._adopt_position(finding, snapshot, accepts=accepts)
            else:
                left.append(finding)
        return left

    def _takes_order(self, finding: Finding, *, accepts: bool) -> bool:
        wanted = finding.kind is Kind.ADOPT or (accepts and finding.kind is Kind.ORPHAN)
        return wanted and self.adopt is not None and self._carries(finding.symbol)

    def _adopt_order(self, finding: Finding, order: VenueOrder) -> None:
        if self.adopt is not None:
            self.adopt(order)
            self._dispatch.tell(EventType.ACCOUNT_DIFFERS, f"{finding.message}; taken over")

    def _takes_position(self, finding: Finding, *, accepts: bool) -> bool:
        if self.adjust is None or not self._carries(finding.symbol):
            return False
        if finding.kind is Kind.DUST:
            return True
        told = self.on_difference in {OnDifference.ADOPT, OnDifference.FLATTEN}
        decided = told and finding.kind is Kind.UNEXPLAINED
        return decided or (accepts and finding.kind in _DIFFERENCES)

    def _carries(self, symbol: str) -> bool:
        """Tell whether a symbol is traded: what is only looked at can hold nothing of ours."""
        try:
            return self._view is not None and self._view.instrument(symbol) is not None
        except KeyError:
            return False

    def _adopt_position(self, finding: Finding, snapshot: Snapshot, *, accepts: bool) -> None:
        """Set a position to what is there; dust is not worth telling of."""
        if self.adjust is None or self._view is None:
            return
        dust = finding.kind is Kind.DUST
        close = self.on_difference is OnDifference.FLATTEN and not (accepts or dust)
        if not dust:
            done = "taken over, and closed" if close else "taken over"
            self._dispatch.tell(EventType.ACCOUNT_DIFFERS, f"{finding.message}; {done}")
        there = snapshot.state.positions.get(finding.symbol, Position())
        before = self._view.position(finding.symbol)
        self.adjust(_adjustment(finding, before, there, close=close))

    def _follow(self, findings: Sequence[Finding]) -> None:
        """Do what the table says of findings that have lasted."""
        self._tell_new(findings)
        standing, limited = self._dispatch.standing, limits(findings)
        # Executions of ours that nobody can book are as bad as a difference without a reason.
        limited |= {each.symbol: each.message for each in findings if each.kind is Kind.EXPLAINED}
        standing.limit(limited)
        halting = first(findings, Consequence.HALT) or self._halting(findings)
        limiting = first(findings, Consequence.REDUCE_ALL)
        if halting is not None:
            self._dispatch.halt(halting.message)
        elif limiting is not None:
            standing.move(Step.LIMITED, limiting.message)
        elif self._dispatch.searches.healthy_since_s is not None:
            standing.move(Step.AGREED)
        else:
            standing.move(Step.LIMITED, _UNHEARD)

    def _halting(self, findings: Sequence[Finding]) -> Finding | None:
        """Return what the recipe wants to halt for."""
        if self.on_difference is not OnDifference.HALT:
            return None
        return next((each for each in findings if each.kind is Kind.UNEXPLAINED), None)

    def _tell_new(self, findings: Sequence[Finding]) -> None:
        """Tell people of each finding when it is first seen; one that comes back is new."""
        worth = {
            finding.message + (_DECIDE if finding.kind in _UNDECIDED else "")
            for finding in findings
            if finding.consequence not in {Consequence.NOTHING, Consequence.ASK}
        }
        for message in sorted(worth - self._told):
            self._dispatch.tell(EventType.ACCOUNT_DIFFERS, message)
        self._told = worth


def _adjustment(finding: Finding, before: Position, there: Position, *, close: bool) -> Adjustment:
    """Return what a position is set to: at its own price, at the exchange's where it has grown."""
    quantity, external = adopted(before.quantity, finding)
    grown = before.quantity * quantity <= 0 or abs(quantity) > abs(before.quantity)
    price = (there.price if grown else before.price) or before.price
    return Adjustment(
        symbol=finding.symbol,
        before=before,
        after=Position(quantity, price) if quantity else Position(),
        external=external,
        reason=finding.message,
        close=close,
    )


def _nobody(order: VenueOrder) -> bool:
    return False
