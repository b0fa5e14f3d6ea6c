"""Where a bot is in its life: a table of phases, one function that moves it, services in order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from threading import RLock, Thread
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Container

    from realtrade.engine.observer import Level
    from realtrade.utils.clock import Clock

    Say = Callable[[Level, str], None]
    Listener = Callable[["Step"], None]


class Phase(StrEnum):
    """What a bot is doing."""

    BUILDING = "building"
    """Its parts are being made; nothing is traded."""
    WARMUP = "warmup"
    """The strategy is shown bars from before the start."""
    RECONCILING = "reconciling"
    """Journal and exchange are being compared."""
    TRADING = "trading"
    PAUSED = "paused"
    """A person lets no new exposure in; forgotten at the next start."""
    HALTED = "halted"
    """A person or a rule lets no new exposure in, until somebody resumes; outlives a restart."""
    DRAINING = "draining"
    """On its way out: orders are settled, artifacts written, services stopped."""
    STOPPED = "stopped"
    FAILED = "failed"

    __hash__ = str.__hash__


_ENDS = frozenset({Phase.DRAINING, Phase.FAILED})
MOVES = MappingProxyType(
    {
        # Stopped while being built: there is nothing to drain.
        Phase.BUILDING: _ENDS
        | {Phase.WARMUP, Phase.RECONCILING, Phase.TRADING, Phase.PAUSED, Phase.HALTED}
        | {Phase.STOPPED},
        Phase.WARMUP: _ENDS | {Phase.RECONCILING, Phase.TRADING, Phase.PAUSED, Phase.HALTED},
        # History may be shown before or after the comparison.
        Phase.RECONCILING: _ENDS | {Phase.WARMUP, Phase.TRADING, Phase.PAUSED, Phase.HALTED},
        # After every gap of the connection a bot compares again.
        Phase.TRADING: _ENDS | {Phase.PAUSED, Phase.HALTED, Phase.RECONCILING},
        Phase.PAUSED: _ENDS | {Phase.TRADING, Phase.HALTED, Phase.RECONCILING},
        Phase.HALTED: _ENDS | {Phase.TRADING, Phase.PAUSED, Phase.RECONCILING},
        # A run that crashed is drained like any other, and then it has failed.
        Phase.DRAINING: frozenset({Phase.STOPPED, Phase.FAILED}),
        Phase.STOPPED: frozenset(),
        Phase.FAILED: frozenset(),
    }
)
"""From each phase to those that may follow it."""
RUNNING = frozenset({Phase.TRADING, Phase.PAUSED, Phase.HALTED})
OVER = frozenset({Phase.STOPPED, Phase.FAILED})


class ImpossibleMove(Exception):
    """A phase does not follow from the one before it."""

    def __init__(self, now: Phase, wanted: Phase) -> None:
        super().__init__(f"a bot that is {now} cannot become {wanted}")


@dataclass(frozen=True, slots=True)
class Step:
    """One move from phase to phase."""

    before: Phase
    now: Phase
    reason: str
    time_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """Something that runs beside trading, such as the monitor's page."""

    name: str
    start: Callable[[], None]
    stop: Callable[[], None]
    deadline_s: float = 5.0
    """How long `stop` may take; a service that takes longer is left behind, and named."""


class LifecycleManager:
    """The phase of one bot, who wants to know of it, and the services that live as long.

    Safe from any thread. Listeners are called in turn on the thread that moves the phase; one that
    raises is named in the log and keeps nobody else from being told.
    """

    def __init__(self, clock: Clock, say: Say) -> None:
        self._clock = clock
        self._say = say
        self._lock = RLock()
        self._listeners: list[Listener] = []
        self._services: list[Service] = []
        self._step = Step(Phase.BUILDING, Phase.BUILDING, "", clock.now_ms())

    @property
    def phase(self) -> Phase:
        """Return what the bot is doing."""
        return self._step.now

    @property
    def step(self) -> Step:
        """Return the last move: since when it does so, and why."""
        return self._step

    def listen(self, listener: Listener) -> None:
        """Call `listener` at every move from now on."""
        with self._lock:
            self._listeners.append(listener)

    def advance(
        self, wanted: Phase, reason: str = "", *, only_from: Container[Phase] = frozenset(Phase)
    ) -> bool:
        """Move on; False when the bot is there already, or in none of the phases `only_from`.

        Raises:
            ImpossibleMove: the table has no such move.
        """
        with self._lock:
            now = self._step.now
            if now is wanted or now not in only_from:
                return False
            if wanted not in MOVES[now]:
                raise ImpossibleMove(now, wanted)
            self._step = step = Step(now, wanted, reason, self._clock.now_ms())
            for listener in tuple(self._listeners):
                self._tell(listener, step)
        return True

    def _tell(self, listener: Listener, step: Step) -> None:
        try:
            listener(step)
        except Exception as error:  # noqa: BLE001 - around a plugin's hook; reported
            self._say("error", f"a hook on '{step.now}' broke: {type(error).__name__}: {error}")

    # -- services -------------------------------------------------------------------------------

    def bring_up(self, service: Service) -> None:
        """Start a service; it is stopped by `take_down`, those started later before it."""
        service.start()
        self._services.append(service)

    def take_down(self) -> None:
        """Stop every service, newest first, none longer than its deadline; repeatable."""
        while self._services:
            self._stop(self._services.pop())

    def _stop(self, service: Service) -> None:
        raised: list[Exception] = []

        def stop() -> None:
            try:
                service.stop()
            except Exception as error:  # noqa: BLE001 - a thread's outermost frame; reported below
                raised.append(error)

        thread = Thread(target=stop, name=f"stop-{service.name}", daemon=True)
        thread.start()
        thread.join(service.deadline_s)
        if thread.is_alive():
            late = f"{service.name} did not stop within {service.deadline_s:g} s: left behind"
            self._say("error", late)
        for error in raised:
            told = f"{service.name} could not be stopped: {type(error).__name__}: {error}"
            self._say("error", told)
