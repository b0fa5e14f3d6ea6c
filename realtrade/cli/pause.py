"""`realtrade pause [BOT]`: no new exposure for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.bots import ask, bot_argument, find
from realtrade.cli.exits import ExitCode

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@bot_argument
@click.option("--reason", default="", metavar="TEXT", help="Why; it is logged and told.")
def pause(bot: str | None, state: Path | None, reason: str) -> int:
    """Let no new exposure of BOT in until `realtrade resume`; orders at work stay.

    BOT is a recipe, a bot's name or its state folder; left out, the only bot that runs. A pause is
    forgotten when the bot is stopped; `realtrade halt` is kept.
    """
    found = find(bot, state)
    ask(found, "pause", reason=reason)
    click.echo(f"{found.path.name} is paused")
    return ExitCode.OK
