"""What a person may do to a running bot: pause, resume, halt, flatten. From any thread."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from realtrade.engine.pause import PauseRule
from realtrade.model.events import Event, EventType
from realtrade.model.verdict import Action, ActionKind, Approved, Denied
from realtrade.plugins.ports.risk import Needs

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common import BaseBroker
    from realtrade.model.order import OrderIntent
    from realtrade.model.verdict import Verdict
    from realtrade.plugins.ports.risk import RiskView
    from realtrade.risk import RiskManager
    from realtrade.utils.clock import Clock

OPERATOR = "operator"
"""The name under which a person's doing stands among the rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltNote:
    """A halt that somebody asked for."""

    reason: str
    by: str
    """Who: `cli`, `http`, `telegram`, `signal`."""
    time_ms: int
    flatten: bool = False
    """Every position is to be closed as well, however many starts that takes."""


class Sticky(Protocol):
    """Where a halt is kept so that it outlives the process."""

    def recall(self) -> HaltNote | None:
        """Return the halt in force; one that cannot be read is in force too."""
        ...

    def remember(self, note: HaltNote) -> None:
        """Keep a halt.

        Raises:
            OSError: it cannot be kept.
        """
        ...

    def forget(self) -> None:
        """Drop it; harmless when there is none."""
        ...


class Forgetful:
    """Keeps a halt for the life of the process."""

    def recall(self) -> HaltNote | None:
        """Return None: nothing is in force at a start."""
        return None

    def remember(self, note: HaltNote) -> None:
        """Do nothing."""

    def forget(self) -> None:
        """Do nothing."""


class HaltRule:
    """Deny orders that add exposure while a person's halt is in force; reductions pass.

    Set from any thread, read for every order: it holds from the next order on, whatever the trading
    thread is doing.
    """

    name = OPERATOR
    needs = Needs()

    def __init__(self) -> None:
        self.note: HaltNote | None = None

    @property
    def dormant(self) -> bool:
        """Tell whether every order would be approved now."""
        return self.note is None

    def assess(self, intent: OrderIntent, view: RiskView) -> Verdict:
        """Return the verdict on one intended order."""
        note = self.note
        if note is None or view.reduces(intent):
            return Approved()
        return Denied(self.name, f"halted by {note.by}: {note.reason}")


class Controls:
    """One door for command line, page, signals and Telegram.

    What must hold at once, holds at once: the rules deny from the next order on. What needs the
    broker (cancelling, closing) is left for the trading thread, which is woken and calls `turn`.
    A halt is kept before anything else is done; if it cannot be kept it is in force all the same.
    Every call may be repeated.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        pause: PauseRule | None = None,
        sticky: Sticky | None = None,
        tell: Callable[[Event], None] = lambda event: None,
        wake: Callable[[], None] = lambda: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """Take up a halt that was in force before.

        Args:
            clock: stamps what was done.
            pause: the rule that a pause sets.
            sticky: keeps a halt; nothing outlives the process when left out.
            tell: hears of everything done.
            wake: gives the trading thread a turn; it must return at once.
            changed: called after every change, on the caller's thread.
        """
        self.pauses = pause or PauseRule()
        self.halts = HaltRule()
        self.wake = wake
        self.tell = tell
        self.changed = changed
        self._clock = clock
        self._sticky = sticky or Forgetful()
        self._lock = Lock()
        self._wanted: list[Action] = []
        self._resumes = self._adopts = False
        self.resumed: Callable[[], None] = _nothing
        """Called when a person resumes: what the account itself had halted goes on, too."""
        self.adopted: Callable[[], None] = _nothing
        """Called when a person says that the exchange is right."""
        self.halts.note = self._sticky.recall()
        if self.halts.note is not None:
            # It may have been kept, and the process killed before anything was cancelled or closed.
            self._wanted.append(_action(self.halts.note))

    @property
    def paused(self) -> bool:
        """Tell whether a pause is in force."""
        return self.pauses.paused

    @property
    def halt_note(self) -> HaltNote | None:
        """Return the person's halt in force, or None."""
        return self.halts.note

    def forget_keeper(self) -> None:
        """Keep halts for the life of this process only from now on."""
        self._sticky = Forgetful()

    # -- from any thread ------------------------------------------------------------------------

    def pause(self, *, by: str, reason: str = "") -> None:
        """Let no new exposure in until `resume`; orders rest, reductions and cancels pass."""
        if self.pauses.paused:
            return
        self.pauses.paused = True
        self._done(EventType.PAUSED, f"paused by {by}: positions may only be reduced", by, reason)

    def halt(self, *, by: str, reason: str = "asked to") -> None:
        """Let no new exposure in and cancel what would add some, until `resume`; kept.

        Raises:
            OSError: it is in force, but a restart would forget it.
        """
        self._halt(Action(ActionKind.HALT, OPERATOR, reason), by)

    def flatten(self, *, by: str, reason: str = "asked to", halt: bool = True) -> None:
        """Close every position at market; halt first, unless trading is to go on.

        Raises:
            OSError: see `halt`.
        """
        if halt:
            self._halt(Action(ActionKind.FLATTEN_AND_HALT, OPERATOR, reason), by)
            return
        self._want(Action(ActionKind.FLATTEN, OPERATOR, reason))
        self._done(EventType.FLATTENED, f"flattening by {by}: {reason}", by, reason)

    def _halt(self, action: Action, by: str) -> None:
        flattens, known = action.kind is ActionKind.FLATTEN_AND_HALT, self.halts.note
        note = HaltNote(
            reason=action.reason,
            by=by,
            time_ms=self._clock.now_ms(),
            flatten=flattens or (known is not None and known.flatten),
        )
        self.halts.note = note
        self._want(action)
        try:
            self._sticky.remember(note)
        finally:
            if known is None or flattens:
                kind = EventType.FLATTENED if flattens else EventType.HALTED
                words = "halted and flattening" if flattens else "halted"
                self._done(kind, f"{words} by {by}: {action.reason}", by, action.reason)

    def resume(self, *, by: str) -> None:
        """Let orders through again: pause and halt end, also halts of rules.

        Raises:
            OSError: the halt cannot be forgotten, so it stays.
        """
        self._sticky.forget()
        with self._lock:
            self.pauses.paused = False
            self.halts.note = None
            self._wanted.clear()
            self._resumes = True
        self._done(EventType.RESUMED, f"resumed by {by}", by, "")
        self.wake()

    def adopt(self, *, by: str) -> None:
        """Take what the exchange holds for ours, wherever the two differ; nothing is traded."""
        self._adopts = True
        message = f"told by {by} that the exchange is right in what differs"
        self._done(EventType.ACCOUNT_DIFFERS, message, by, "")
        self.wake()

    def _want(self, action: Action) -> None:
        with self._lock:
            self._resumes = False
            if action not in self._wanted:
                self._wanted.append(action)
        self.wake()

    def _done(self, kind: EventType, message: str, by: str, reason: str) -> None:
        data = {"by": by, "reason": reason}
        self.tell(Event(kind, self._clock.now_ms(), message, data))
        self.changed()

    # -- on the trading thread ------------------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Tell whether `turn` has something to do; costs nothing to ask."""
        return bool(self._wanted) or self._resumes or self._adopts

    @property
    def resuming(self) -> bool:
        """Tell whether halts are about to be lifted by the next `turn`."""
        return self._resumes

    def turn(self, broker: BaseBroker, risk: RiskManager) -> None:
        """Do what was asked for since the last turn: cancel, close, lift halts."""
        from realtrade.common.broker.risk import perform

        with self._lock:
            wanted, self._wanted = self._wanted, []
            resumes, self._resumes = self._resumes, False
            adopts, self._adopts = self._adopts, False
        if adopts:
            self.adopted()
        if resumes:
            self._resume(broker, risk)
        for action in wanted:
            if action.kind is not ActionKind.FLATTEN:
                flatten = action.kind is ActionKind.FLATTEN_AND_HALT
                risk.halt(OPERATOR, action.reason, broker.account, flatten=flatten)
            perform(broker, action)
        if wanted or resumes or adopts:
            broker.wake()
            self.changed()

    def _resume(self, broker: BaseBroker, risk: RiskManager) -> None:
        if risk.memory.halts:
            risk.resume(broker.account)
        self.resumed()


def _nothing() -> None: ...


def _action(note: HaltNote) -> Action:
    kind = ActionKind.FLATTEN_AND_HALT if note.flatten else ActionKind.HALT
    return Action(kind, OPERATOR, note.reason)
