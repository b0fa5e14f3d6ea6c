"""What gets a turn on the trading thread of a live run, besides bars."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.lifecycle import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.parts import Parts


class Turns:
    """Before the broker's turn what people asked for, behind it a look at what has become of it.

    A turn comes with every bar, at least twice a second without one, and at once on `hub.wake`.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._halted = False
        self.last_s = parts.clock.monotonic_s()
        """When the last turn was, on the monotonic clock; read from any thread."""
        self.after: list[Callable[[], None]] = []
        """Called behind every turn; they return at once."""

    def before_broker(self) -> None:
        """Do what was asked for, once there is something to do it on."""
        parts = self._parts
        self.last_s = parts.clock.monotonic_s()
        if parts.warming_up():
            return
        if parts.lifecycle.phase is Phase.WARMUP:
            parts.lifecycle.advance(Phase.TRADING)
            parts.settle_phase()
        if parts.controls.waiting:
            parts.controls.turn(parts.broker, parts.risk)

    def behind_broker(self) -> None:
        """Notice halts of rules, and let the others look."""
        halted = bool(self._parts.risk.memory.halts)
        if halted is not self._halted:
            self._halted = halted
            self._parts.settle_phase()
        for look in self.after:
            look()
