"""The port to a real exchange's account: one blocking call a request, one stream of events.

`common.live` makes a `Venue` of it. A gateway translates and classifies; it never resends, never
decides, and what it cannot place as asked it refuses by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from realtrade.plugins.ports.exchange import Exchange

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.account import AccountEvent, AccountState, VenueOrder
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, OrderIntent


class Outcome(StrEnum):
    """What a request that changes something came to. Everything unclear is UNKNOWN."""

    ACK = "ack"
    """Done, and the answer names the order by both ids."""
    REJECTED = "rejected"
    """A definite refusal; the exchange will never act on it."""
    MARGIN = "margin"
    """A definite refusal for want of money."""
    EXISTS = "exists"
    """An order of this client id is open already."""
    ABSENT = "absent"
    """Asked about or cancelled: the exchange knows no such order, which proves little."""
    NOT_SENT = "not_sent"
    """No byte left: no connection could be made."""
    THROTTLED = "throttled"
    """Refused for its rate, before it was looked at."""
    CLOCK = "clock"
    """Refused because our clock is off, before it was looked at."""
    AUTH = "auth"
    """Refused because of the key, its rights or its signature."""
    UNKNOWN = "unknown"
    """It may have been done or not; never to be sent again."""

    __hash__ = str.__hash__


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back. No gateway method raises for anything an exchange or a network does."""

    outcome: Outcome
    order: VenueOrder | None = None
    """The order, where the answer tells of one."""
    fills: Sequence[Fill] = ()
    """Executions, where the answer tells of them."""
    code: int | None = None
    """The exchange's own number for what went wrong."""
    reason: str = ""
    """Without secrets, for people."""
    retry_after_s: float | None = None
    """For THROTTLED: how long nothing may be sent."""


class GatewayError(Exception):
    """A question to the exchange was not answered; the message has no secrets in it."""


class Gateway(Protocol):
    """Orders and account of one key on one market. Called from one thread, the courier's."""

    @property
    def account(self) -> str:
        """Stable name of the account without secrets: goes into order ids and the lock."""
        ...

    @property
    def currency(self) -> str:
        """Currency the account is kept in, such as `USDT`."""
        ...

    @property
    def receive_window_ms(self) -> int:
        """How long after its stamp the exchange may still act on a request."""
        ...

    def now_ms(self) -> int:
        """Return the exchange's clock, as last measured."""
        ...

    def instrument(self, symbol: str) -> Instrument | None:
        """Return what is traded under `symbol`, or None."""
        ...

    def refuses(self, intent: OrderIntent) -> str | None:
        """Return why an intent cannot be placed exactly as it is, or None when it can."""
        ...

    def place(self, intent: OrderIntent) -> Answer:
        """Send one order, once."""
        ...

    def cancel(self, order: VenueOrder | OrderIntent) -> Answer:
        """Cancel one order by its client id; ABSENT when there is none open."""
        ...

    def find(self, intent: OrderIntent) -> Answer:
        """Ask for one order by its client id: ACK with the order, or ABSENT."""
        ...

    def open_orders(self, symbols: Sequence[str]) -> Sequence[VenueOrder]:
        """Return every open order of these symbols, ours and foreign.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        ...

    def fills(self, symbol: str, after: str) -> Sequence[Fill]:
        """Return executions of a symbol with trade ids behind `after`, oldest first, all of them.

        Args:
            symbol: unified name.
            after: the cursor: a trade id, what `MarksTrades` made of one, or `ms:<time>` to begin
                at a time.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        ...

    def state(self) -> AccountState:
        """Return balances and positions.

        Raises:
            GatewayError: no answer, or none to trust.
        """
        ...


@runtime_checkable
class Resyncs(Protocol):
    """A gateway that can measure the exchange's clock anew when it is told that ours is off."""

    def resync(self) -> None:
        """Measure it; called from the courier's thread, never raises."""
        ...


@runtime_checkable
class LearnsNames(Protocol):
    """A gateway that is spared questions when it is told which of its ids is which of ours."""

    def learn(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order from before; called before anything is asked."""
        ...


@runtime_checkable
class MarksTrades(Protocol):
    """A gateway of an exchange whose trade ids have no order, so that they are no cursors."""

    def cursor(self, fill: Fill) -> str:
        """Return what `fills` goes on behind, for it to be remembered; the trade id by default."""
        ...


@runtime_checkable
class PlacesPairs(Protocol):
    """A gateway whose market can rest two exits on one holding: one cancels the other."""

    def place_pair(self, limit: OrderIntent, stop: OrderIntent) -> Sequence[Answer]:
        """Send both in one request, once; return an answer for each, in this order."""
        ...


@runtime_checkable
class CancelsWhenSilent(Protocol):
    """A gateway whose market may cancel open orders once nothing is heard for some time."""

    @property
    def counts_down(self) -> bool:
        """Tell whether this market does; where it does not, the other method is not called."""
        ...

    def count_down(self, symbol: str, seconds: int) -> None:
        """Have every open order of a symbol cancelled in so many seconds, unless called again.

        0 ends it. All orders of the account are meant, of whatever origin.

        Raises:
            GatewayError: no answer, or none to trust: it may have begun or ended all the same.
        """
        ...


class AccountSink(Protocol):
    """Where a stream puts account events; every method may be called from any thread."""

    def publish(self, event: AccountEvent) -> None:
        """Hand over one event."""
        ...

    def connected(self) -> None:
        """Say that events flow from now on: what happened before must be asked for."""
        ...

    def lost(self, reason: str) -> None:
        """Say that events may be missing from now on, until `connected`."""
        ...


class AccountStream(Protocol):
    """A running source of account events; it reconnects by itself."""

    def start(self, sink: AccountSink) -> None:
        """Begin, on a thread of its own."""
        ...

    def stop(self) -> None:
        """Publish nothing more; returns when the thread has ended."""
        ...


@runtime_checkable
class Renewable(Protocol):
    """An `AccountStream` that tells of every order placed, and can be begun anew if it does not."""

    def renew(self, reason: str) -> None:
        """Connect anew, and say so as after any loss; from the trading thread."""
        ...


@runtime_checkable
class TradingExchange(Exchange, Protocol):
    """An exchange whose orders go through a gateway."""

    def gateway(self) -> Gateway:
        """Return the door to the account.

        Raises:
            GatewayError: no key was given, or the exchange cannot be reached.
        """
        ...

    def account_stream(self) -> AccountStream:
        """Return a stream of the account's events, not yet started."""
        ...
