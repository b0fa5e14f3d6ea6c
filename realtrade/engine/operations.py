"""Everything beside trading: made and started in order for live runs only."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from realtrade.engine.keeper import Keeper
from realtrade.engine.lifecycle import Service
from realtrade.engine.state import BotRunning, Running
from realtrade.engine.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

    from realtrade.engine.parts import Parts


def take_state(parts: Parts, stack: ExitStack) -> None:
    """Make sure that nobody else runs this bot, and that people can get at it.

    Raises:
        BotRunning: somebody does.
    """
    state = parts.state
    if state is None:
        return
    try:
        state.take()
    except BotRunning:
        raise
    except OSError as error:
        told = f"no state folder, so the command line cannot operate this bot: {error}"
        parts.say("warning", told)
        parts.forget_state()
        return
    stack.callback(state.release)
    note = parts.controls.halt_note
    if note is not None:
        parts.say("warning", f"halted by {note.by}: {note.reason}; `realtrade resume` ends it")


def operate(parts: Parts, stack: ExitStack) -> None:
    """Start what runs beside trading."""
    parts.turns = Turns(parts)
    stack.callback(parts.lifecycle.take_down)
    _introduce(parts)
    rounds: list[Callable[[], None]] = []
    keeper = Keeper(
        parts.controls,
        state=parts.state,
        status=lambda: status(parts),
        rounds=rounds,
        fresh=lambda verb, number: parts.journal is None or parts.journal.command(verb, number),
        clock=parts.clock,
        say=parts.say,
    )
    parts.lifecycle.bring_up(Service(name="keeper", start=keeper.start, stop=keeper.stop))


def _introduce(parts: Parts) -> None:
    if parts.state is None:
        return
    recipe = parts.recipe
    parts.state.introduce(
        Running(
            name=recipe.name,
            pid=os.getpid(),
            mode=recipe.mode.value,
            recipe=str(recipe.path.resolve()),
            started_ms=parts.clock.now_ms(),
        )
    )


def status(parts: Parts) -> dict[str, Any]:
    """Return how the bot is, as plain values."""
    step = parts.lifecycle.step
    return {"phase": step.now.value, "reason": step.reason, "since_ms": step.time_ms}
