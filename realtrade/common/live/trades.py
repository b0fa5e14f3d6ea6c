"""Executions: each taken once whatever its source, and the cursors that say how far was read."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.common.live.courier import Priority
from realtrade.model.order import Side
from realtrade.plugins.ports.gateway import GatewayError, MarksTrades

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from realtrade.common.live.courier import Courier
    from realtrade.common.live.inbox import Inbox
    from realtrade.model.order import Fill
    from realtrade.plugins.ports.gateway import Gateway
    from realtrade.plugins.ports.journal import Journal

SETTLED_MS = 10_000
"""A cursor stays this far behind: an exchange's trades may become visible out of order."""
_ZERO = Decimal(0)
_AGAIN_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)


class Trades:
    """Reads executions over REST, symbol by symbol; the trading thread's, but for the asking."""

    def __init__(
        self,
        *,
        gateway: Gateway,
        courier: Courier,
        inbox: Inbox,
        journal: Journal,
        book: Callable[[Fill], bool],
    ) -> None:
        """`book` is handed every execution read, also known ones; it tells whether it is ours."""
        self._gateway, self._courier, self._inbox = gateway, courier, inbox
        self._journal = journal
        self._book = book
        self._mark = gateway.cursor if isinstance(gateway, MarksTrades) else _trade_id
        self.cursors: dict[str, str] = {}
        self._moved: dict[str, str] = {}
        self._foreign: dict[str, Decimal] = {}
        """What others have traded up to each cursor, signed."""
        self._kept: dict[str, Decimal] = {}
        """The same, as the journal has it."""
        self._recent: dict[str, Decimal] = {}
        """The same, behind it."""
        self._waiting: dict[str, list[Callable[[Sequence[Fill]], None]]] = {}

    def begin(self, cursors: Mapping[str, str], symbols: Iterable[str], from_ms: int) -> None:
        """Take up the journal's cursors; symbols without one are read from `from_ms` on."""
        for symbol in symbols:
            known = cursors.get(f"fills:{symbol}")
            if known is None:
                known = f"ms:{from_ms}"
                self._journal.cursor(f"fills:{symbol}", known)
            self.cursors[symbol] = known
            foreign = Decimal(cursors.get(f"external:{symbol}", 0))
            self._foreign[symbol] = self._kept[symbol] = foreign

    def external(self) -> dict[str, Decimal]:
        """Return what others have traded on this account, signed, by symbol."""
        return {
            symbol: quantity + self._recent.get(symbol, _ZERO)
            for symbol, quantity in self._foreign.items()
        }

    def set_external(self, symbol: str, quantity: Decimal) -> None:
        """Take others to hold so much of a symbol now, and remember it."""
        self._foreign[symbol] = quantity - self._recent.get(symbol, _ZERO)
        self._kept[symbol] = self._foreign[symbol]
        self._journal.cursor(f"external:{symbol}", str(self._foreign[symbol]))

    def cursor(self, symbol: str) -> str:
        """Return how far a symbol was read; one never read before begins a minute ago."""
        if symbol not in self.cursors:
            self.begin({}, (symbol,), self._gateway.now_ms() - 60_000)
        return self.cursors[symbol]

    def fetch(self, symbol: str, then: Callable[[Sequence[Fill]], None] | None = None) -> None:
        """Read what is new of a symbol, one reading at a time; `then` gets it after booking."""
        under_way = symbol in self._waiting
        wanted = self._waiting.setdefault(symbol, [])
        if then is not None:
            wanted.append(then)
        if not under_way:
            self._ask(symbol, 0)

    def take(self, symbol: str, fills: Sequence[Fill]) -> None:
        """Book what was read, and move the cursor past what is old enough."""
        settled_ms = self._gateway.now_ms() - SETTLED_MS
        recent, settled = _ZERO, True
        for fill in fills:
            # Behind one that is too new nothing is settled: the next reading begins at the cursor.
            ours, settled = self._book(fill), settled and fill.time_ms <= settled_ms
            moved = _ZERO if ours else _signed(fill)
            if settled:
                self.cursors[symbol] = self._moved[symbol] = self._mark(fill)
                self._foreign[symbol] = self._foreign.get(symbol, _ZERO) + moved
            else:
                recent += moved
        self._recent[symbol] = recent

    def remember(self) -> None:
        """Commit how far was read; only once everything read before is booked and committed.

        A cursor that lags behind its fills costs a few trades read twice, one ahead loses money:
        so cursors move with the next call after the fills', never before.
        """
        if not self._moved:
            return
        with self._journal.together():
            for symbol, cursor in self._moved.items():
                self._journal.cursor(f"fills:{symbol}", cursor)
                if self._foreign[symbol] != self._kept.get(symbol, _ZERO):
                    # Also when nothing is left of it: what was written before would come back.
                    self._kept[symbol] = self._foreign[symbol]
                    self._journal.cursor(f"external:{symbol}", str(self._foreign[symbol]))
        self._moved.clear()

    def _ask(self, symbol: str, tries: int) -> None:
        after_s = _AGAIN_S[min(tries, len(_AGAIN_S)) - 1] if tries else 0.0
        cursor = self.cursor(symbol)

        def ask() -> None:
            try:
                fills = self._gateway.fills(symbol, cursor)
            except GatewayError:
                self._inbox.post(lambda: self._ask(symbol, tries + 1))
            except Exception:  # around a plugin call; the courier reports it
                # Whoever looks after a person's resume must be able to read anew.
                self._inbox.post(lambda: self._give_up(symbol))
                raise
            else:
                self._inbox.post(lambda: self._answered(symbol, fills))

        self._courier.put(Priority.QUESTION, ask, after_s)

    def _give_up(self, symbol: str) -> None:
        self._waiting.pop(symbol, None)

    def _answered(self, symbol: str, fills: Sequence[Fill]) -> None:
        wanted = self._waiting.pop(symbol)
        self.take(symbol, fills)
        for then in wanted:
            then(fills)


def _trade_id(fill: Fill) -> str:
    return fill.trade_id


def _signed(fill: Fill) -> Decimal:
    return fill.quantity if fill.side is Side.BUY else -fill.quantity
