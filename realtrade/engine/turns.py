"""What gets a turn on the trading thread of a live run, besides bars."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, TypeVar

from realtrade.engine.lifecycle import Phase

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.parts import Parts


Answer = TypeVar("Answer")


class Turns:
    """Before the broker's turn what people asked for, behind it a look at what has become of it.

    A turn comes with every bar, at least twice a second without one, and at once on `hub.wake`.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._halted = False
        self._questions: deque[tuple[Callable[[], Any], Future[Any]]] = deque()
        self.last_s = parts.clock.monotonic_s()
        """When the last turn was, on the monotonic clock; read from any thread."""
        self.before: list[Callable[[], None]] = []
        """Called before every turn; they return at once."""
        self.after: list[Callable[[], None]] = []
        """Called behind every turn; they return at once."""

    def ask(self, question: Callable[[], Answer], patience_s: float) -> Answer:
        """Have something looked up on the trading thread, from any other; it must be quick.

        Raises:
            TimeoutError: there was no turn for so long.
        """
        answer: Future[Answer] = Future()
        self._questions.append((question, answer))
        self._parts.wake()
        return answer.result(patience_s)

    def _answer(self) -> None:
        while self._questions:
            question, answer = self._questions.popleft()
            try:
                answer.set_result(question())
            except Exception as error:  # noqa: BLE001 - whoever asked is told
                answer.set_exception(error)

    def before_broker(self) -> None:
        """Do what was asked for, once there is something to do it on."""
        parts = self._parts
        self.last_s = parts.clock.monotonic_s()
        if self._questions:
            self._answer()
        for prepare in self.before:
            prepare()
        if parts.warming_up():
            if parts.controls.resuming:
                parts.risk.let_go()
            return
        if parts.lifecycle.phase is Phase.WARMUP:
            self._begin()
        if parts.controls.waiting:
            parts.controls.turn(parts.broker, parts.risk)

    def _begin(self) -> None:
        parts = self._parts
        parts.lifecycle.advance(Phase.TRADING)
        parts.settle_phase()
        if count := parts.broker.tickets.passed_over:
            orders = "order" if count == 1 else "orders"
            parts.say("info", f"not placed: {count} {orders} decided on bars from before the start")

    def behind_broker(self) -> None:
        """Notice halts of rules, and let the others look."""
        halted = bool(self._parts.risk.memory.halts)
        if halted is not self._halted:
            self._halted = halted
            self._parts.settle_phase()
        for look in self.after:
            look()
