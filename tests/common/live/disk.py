"""A journal that survives the end of a process that is played in this one."""

from __future__ import annotations

import copy
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from realtrade.execution import is_over
from realtrade.model.order import OrderStatus
from realtrade.plugins.ports.journal import JournalError, KnownOrder, Recalled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.model.order import Fill, OrderIntent, Position
    from realtrade.plugins.ports.journal import Attempt


class Killed(BaseException):
    """The process ends here, whatever it was doing."""


class Fuse:
    """Ends the process at the n-th thing it does; every request and every commit asks twice.

    Once before, once after: what was done and what is known of it come apart in between.
    """

    def __init__(self) -> None:
        self.left: int | None = None
        self.steps = 0

    def __call__(self) -> None:
        self.steps += 1
        if self.left is None:
            return
        self.left -= 1
        if self.left < 0:
            self.left = None
            raise Killed


@dataclass
class Rows:
    """Everything committed."""

    intents: dict[str, OrderIntent] = field(default_factory=dict)
    status: dict[str, OrderStatus] = field(default_factory=dict)
    attempts: dict[tuple[str, int], Attempt] = field(default_factory=dict)
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    positions: dict[str, Position] = field(default_factory=dict)
    cursors: dict[str, str] = field(default_factory=dict)
    bar_ms: int = -1


def _leaders(intent: OrderIntent) -> set[str]:
    """Return the orders by which an order's relatives are known."""
    return {intent.client_order_id, intent.parent_id or "", intent.oco_id or ""} - {""}


class DiskJournal:
    """A `Journal` whose rows outlive whoever writes them; it can be made to fail."""

    def __init__(self, fuse: Callable[[], None] = lambda: None) -> None:
        self.rows = Rows()
        self.fuse = fuse
        self.full = False
        """Nothing can be written."""
        self._depth = 0

    def reopen(self) -> None:
        """Begin a process: nothing needs to be done to find these rows again."""

    def close(self) -> None:
        """End a process: all is kept."""

    @contextmanager
    def together(self) -> Iterator[None]:
        """Commit all or nothing."""
        if self._depth:
            yield
            return
        self.fuse()
        before = copy.copy(self.rows)
        for name, value in vars(self.rows).items():
            setattr(before, name, copy.copy(value))
        self._depth = 1
        try:
            yield
        except BaseException:
            self.rows = before
            raise
        finally:
            self._depth = 0
        self.fuse()

    def write(self, act: Callable[[Rows], Any]) -> Any:
        if self.full:
            msg = "disk full"
            raise JournalError(msg)
        with self.together():
            return act(self.rows)

    @property
    def intents(self) -> list[OrderIntent]:
        return list(self.rows.intents.values())

    @property
    def attempts(self) -> list[Attempt]:
        return list(self.rows.attempts.values())

    def intent(self, intent: OrderIntent) -> None:
        known = self.rows.intents.get(intent.client_order_id, intent)
        assert known == intent
        self.write(lambda rows: rows.intents.update({intent.client_order_id: intent}))
        self.rows.status.setdefault(intent.client_order_id, OrderStatus.SUBMITTED)

    def attempt(self, attempt: Attempt) -> None:
        assert attempt.client_order_id in self.rows.intents, "sent without a committed intent"
        key = attempt.client_order_id, attempt.number
        self.write(lambda rows: rows.attempts.update({key: attempt}))

    def status(self, client_order_id: str, status: OrderStatus, reason: str = "") -> None:
        self.write(lambda rows: rows.status.update({client_order_id: status}))

    def fill(self, fill: Fill) -> bool:
        key = fill.symbol, fill.trade_id
        if key in self.rows.fills:
            return False
        self.write(lambda rows: rows.fills.update({key: fill}))
        return True

    def position(self, symbol: str, position: Position) -> None:
        self.write(lambda rows: rows.positions.update({symbol: position}))

    def cursor(self, name: str, value: str) -> None:
        self.write(lambda rows: rows.cursors.update({name: value}))

    def bar(self, feed: str, time_ms: int) -> None:
        self.write(lambda rows: setattr(rows, "bar_ms", time_ms))

    def recall(self) -> Recalled:
        rows = self.rows
        working = {name for name, status in rows.status.items() if not is_over(status)}
        leaders = {name for each in working for name in _leaders(rows.intents[each])}
        return Recalled(
            orders=[
                self._known(name, intent)
                for name, intent in rows.intents.items()
                if name in leaders or leaders & _leaders(intent) or intent.created_ms >= rows.bar_ms
            ],
            seen=frozenset(rows.fills),
            positions=dict(rows.positions),
            cursors=dict(rows.cursors),
            fresh=not rows.intents and not rows.cursors,
        )

    def _known(self, name: str, intent: OrderIntent) -> KnownOrder:
        attempts = sorted(
            (each for each in self.rows.attempts.values() if each.client_order_id == name),
            key=lambda each: each.number,
        )
        fills = [fill for fill in self.rows.fills.values() if fill.client_order_id == name]
        return KnownOrder(
            intent=intent, status=self.rows.status[name], attempts=attempts, fills=fills
        )
