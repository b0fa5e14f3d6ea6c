"""An account's events without a socket: open orders, executions and balances, asked for."""

from __future__ import annotations

import logging
from threading import Thread
from typing import TYPE_CHECKING

from realtrade.common.rest.errors import RestError
from realtrade.generic_ccxt.account import Reader, is_over
from realtrade.model.account import BalancesChanged, OrderChanged
from realtrade.model.order import Position
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from realtrade.generic_ccxt.names import Names
    from realtrade.generic_ccxt.store import CcxtStore
    from realtrade.model.account import VenueOrder
    from realtrade.plugins.ports.gateway import AccountSink

_LOG = logging.getLogger(__name__)
_LATE_MS = 10_000
"""How long an execution may take to be listed."""
_MONEY_EVERY = 15
"""Looks between two at balances while nothing happens."""
_LOST_AFTER = 3
"""Looks in a row without an answer until events are said to be missing."""
_JOIN_S = 20.0
_SHARE = 0.3
"""Of what may be asked in a minute, as a fraction: so much is for looking at the account."""
_PLENTY = 0.5
"""With less than that left of a minute, orders do not hasten a look."""


class PollingAccount:
    """Looks at the account again and again, and tells what has changed.

    A look that fails costs nothing: the next one begins where the last good one ended.

    Args:
        store: with the account's key.
        names: shared with the gateway: what is traded, and what rests.
        every_s: seconds between two looks; one of our orders is looked at sooner.
    """

    def __init__(self, store: CcxtStore, names: Names, *, every_s: float = 2.0) -> None:
        self._store, self._names = store, names
        self._every_s = every_s
        self._reader = Reader(store, names, tries=1)
        self._clock = store.connection.clock
        self._sink: AccountSink | None = None
        self._stopping = False
        self._thread: Thread | None = None
        self._start_ms = 0
        self._since: dict[str, int] = {}
        self._seen: dict[str, dict[str, int]] = {}
        self._open: dict[tuple[str, str], VenueOrder] = {}
        self._looks = self._failed = 0
        self._flows = False
        self._headroom, self._spent = 1.0, 0.0

    def start(self, sink: AccountSink) -> None:
        """Begin, on a thread of its own."""
        self._sink = sink
        self._start_ms = self._store.now_ms()
        self._thread = Thread(target=self._run, name="ccxt-account", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Publish nothing more; returns when the thread has ended."""
        self._stopping = True
        self._names.moved.set()
        if self._thread is not None:
            self._thread.join(_JOIN_S)

    def _run(self) -> None:
        while not self._stopping:
            began_s = self._clock.monotonic_s()
            self._names.moved.clear()
            try:
                self._look()
            except RestError as error:
                self._missed(str(error))
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; tried again
                _LOG.warning("the account cannot be read: %s", type(error).__name__)
                self._missed(f"the account cannot be read: {type(error).__name__}")
            self._pause(self._clock.monotonic_s() - began_s)

    def _pause(self, took_s: float) -> None:
        """Wait for the next look: most of what may be asked is left to bars and orders.

        After an order of ours it comes at once, as long as there is plenty left.
        """
        gate = self._store.gate
        spent = self._headroom - gate.headroom
        if spent > 0:  # else a new minute has begun meanwhile
            self._spent = spent
        wait_s = max(self._every_s, took_s, 60 * self._spent / _SHARE)
        if self._names.moved.wait(wait_s) and gate.headroom < _PLENTY and not self._stopping:
            self._names.moved.clear()
            self._names.moved.wait(wait_s)
        self._headroom = gate.headroom

    def _missed(self, reason: str) -> None:
        self._failed += 1
        if self._failed == _LOST_AFTER and self._flows and not self._stopping:
            self._flows = False
            assert self._sink is not None  # noqa: S101 - it runs
            self._sink.lost(reason)

    def _look(self) -> None:
        """Look at everything once.

        Raises:
            RestError: something was not told; it is told of by the next look.
        """
        moved = False
        for symbol in self._names.symbols:
            moved = self._look_at(symbol) or moved
        self._failed = 0
        self._looks += 1
        if moved or self._looks % _MONEY_EVERY == 1:
            self._money()
        if not self._flows and not self._stopping:
            self._flows = True
            assert self._sink is not None  # noqa: S101 - it runs
            self._sink.connected()

    def _look_at(self, symbol: str) -> bool:
        """Tell what has changed of a symbol: executions first, for they are money."""
        rested = {key for key in self._names.resting if key[0] == symbol}
        rested |= {key for key in self._open if key[0] == symbol}
        found = {(o.symbol, o.venue_order_id): o for o in self._reader.open_orders((symbol,))}
        moved = self._executed(symbol, found)
        for key, order in found.items():
            if self._open.get(key) != order:
                self._open[key] = order
                self._tell(OrderChanged(order))
        for key in rested - set(found):
            self._ended(key)
        return moved

    def _executed(self, symbol: str, known: dict[tuple[str, str], VenueOrder]) -> bool:
        since_ms = self._since.setdefault(symbol, self._start_ms)
        seen = self._seen.setdefault(symbol, {})
        new = [
            each
            for each in self._reader.fills(symbol, f"ms:{since_ms}")
            if each.trade_id not in seen
        ]
        orders = dict(known)
        for fill in new:
            key = (symbol, self._names.venue_order_id(fill.client_order_id) or "")
            if key[1] and key not in orders:
                found = self._order(key)
                orders |= {} if found is None else {key: found}
            if key in orders:
                self._tell(OrderChanged(orders[key], fill))
            seen[fill.trade_id] = fill.time_ms
        self._since[symbol] = max([since_ms, *(at - _LATE_MS for at in seen.values())])
        for number in [one for one, at in seen.items() if at < self._since[symbol]]:
            del seen[number]
        return bool(new)

    def _ended(self, key: tuple[str, str]) -> None:
        """Tell what became of an order that is not among the open ones."""
        order = self._order(key)
        if order is None:
            # It cannot be asked for any more; the comparison of journal and exchange finds it.
            self._names.forget(*key)
            self._open.pop(key, None)
            return
        if self._open.get(key) != order:
            self._tell(OrderChanged(order))
        if is_over(order):
            self._names.forget(*key)
            self._open.pop(key, None)
        else:
            self._open[key] = order

    def _order(self, key: tuple[str, str]) -> VenueOrder | None:
        """Return an order as it stands, None where the exchange has forgotten it."""
        try:
            return self._reader.order(*key)
        except RestError as error:
            if self._store.outcome_of(error) is not Outcome.ABSENT:
                raise
        return None

    def _money(self) -> None:
        asked_ms = self._store.now_ms()
        state = self._reader.state()
        positions = {}
        if self._store.market_type == "swap":
            none = dict.fromkeys(self._names.symbols, Position())
            positions = none | dict(state.positions)
        self._tell(BalancesChanged(state.balances, positions, asked_ms))

    def _tell(self, event: OrderChanged | BalancesChanged) -> None:
        if self._sink is not None and not self._stopping:
            self._sink.publish(event)
