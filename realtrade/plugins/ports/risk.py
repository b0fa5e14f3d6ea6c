"""Risk rules, stops and sizers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Protocol, runtime_checkable

from realtrade.plugins.ports.account import AccountView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.model.order import Fill, OrderIntent, Side
    from realtrade.model.remembered import ClosedTrade, Entry, Halt, Period, Resumed
    from realtrade.model.verdict import Action, Verdict

Unit = Literal["day", "week"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What a rule needs remembered, so that a recipe pays for no more than its rules use.

    A rule says so in an attribute `needs`; a rule without one is given plenty of everything.
    """

    equity: bool = False
    """Peak equity, looked at on every bar."""
    entries: bool = False
    """Highest and lowest price since entry, looked at on every bar while something is held."""
    actions: bool = False
    """Its denials may carry an action."""
    watch: bool = True
    """False: with these settings its `watch`, if it has one, has nothing to look for."""
    orders: int = 0
    """Times of so many newest orders."""
    trades: int = 0
    """So many newest closed trades."""
    trades_within: timedelta = timedelta(0)
    """Every trade closed in this last span."""
    window: timedelta = timedelta(0)
    """The highest equity within this last span."""
    periods: frozenset[tuple[Unit, str]] = frozenset()
    """Equity at the start of days or weeks, each with its time zone."""

    @property
    def per_bar(self) -> bool:
        """Tell whether any of it must be kept up on every bar."""
        return self.equity or self.entries or bool(self.window) or bool(self.periods)

    def __or__(self, other: Needs) -> Needs:
        """Return what serves both."""
        return Needs(
            equity=self.equity or other.equity,
            entries=self.entries or other.entries,
            actions=self.actions or other.actions,
            orders=max(self.orders, other.orders),
            trades=max(self.trades, other.trades),
            trades_within=max(self.trades_within, other.trades_within),
            window=max(self.window, other.window),
            periods=self.periods | other.periods,
        )


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

    @property
    def entries(self) -> Sequence[Entry]:
        """Open positions, each with its past; this bar's high and low are not yet in it."""
        ...

    @property
    def trades(self) -> Sequence[ClosedTrade]:
        """Closed trades, oldest first, as many as the rules need."""
        ...

    @property
    def halts(self) -> Mapping[str, Halt]:
        """Halts in force, by rule."""
        ...

    def reduces(self, intent: OrderIntent) -> bool:
        """Tell whether `intent` only brings its symbol's position closer to zero.

        Orders at work count: market orders against market orders, since both will be filled, and
        resting ones against everything on their side, so that a ladder of exits ends at zero. A
        resting stop never keeps a market order from closing the position it protects. A reduce-only
        order may be larger than the position, since the venue cuts it. A bracket's child that only
        undoes its parent reduces, too.
        """
        ...

    def pending(
        self,
        symbol: str,
        side: Side,
        *,
        beside: OrderIntent | None = None,
        resting: bool = False,
    ) -> Decimal:
        """Return what the open orders on one side would move at most.

        Of orders that cancel each other the largest counts, and reduce-only orders add nothing.
        Left out are `beside` with the orders it would cancel, and with `resting` market orders.
        """
        ...

    def entry(self, symbol: str) -> Entry | None:
        """Return the open position of `symbol` with its past, or None when flat."""
        ...

    def extended(self, entry: Entry) -> Entry:
        """Return `entry` with this bar's high and low taken in.

        Of a bar that began before the entry, and of one already seen, only the close counts.
        """
        ...

    def level(self, rule: str, symbol: str) -> Decimal | None:
        """Return where `rule`'s stop stood after the last bar, or None: a stop never steps back."""
        ...

    def orders_since(self, time_ms: int) -> int:
        """Return how many orders were let through after `time_ms`."""
        ...

    def period(self, unit: Unit, timezone: str) -> Period:
        """Return the present day or week of a time zone with the equity at its start."""
        ...

    def peak_within(self, window: timedelta) -> Decimal:
        """Return the highest equity of the last `window`."""
        ...

    def resumed(self, rule: str) -> Resumed | None:
        """Return when a halt of `rule` last ended: it counts nothing from before."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Where a rule stands against its limit, for people."""

    rule: str
    value: Decimal
    limit: Decimal
    breached: bool
    text: str
    """Subject, fact and limit: `drawdown 12.00% of 15.00%`."""
    floor: bool = False
    """True: `limit` is the least that `value` may be, not the most."""

    @property
    def left(self) -> Decimal:
        """Return the head-room in the reading's own units; zero from the limit on."""
        room = self.value - self.limit if self.floor else self.limit - self.value
        return max(room, Decimal(0))


@dataclass(frozen=True, slots=True)
class Protection:
    """Where an order of its own is to give a position up, resting at the venue."""

    symbol: str
    level: Decimal
    rule: str


@dataclass(frozen=True, slots=True)
class Target:
    """Where an order of its own is to take a part of a position home, resting at the venue."""

    symbol: str
    level: Decimal
    quantity: Decimal
    """Unsigned; all targets of a symbol together are no more than is held."""
    rule: str


@runtime_checkable
class RiskRule(Protocol):
    """Judges every intent. A rule holds no state: what it must remember is in the view.

    It may have a `name`, the key of its block in the recipe, and `needs`, see `Needs`.
    """

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        ...


@runtime_checkable
class RiskWatch(Protocol):
    """A rule or a stop that also looks at every bar."""

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return what must be done now, usually nothing."""
        ...


@runtime_checkable
class RestsTargets(Protocol):
    """A rule that takes gains home, and can say where orders for that would rest.

    It is asked where its `place` is `exchange`.
    """

    def targets(self, entry: Entry, view: RiskView) -> Sequence[Target]:
        """Return what is to be taken home of one position, nearest first."""
        ...


@runtime_checkable
class RiskGauge(Protocol):
    """A rule that can tell how far from its limit it is."""

    def reading(self, view: RiskView) -> Reading:
        """Return where the rule stands now."""
        ...


class RiskGate(Protocol):
    """All rules of a recipe as the broker sees them. No path to a venue goes around it."""

    def assess(self, intent: OrderIntent, account: AccountView) -> Verdict:
        """Return the first denial, else the smallest resize, else approval.

        `intent` is not yet among the account's open orders.
        """
        ...

    def reduces(self, intent: OrderIntent, account: AccountView) -> bool:
        """Tell whether `intent`, new or at work, only brings a position closer to zero."""
        ...

    @property
    def silent(self) -> bool:
        """Tell whether, as things stand, `assess` approves any order and `on_fill` is forgotten.

        Neither need be called then.
        """
        ...

    def on_fill(self, fill: Fill, account: AccountView) -> None:
        """Take note of an execution.

        Called once for each, in order, right after `account` has applied it.
        """
        ...

    @property
    def remembered(self) -> Mapping[str, Any]:
        """What must outlive the process, in plain JSON values."""
        ...

    @property
    def watches(self) -> bool:
        """Tell whether `watch` must be called on every bar at all; the answer never changes."""
        ...

    def watch(self, account: AccountView) -> Sequence[Action]:
        """Return what the rules want done after this bar, before the strategy sees it.

        HALT: tell people and cancel open orders that do not reduce; the gate denies by itself.
        FLATTEN: cancel what rests and close every position by reduce-only market orders; it is
        asked for again until nothing is held. CLOSE: close `fraction` of one symbol's position by
        such an order, cancelling its resting exits first when that is all of it; it is not asked
        for again while one is at work. Each order made of an action passes `assess` like any other.
        """
        ...

    def look_back(self, account: AccountView) -> Sequence[Action]:
        """Take in a bar from before a live start, in place of `watch`; return what was left to do.

        Its prices are gone, and what is held now need not have been held then: no rule is asked.
        """
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
    stop_price: Decimal | None = None
    """Where the position would be given up, when the strategy knows."""


class Sizer(Protocol):
    """Turns a signal into a quantity."""

    def quantity(self, request: SizingRequest, account: AccountView) -> Decimal:
        """Return an unsigned quantity before quantizing; zero means no order."""
        ...
