"""`realtrade risk RECIPE --what-if`: what each rule allows, seen before money does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import ExitCode, Failure
from realtrade.cli.options import RECIPE_FILE, above_zero, recipe_options

if TYPE_CHECKING:
    from decimal import Decimal
    from pathlib import Path


def _amount(ctx: click.Context, param: click.Parameter, text: str | None) -> Decimal | None:
    """Read `--equity`."""
    return None if text is None else above_zero(text, param)


def _prices(
    ctx: click.Context, param: click.Parameter, texts: tuple[str, ...]
) -> dict[str, Decimal]:
    """Read every `--price`."""
    found = {}
    for text in texts:
        symbol, equals, price = text.rpartition("=")
        if not (symbol and equals):
            msg = f"'{text}' is not written as BTC/USDT=50000"
            raise click.BadParameter(msg, param=param)
        found[symbol] = above_zero(price, param)
    return found


@click.command("risk")
@click.argument("recipe", type=RECIPE_FILE)
@click.option(
    "--what-if", is_flag=True, help="Ask the rules about a purchase: the only question yet."
)
@click.option("--equity", callback=_amount, metavar="X", help="The account's; the recipe's cash.")
@click.option(
    "--price",
    "prices",
    callback=_prices,
    multiple=True,
    metavar="SYMBOL=Y",
    help="A symbol's price; a file's last close when left out. May be repeated.",
)
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the answer.",
)
@recipe_options
def risk(
    recipe: Path,
    *,
    what_if: bool,
    equity: Decimal | None,
    prices: dict[str, Decimal],
    form: str,
    env: str | None,
    sets: tuple[str, ...],
) -> int:
    """Show what each rule of RECIPE lets be bought at an equity and a price.

    The account holds nothing and was worth the recipe's cash at its best, so a lower --equity is
    a loss of today, of this week and since the peak. Rules are asked one by one, then together
    with the sizer. Needs no network and no secrets, unless a rule has one.
    """
    from realtrade.cli.risk_text import as_json, print_answer
    from realtrade.engine.what_if import PriceMissing
    from realtrade.engine.what_if import what_if as ask
    from realtrade.plugins.ports.feed import FeedError
    from realtrade.recipe import load_recipe
    from realtrade.utils.clock import SystemClock

    if not what_if:
        raise click.UsageError("ask it something: --what-if")
    loaded = load_recipe(recipe, env=env, sets=sets)
    try:
        answer = ask(loaded, clock=SystemClock(), equity=equity, prices=prices)
    except PriceMissing as missing:
        hint = f"write --price {missing.symbol}=…"
        msg = f"nobody knows a price of {missing.symbol} without asking its exchange"
        raise Failure(msg, ExitCode.USAGE, hint=hint) from missing
    except FeedError as error:
        raise Failure(str(error), ExitCode.INVALID) from error
    if form == "json":
        click.echo(as_json(loaded.name, answer))
    else:
        print_answer(answer)
    return ExitCode.OK
