"""Finding bots on this machine and having something done to one."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from realtrade.cli.exits import ExitCode, Failure
from realtrade.engine.controls import HaltNote
from realtrade.engine.fleet import Fleet
from realtrade.engine.state import Command, StateFolder
from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.engine.state import Verb

_Command = TypeVar("_Command", bound="Callable[..., Any]")
PATIENCE_S = 5.0
"""How long a bot may take to do what it was asked."""
_NAP_S = 0.02


def bot_argument(command: _Command) -> _Command:
    """Add `[BOT]` and `--state DIR`; they arrive as `bot` and `state`."""
    with_state = click.option(
        "--state",
        type=click.Path(file_okay=False, path_type=Path),
        metavar="DIR",
        help="The bot's state folder, where it is not state/<name>/ beside the recipe.",
    )
    return click.argument("bot", required=False)(with_state(command))


def everyone(folder: Path | None = None) -> list[StateFolder]:
    """Return all bots known on this machine, and those of `state/` here."""
    here = folder or Path()
    return Fleet().bots([here / "state", here / "recipes" / "state"])


def find(bot: str | None, state: Path | None) -> StateFolder:
    """Return the bot that is meant: a recipe, a name, a state folder, or the only one running.

    Raises:
        Failure: none is, or more than one.
    """
    if state is not None:
        return StateFolder(state)
    if bot is None:
        return _only([one for one in everyone() if one.alive()], "is running")
    path = Path(bot)
    if path.exists():
        return StateFolder(path) if path.is_dir() else _of_recipe(path.resolve())
    return _only([one for one in everyone() if one.path.name == bot], f"is named '{bot}'")


def _only(found: list[StateFolder], what: str) -> StateFolder:
    if len(found) == 1:
        return found[0]
    if not found:
        msg = f"no bot {what}"
        raise Failure(msg, ExitCode.USAGE, hint="`realtrade status` lists the bots there are")
    folders = ", ".join(f"{one.path}{' (running)' if one.alive() else ''}" for one in found)
    msg = f"more than one bot {what}: {folders}"
    raise Failure(msg, ExitCode.USAGE, hint="name its recipe, or its state folder")


def _of_recipe(recipe: Path) -> StateFolder:
    """Find a recipe's bot among those that run, so that a recipe broken since is no obstacle."""
    for one in everyone(recipe.parent):
        running = one.running()
        if running is not None and running.recipe == str(recipe) and one.alive():
            return one
    from realtrade.recipe import load_recipe

    return state_of(recipe, load_recipe(recipe).name)


def state_of(recipe: Path, name: str) -> StateFolder:
    """Return the state folder of a recipe's bot, where none is named: `state/<name>/` beside it."""
    return StateFolder(recipe.parent.resolve() / "state" / name)


def ask(found: StateFolder, verb: Verb, *, reason: str = "", clock: Clock | None = None) -> None:
    """Have a running bot do something, and wait until it has.

    Raises:
        Failure: it does not run, or does not answer.
    """
    clock = clock or SystemClock()
    if not found.alive():
        refuse_idle(found)
    left = leave(found, verb, reason=reason, clock=clock)
    until_s = clock.monotonic_s() + PATIENCE_S
    while left.exists():
        if clock.monotonic_s() > until_s:
            left.unlink(missing_ok=True)
            msg = f"{found.path.name} does not answer: nothing done within {PATIENCE_S:g} s"
            raise Failure(msg, ExitCode.UNREACHABLE, hint=_hint(found))
        clock.sleep(_NAP_S)


def refuse_idle(found: StateFolder) -> NoReturn:
    """End because a bot does not run.

    Raises:
        Failure: always.
    """
    msg = f"{found.path.name} is not running"
    raise Failure(msg, ExitCode.UNREACHABLE, hint="`realtrade status` lists the bots that run")


def leave(found: StateFolder, verb: Verb, *, reason: str, clock: Clock) -> Path:
    """Leave a command in a state folder; return its file."""
    number = f"{clock.now_ms()}-{secrets.token_hex(4)}"
    return found.ask(Command(verb=verb, by="cli", reason=reason, number=number))


def keep_halt(found: StateFolder, reason: str, clock: Clock | None = None) -> None:
    """Write a halt down: it holds from the bot's next start on, whatever becomes of this one."""
    now_ms, known = (clock or SystemClock()).now_ms(), found.recall()
    flatten = known is not None and known.flatten
    found.remember(HaltNote(reason=reason, by="cli", time_ms=now_ms, flatten=flatten))


def _hint(found: StateFolder) -> str:
    running = found.running()
    return f"stop process {running.pid}, which hangs" if running is not None else ""
