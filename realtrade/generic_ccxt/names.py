"""Our client order ids as an exchange takes them, and whose is whose."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from threading import Event, Lock
from typing import TYPE_CHECKING
from uuid import UUID as UUID_

from realtrade.utils.recent import Recent

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.account import VenueOrder

_REMEMBERED = 20_000
_HEAD, _TAIL, _SHORT = 6, 28, 29
_GATE_LENGTH = 26


@dataclass(frozen=True, slots=True)
class Spelling:
    """Writes our ids in letters an exchange takes; the same id always the same way."""

    write: Callable[[str], str]
    read: Callable[[str], str | None]
    """Return our id, or None where it cannot be told from the text alone."""


def _same(text: str) -> str:
    return text


def _letters(text: str) -> str:
    return text.replace("-", "")


def _from_letters(text: str) -> str | None:
    """Put the dashes of our ids back where they always are."""
    if len(text) != _SHORT or not text.startswith("rt"):
        return None
    return f"{text[:_HEAD]}-{text[_HEAD:_TAIL]}-{text[_TAIL:]}"


def _uuid(text: str) -> str:
    return str(UUID_(bytes=sha256(text.encode()).digest()[:16], version=4))


def _gate(text: str) -> str:
    return "t-" + sha256(text.encode()).hexdigest()[:_GATE_LENGTH]


def _nothing(_: str) -> str | None:
    return None


PLAIN = Spelling(_same, _same)
LETTERS = Spelling(_letters, _from_letters)
UUID = Spelling(_uuid, _nothing)
GATE = Spelling(_gate, _nothing)


class Names:
    """Which order of theirs is which of ours; safe from any thread.

    The gateway learns, and the stream asks: it also finds here what to look at.
    """

    def __init__(self, spelling: Spelling) -> None:
        self._spelling = spelling
        self._lock = Lock()
        self._ours: Recent[tuple[str, str], str] = Recent(_REMEMBERED)
        self._theirs: Recent[str, str] = Recent(_REMEMBERED)
        self._spelled: Recent[str, str] = Recent(_REMEMBERED)
        self._resting: dict[tuple[str, str], None] = {}
        self._symbols: dict[str, None] = {}
        self.moved = Event()
        """Set when the account has been changed by us: it is worth a look."""

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that is traded."""
        with self._lock:
            return tuple(self._symbols)

    @property
    def resting(self) -> tuple[tuple[str, str], ...]:
        """Symbol and venue id of every order of ours that was not over when last seen."""
        with self._lock:
            return tuple(self._resting)

    def trade(self, symbol: str) -> None:
        """Note that a symbol is traded."""
        with self._lock:
            self._symbols[symbol] = None

    def spelled(self, client_order_id: str) -> str:
        """Return our id as the exchange takes it."""
        text = self._spelling.write(client_order_id)
        with self._lock:
            self._spelled.put(text, client_order_id)
        return text

    def ours(self, text: str) -> str:
        """Return the id we know by `text`; the text itself where it is none of ours."""
        with self._lock:
            known = self._spelled.get(text)
        return known or self._spelling.read(text) or text

    def learn(self, symbol: str, venue_order_id: str, client_order_id: str) -> None:
        """Remember the ids of an order."""
        with self._lock:
            self._ours.put((symbol, venue_order_id), client_order_id)
            if client_order_id:
                self._theirs.put(client_order_id, venue_order_id)

    def follow(self, order: VenueOrder, *, over: bool) -> None:
        """Remember an order's ids, and whether it has to be looked at again."""
        self.learn(order.symbol, order.venue_order_id, order.client_order_id)
        with self._lock:
            if over:
                self._resting.pop((order.symbol, order.venue_order_id), None)
            else:
                self._resting[order.symbol, order.venue_order_id] = None

    def forget(self, symbol: str, venue_order_id: str) -> None:
        """Look at an order no more."""
        with self._lock:
            self._resting.pop((symbol, venue_order_id), None)

    def of(self, symbol: str, venue_order_id: str) -> str | None:
        """Return our id of an order of theirs, or None."""
        with self._lock:
            return self._ours.get((symbol, venue_order_id))

    def venue_order_id(self, client_order_id: str) -> str | None:
        """Return their id of an order of ours, or None."""
        with self._lock:
            return self._theirs.get(client_order_id)
