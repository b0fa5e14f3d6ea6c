"""`realtrade flatten [BOT]`: close every position, then stand still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.bots import ask, bot_argument, find, refuse_idle
from realtrade.cli.exits import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@bot_argument
@click.option("--reason", default="asked to", metavar="TEXT", help="Why; it is logged and told.")
@click.option("--yes", is_flag=True, help="Do not ask first.")
def flatten(bot: str | None, state: Path | None, reason: str, yes: bool) -> int:
    """Close every position of BOT at market and halt it, until `realtrade resume`.

    BOT is a recipe, a bot's name or its state folder; left out, the only bot that runs. Only a
    bot that runs can close its positions.
    """
    found = find(bot, state)
    if not found.alive():
        refuse_idle(found)
    if not yes:
        click.confirm(f"close every position of {found.path.name} at market?", abort=True, err=True)
    ask(found, "flatten", reason=reason)
    click.echo(f"{found.path.name} is halted and closes its positions")
    return ExitCode.OK
