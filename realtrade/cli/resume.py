"""`realtrade resume [BOT]`: let orders through again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.bots import ask, bot_argument, find, leave
from realtrade.cli.exits import ExitCode
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@bot_argument
def resume(bot: str | None, state: Path | None) -> int:
    """End a pause or a halt of BOT, a person's or a risk rule's.

    BOT is a recipe, a bot's name or its state folder; left out, the only bot that runs. Risk rules
    measure anew from here. A bot that does not run will not start halted.
    """
    found = find(bot, state)
    if found.alive():
        ask(found, "resume")
        click.echo(f"{found.path.name} is resumed")
    else:
        found.take_back()
        found.forget()
        leave(found, "resume", reason="", clock=SystemClock())
        click.echo(f"{found.path.name} is not running; it will start without a halt")
    return ExitCode.OK
