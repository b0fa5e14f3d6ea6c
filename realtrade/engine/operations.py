"""Everything beside trading: made and started in order for live runs only."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING, Any

from realtrade.engine import probes
from realtrade.engine.forgetting import Forgetting
from realtrade.engine.keeper import Keeper
from realtrade.engine.lifecycle import RUNNING, Service
from realtrade.engine.picture import Painter
from realtrade.engine.state import BotRunning, Running
from realtrade.engine.systemd import ServiceManager
from realtrade.engine.turns import Turns
from realtrade.engine.vigil import Vigil
from realtrade.monitor.board import Board
from realtrade.monitor.health import HealthCheck
from realtrade.recipe import surroundings
from realtrade.utils.logs import TailHandler

if TYPE_CHECKING:
    from contextlib import ExitStack

    from realtrade.engine.parts import Parts

_KEEPER_S, _NOTIFIER_S, _SERVER_S = 5.0, 14.0, 5.0


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
    """Start what runs beside trading; it is stopped in reverse, each within its deadline."""
    turns = parts.turns = Turns(parts)
    board, health = _board(parts, stack), HealthCheck(parts.clock)
    painter = Painter(parts, board)
    turns.after += [painter.turn, Forgetting(parts).turn]
    parts.listeners.extend((board.event, painter.event))
    parts.lifecycle.listen(lambda step: board.touch())
    vigil = Vigil(parts, health)
    probes.register(health, parts, turns, painter)
    stack.callback(parts.lifecycle.take_down)
    _start_keeper(parts, board, vigil, turns)
    _start_notifier(parts)
    _start_scheduler(parts, turns)
    _start_page(parts, board, vigil, turns)
    _start_chat(parts, board, vigil)
    last = Service(name="the last picture", start=lambda: None, stop=painter.paint)
    parts.lifecycle.bring_up(last)


def _board(parts: Parts, stack: ExitStack) -> Board:
    recipe = parts.recipe

    def now() -> dict[str, Any]:
        step = parts.lifecycle.step
        return {"phase": step.now.value, "reason": step.reason, "since_ms": step.time_ms}

    board = Board(
        now,
        name=recipe.name,
        mode=recipe.mode.value,
        strategy=recipe.strategy.type,
        currency=parts.currency,
        started_ms=parts.clock.now_ms(),
    )
    tail = TailHandler(parts.redactor, board.line)
    logging.getLogger().addHandler(tail)
    stack.callback(logging.getLogger().removeHandler, tail)
    return board


def _start_keeper(parts: Parts, board: Board, vigil: Vigil, turns: Turns) -> None:
    manager = ServiceManager(surroundings.notify_socket(), watchdog_s=surroundings.watchdog_s())
    parts.lifecycle.listen(manager.step)

    def watchdog() -> None:
        if probes.alive(parts, turns)[0]:
            manager.alive()

    def status() -> dict[str, Any]:
        return {**board.status(), "health": vigil.health.plain(), "fills": []}

    keeper = Keeper(
        parts.controls,
        state=parts.state,
        status=status,
        rounds=[vigil.look, watchdog],
        fresh=lambda verb, number: parts.journal is None or parts.journal.command(verb, number),
        clock=parts.clock,
        say=parts.say,
    )
    introduce(parts)
    service = Service(name="keeper", start=keeper.start, stop=keeper.stop, deadline_s=_KEEPER_S)
    parts.lifecycle.bring_up(service)


def introduce(parts: Parts, address: str | None = None) -> None:
    """Write down in the state folder who runs, and where its page is."""
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
            address=address,
        )
    )


def _start_notifier(parts: Parts) -> None:
    notifier, journal = parts.notifier, parts.journal
    if notifier is None or journal is None:
        return
    service = Service(
        name="notifications",
        start=lambda: notifier.start(journal, parts.recovery.recalled.cursors),
        stop=notifier.stop,
        deadline_s=_NOTIFIER_S,
    )
    parts.lifecycle.bring_up(service)


def _start_scheduler(parts: Parts, turns: Turns) -> None:
    from realtrade.engine.jobs import jobs_of

    jobs = jobs_of(parts, turns)
    if not jobs:
        return
    from realtrade.engine.scheduler import Scheduler

    scheduler = parts.scheduler = Scheduler(jobs, clock=parts.clock, say=parts.say)
    service = Service(name="scheduler", start=scheduler.start, stop=scheduler.stop)
    parts.lifecycle.bring_up(service)


def _start_page(parts: Parts, board: Board, vigil: Vigil, turns: Turns) -> None:
    if parts.recipe.monitor.http is None:
        return
    from realtrade.engine.page import make_server

    server = make_server(
        parts,
        board=board,
        health=vigil.now,
        live=lambda: probes.alive(parts, turns),
        ready=lambda: ready(parts, vigil),
    )
    service = Service(name="the page", start=server.start, stop=server.stop, deadline_s=_SERVER_S)
    parts.lifecycle.bring_up(service)
    introduce(parts, server.address)
    parts.say("info", f"page, health and metrics: http://{server.address}/")


def ready(parts: Parts, vigil: Vigil) -> tuple[bool, str]:
    """Tell whether the bot trades, or would if nobody held it back, on bars that are fresh."""
    if parts.lifecycle.phase not in RUNNING:
        return False, f"the bot is {parts.lifecycle.phase}"
    worst = [one for one in vigil.now().conditions if one.status == "degraded"]
    if worst:
        return False, worst[0].message
    return True, f"the bot is {parts.lifecycle.phase}"


def _start_chat(parts: Parts, board: Board, vigil: Vigil) -> None:
    if parts.recipe.notify.telegram is None:
        return
    from realtrade.engine.chat import make_chat

    chat = make_chat(parts, lambda: {**board.status(), "health": vigil.now().plain()})
    parts.lifecycle.bring_up(Service(name="telegram", start=chat.start, stop=chat.stop))
