"""What follows from a look at the exchange: limits, a halt, or trading."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from realtrade.execution.reconcile import (
    Consequence,
    Finding,
    Kind,
    Known,
    Names,
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
        self.adjust: Callable[[str, Position, Position, str], None] | None = None
        """Sets a position that differs by dust; without it people are told, nothing is set."""
        self._view: AccountView | None = None
        self._last: frozenset[tuple[Kind, str, Decimal]] = frozenset()
        self._told: set[str] = set()

    def bind(self, view: AccountView) -> None:
        """Compare the positions of `view`."""
        self._view = view

    def conclude(self, snapshot: Snapshot) -> tuple[Sequence[Finding], bool]:
        """Return the findings, and whether to look again before anything follows from them."""
        known = Known(
            orders={name: order.intent for name, order in self._dispatch.orders.items()},
            positions={} if self._view is None else self._view.positions,
            seen=frozenset(self._dispatch.seen),
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
        self._follow(findings)
        return findings, False

    def _follow(self, findings: Sequence[Finding]) -> None:
        """Do what the table says of findings that have lasted."""
        for finding in findings:
            self._note(finding)
        self._tell_new(findings)
        standing, limited = self._dispatch.standing, limits(findings)
        # Executions of ours that nobody can book are as bad as a difference without a reason.
        limited |= {each.symbol: each.message for each in findings if each.kind is Kind.EXPLAINED}
        standing.limit(limited)
        halting = first(findings, Consequence.HALT)
        limiting = first(findings, Consequence.REDUCE_ALL)
        if halting is not None:
            self._dispatch.halt(halting.message)
        elif limiting is not None:
            standing.move(Step.LIMITED, limiting.message)
        elif self._dispatch.searches.healthy_since_s is not None:
            standing.move(Step.AGREED)

    def _note(self, finding: Finding) -> None:
        if finding.consequence is Consequence.ADJUST and self.adjust is not None:
            view = self._view
            before = Position() if view is None else view.position(finding.symbol)
            after = Position(finding.theirs, before.price)
            self.adjust(finding.symbol, before, after, finding.message)

    def _tell_new(self, findings: Sequence[Finding]) -> None:
        """Tell people of each finding when it is first seen; one that comes back is new."""
        worth = {
            finding.message
            for finding in findings
            if finding.consequence not in {Consequence.NOTHING, Consequence.ASK}
        }
        for message in sorted(worth - self._told):
            self._dispatch.tell(EventType.ACCOUNT_DIFFERS, message)
        self._told = worth


def _nobody(order: VenueOrder) -> bool:
    return False
