"""Halts of the account's own, such as a flipped side: they outlive the process, as a person's do.

A bot that is started again, by a person or by whatever restarts what has failed, stands as it stood
until `realtrade resume`. One halt is different: a refused key is tried anew by every start. It asks
the exchange signed questions before anything may be traded, and ends where these are refused.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.execution.protocol import KEY_REFUSED
from realtrade.execution.state import State, Step
from realtrade.plugins.ports.journal import JournalError

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts

HALT = "halt"
"""Cursor under which is remembered why trading is halted; empty when it is not."""


def note_halt(parts: Parts, before: State, now: State, reason: str) -> None:
    """Remember a halt, or its end; one that cannot be remembered holds for this process."""
    if parts.journal is None or parts.recovery.venue is None:
        return
    if State.HALTED not in (before, now):
        return
    why = parts.redactor.redact(reason or "halted").encode("ascii", "replace").decode()
    try:
        parts.journal.cursor(HALT, why.replace("\0", "?") if now is State.HALTED else "")
    except JournalError as error:
        parts.say("error", f"a restart may forget that trading is halted: {error}")


def stand_as_before(parts: Parts) -> bool:
    """Halt, where the process before this one was halted; tell whether that is so."""
    reason = parts.recovery.recalled.cursors.get(HALT, "")
    if not reason or reason.startswith(KEY_REFUSED):
        return False
    parts.recovery.standing.move(Step.HALT, reason)
    parts.say("warning", "halted before the restart, and still; `realtrade resume` ends it")
    return True


def forget_halt(parts: Parts) -> None:
    """Forget a refused key: the exchange has answered it by now."""
    if parts.journal is not None and parts.recovery.recalled.cursors.get(HALT):
        parts.journal.cursor(HALT, "")
        parts.say("info", "the exchange takes the key again")
