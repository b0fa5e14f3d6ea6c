"""Memory that outlives the process."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager

    from realtrade.model.events import Event
    from realtrade.model.order import Fill, OrderIntent, OrderStatus, Position
    from realtrade.plugins.ports.gateway import Outcome


class JournalError(Exception):
    """Nothing could be remembered or recalled; the message says why and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One sending of one order."""

    client_order_id: str
    number: int
    """1 for the first; a second follows only an outcome that proves nothing was done.

    0 is no sending: the venue has taken the order, and holds it back until its parent is filled.
    """
    dead_at_ms: int
    """From then on, on the exchange's clock, this sending can no longer take effect."""
    outcome: Outcome | None = None
    """None while no answer was remembered: it may or may not have left."""
    venue_order_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownOrder:
    """An order as the journal has it."""

    intent: OrderIntent
    status: OrderStatus
    attempts: Sequence[Attempt] = ()
    """Oldest first; none when the process ended between deciding and sending."""
    fills: Sequence[Fill] = ()
    untold: bool = False
    """It has moved since the newest mark of any feed: strategies hear of it with the next bar."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recalled:
    """What a start begins with."""

    orders: Sequence[KnownOrder] = ()
    """Orders not over, their parents, those `untold`, and all decided on the newest marked bar or
    later; oldest first."""
    seen: frozenset[tuple[str, str]] = frozenset()
    """Symbol and trade id of every fill booked; a journal that is one that `KnowsFills` may leave
    out all but the newest."""
    positions: Mapping[str, Position] = field(default_factory=dict)
    """What is held by our own fills, by symbol; zero positions are left out."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    bars: Mapping[str, int] = field(default_factory=dict)
    """Open time of the newest bar each feed's strategy is done with, milliseconds."""
    risk: Mapping[str, Any] | None = None
    """What the risk rules remembered, as they wrote it."""
    strategy: Mapping[str, Any] | None = None
    """What the strategy remembered, as it wrote it."""
    fresh: bool = True
    """True when nothing was ever remembered here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """An event that somebody still has to be told of."""

    number: int
    """Grows with every event."""
    event: Event
    route: str


class Journal(Protocol):
    """What is remembered before it is acted on.

    Each call is one commit, those inside `together` are one commit, and `together` inside another
    is a part of it. Safe from any thread; a thread waits while another is inside `together`. Every
    method raises `JournalError` when nothing could be written: whoever called must then not act.
    When a part of `together` could not be written, nothing of it was, even if that error is caught.
    """

    def together(self) -> AbstractContextManager[None]:
        """Commit everything remembered inside at once, or, when it is left by an error, nothing."""
        ...

    def intent(self, intent: OrderIntent) -> None:
        """Remember an intent before anything is sent; an equal one again is harmless.

        Raises:
            JournalError: another intent has the same client order id, or nothing can be written.
        """
        ...

    def attempt(self, attempt: Attempt) -> None:
        """Remember that an order is about to be sent, or what its sending came to."""
        ...

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        """Remember that an order moved.

        An order that our own rules denied was never an intent: nothing of it is remembered.

        Raises:
            JournalError: there is no such intent, or nothing can be written.
        """
        ...

    def fill(self, fill: Fill) -> bool:
        """Remember an execution; False when it was known: then nothing may be booked.

        Known by symbol and trade id. More than the order's quantity is remembered as well: it is
        money all the same.

        Raises:
            JournalError: there is no such intent, or nothing can be written.
        """
        ...

    def position(self, symbol: str, position: Position) -> None:
        """Remember what is held of a symbol by our own fills."""
        ...

    def adjust(self, symbol: str, before: Position, after: Position, reason: str) -> None:
        """Remember that a position was set by something else than a fill, and why; and set it."""
        ...

    def cursor(self, name: str, value: str) -> None:
        """Remember how far something was read, such as `fills:BTC/USDT`."""
        ...

    def bar(self, feed: str, time_ms: int) -> None:
        """Remember that a strategy is done with a feed's bar of that open time."""
        ...

    def risk(self, memory: Mapping[str, Any]) -> None:
        """Remember what the risk rules remember: plain JSON values."""
        ...

    def strategy(self, memory: Mapping[str, Any]) -> None:
        """Remember what the strategy wants to find again: plain JSON values."""
        ...

    def event(self, event: Event, routes: Sequence[str] = ()) -> None:
        """Remember something worth telling people, and by which routes they are to be told."""
        ...

    def undelivered(self) -> Sequence[Undelivered]:
        """Return what somebody still has to be told of, oldest first; cheap, and never waits."""
        ...

    def delivered(self, number: int, route: str) -> None:
        """Remember that an event was told by a route."""
        ...

    def command(self, name: str, number: str) -> bool:
        """Remember a person's command by its own number; False when it was known already."""
        ...

    def recall(self) -> Recalled:
        """Return what a start needs."""
        ...

    def close(self) -> None:
        """Finish writing."""
        ...


@runtime_checkable
class KnowsOrders(Protocol):
    """A journal that tells of any order, however old, whether it is in it.

    What is long over may take a look into a database: ask only about ids of our form.
    """

    def knows(self, client_order_id: str) -> bool:
        """Tell whether there is an intent of that id.

        Raises:
            JournalError: it cannot be looked up.
        """
        ...


@runtime_checkable
class KnowsFills(Protocol):
    """A journal that tells of any execution, however old, whether it is in it."""

    def booked(self, symbol: str, trade_id: str) -> bool:
        """Tell whether an execution was remembered; safe from any thread.

        Raises:
            JournalError: it cannot be looked up.
        """
        ...
