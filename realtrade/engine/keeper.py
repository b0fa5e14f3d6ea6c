"""A thread beside a live run: does what the state folder asks, and tells it how the bot is."""

from __future__ import annotations

from functools import partial
from threading import Event as Flag
from threading import Thread
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.engine.controls import Controls
    from realtrade.engine.observer import Level
    from realtrade.engine.state import Command, StateFolder
    from realtrade.utils.clock import Clock

    Say = Callable[[Level, str], None]

_EVERY_S = 0.04
"""Commands must hold within 100 ms."""
_STATUS_EVERY_S = 1.0
_SAFE_TWICE = frozenset({"halt", "flatten"})


class Keeper:
    """Looks for commands 25 times a second, and once a second lets others look around."""

    def __init__(
        self,
        controls: Controls,
        *,
        state: StateFolder | None,
        status: Callable[[], Mapping[str, Any]],
        rounds: Sequence[Callable[[], None]],
        fresh: Callable[[str, str], bool],
        clock: Clock,
        say: Say,
    ) -> None:
        """Take who does what.

        Args:
            controls: where commands go.
            state: where they come from, and where `status` is written; None where there is none.
            status: how the bot is, as plain values.
            rounds: called once a second; one that raises is told of.
            fresh: tells whether a command, by verb and number, was never done before.
            clock: paces the rounds.
            say: the log.
        """
        self._controls = controls
        self._state = state
        self._status = status
        self._rounds = [*rounds, self._publish]
        self._fresh = fresh
        self._clock = clock
        self._say = say
        self._done: set[str] = set()
        """Numbers of halts that this process has done: a file may be hard to remove."""
        self._over = Flag()
        self._thread = Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin; what was asked for while no bot ran is done first."""
        self._obey()
        self._thread.start()

    def stop(self) -> None:
        """End, with a last look around."""
        self._over.set()
        self._thread.join()
        self._look_around()

    def _run(self) -> None:
        looked_s = self._clock.monotonic_s() - _STATUS_EVERY_S
        while not self._over.wait(_EVERY_S):
            self._obey()
            now_s = self._clock.monotonic_s()
            if now_s - looked_s >= _STATUS_EVERY_S:
                looked_s = now_s
                self._look_around()

    def _look_around(self) -> None:
        for look in self._rounds:
            self._guarded("looking around", look)

    def _publish(self) -> None:
        if self._state is not None:
            self._state.publish(self._status())

    def _obey(self) -> None:
        if self._state is not None:
            self._guarded("reading commands", self._read)

    def _read(self) -> None:
        for path, command in [] if self._state is None else self._state.commands():
            if command is None:
                self._say("error", f"{path.name} is no command and is thrown away")
            else:
                self._guarded(f"'{command.verb}'", partial(self._do, command))
            path.unlink(missing_ok=True)

    def _do(self, command: Command) -> None:
        if not self._is_new(command):
            return
        by, reason = command.by, command.reason or "asked to"
        if command.verb == "resume":
            self._controls.resume(by=by)
        elif command.verb == "pause":
            self._controls.pause(by=by, reason=command.reason)
        elif command.verb == "halt":
            self._controls.halt(by=by, reason=reason)
        elif command.verb == "adopt":
            self._controls.adopt(by=by)
        else:
            self._controls.flatten(by=by, reason=reason)

    def _is_new(self, command: Command) -> bool:
        """Tell whether a command is to be done.

        Others are never done twice. A halt that is asked for is done although a process may have
        been killed that had begun with it: halting twice harms nobody, not at all does.
        """
        if command.verb not in _SAFE_TWICE:
            return self._fresh(command.verb, command.number)
        known = command.number in self._done
        self._done.add(command.number)
        return not known

    def _guarded(self, what: str, do: Callable[[], Any]) -> None:
        try:
            do()
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame: it must go on, and tells
            self._say("error", f"{what} failed: {type(error).__name__}: {error}")
