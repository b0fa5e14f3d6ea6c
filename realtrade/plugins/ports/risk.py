"""Risk rules, stops and sizers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from realtrade.plugins.ports.account import AccountView

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from realtrade.model.order import Fill, OrderIntent, Side
    from realtrade.model.verdict import Action, Verdict


class RiskView(AccountView, Protocol):
    """The account plus what must be remembered between bars."""

    @property
    def peak_equity(self) -> Decimal:
        """Highest equity seen since the start."""
        ...

    @property
    def drawdown(self) -> Decimal:
        """Fall from peak equity, a positive fraction."""
        ...

    def reduces(self, intent: OrderIntent) -> bool:
        """Tell whether `intent` can only bring its symbol's position closer to zero."""
        ...


@runtime_checkable
class RiskRule(Protocol):
    """Judges every intent. A rule holds no state: what it must remember is in the view."""

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        ...


@runtime_checkable
class RiskWatch(Protocol):
    """A rule or a stop that also looks at every bar."""

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return what must be done now, usually nothing."""
        ...


class RiskGate(Protocol):
    """All rules of a recipe as the broker sees them. No path to a venue goes around it."""

    def assess(self, intent: OrderIntent, account: AccountView) -> Verdict:
        """Return the first denial, else the smallest resize, else approval."""
        ...

    def on_fill(self, fill: Fill, account: AccountView) -> None:
        """Take note of an execution."""
        ...

    @property
    def watches(self) -> bool:
        """Tell whether `watch` must be called on every bar at all."""
        ...

    def watch(self, account: AccountView) -> Sequence[Action]:
        """Return what the rules want done after this bar."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SizingRequest:
    """What a sizer is asked: how much of `symbol` to trade at about `price`."""

    symbol: str
    side: Side
    price: Decimal
    fee_rate: Decimal
    """Fee as a fraction of notional, to be reserved."""
    closes: bool
    """True when the order closes an open position: the answer is then the position itself."""


class Sizer(Protocol):
    """Turns a signal into a quantity."""

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity before quantizing; zero means no order."""
        ...
