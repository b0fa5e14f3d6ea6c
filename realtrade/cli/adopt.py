"""`realtrade adopt [BOT]`: the exchange is right."""

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
@click.option("--yes", is_flag=True, help="Do not ask first.")
def adopt(bot: str | None, state: Path | None, yes: bool) -> int:
    """Have BOT take over what its exchange holds, wherever that differs from what BOT knows.

    BOT is a recipe, a bot's name or its state folder; left out, the only bot that runs. A position
    that differs becomes BOT's own as the exchange has it, an order with a name of BOT's that it
    does not know becomes its order. Nothing is traded or cancelled; what it was before is kept in
    the journal. Orders and trades that others have made stay theirs.

    A bot that refuses entries because its account differs trades again from there on; one that is
    halted takes `realtrade resume` besides. To close positions instead: `realtrade flatten`. A bot
    that does not run does so when it is started.
    """
    found = find(bot, state)
    name = found.path.name
    if not yes:
        text = f"take over, as {name}'s own, what its exchange holds and it knows nothing of?"
        click.confirm(text, abort=True, err=True)
    if found.alive():
        ask(found, "adopt")
        click.echo(f"{name} looks at its exchange and takes over what differs")
    else:
        leave(found, "adopt", reason="", clock=SystemClock())
        click.echo(f"{name} is not running; it will take over what differs when it starts")
    return ExitCode.OK
