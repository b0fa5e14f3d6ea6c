"""`realtrade check RECIPE`: does the strategy look ahead, and how much history does it need?"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import Ending, ExitCode
from realtrade.cli.options import RECIPE_FILE, recipe_options

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.engine.check import CheckOutcome
    from realtrade.engine.check.check import Part
    from realtrade.recipe import Recipe

_PARTS = ("look-ahead", "warm-up")


@click.command("check")
@click.argument("recipe", type=RECIPE_FILE)
@recipe_options
@click.option(
    "--bars",
    type=click.IntRange(min=2),
    default=5_000,
    show_default=True,
    metavar="N",
    help="Look at the newest N bars of the finest feed.",
)
@click.option(
    "--cuts",
    type=click.IntRange(min=1),
    default=20,
    show_default=True,
    metavar="N",
    help="Change the future after N signals and half as many other bars.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Chooses those other bars.")
@click.option("--only", type=click.Choice(_PARTS), help="Check one thing alone.")
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Form of the findings.",
)
@click.option("--quiet", is_flag=True, help="Show no progress.")
def check(
    *,
    recipe: Path,
    env: str | None,
    sets: tuple[str, ...],
    bars: int,
    cuts: int,
    seed: int,
    only: Part | None,
    form: str,
    quiet: bool,
) -> int:
    """Run RECIPE's strategy again and again as a backtest, and compare its orders.

    Look-ahead: after a signal the future is cut off, then replaced by another one. No order up
    to that bar may change.

    Warm-up: a start with little history must place the orders of a start with all of it. Tells
    the `history: N bars` from which on it does.

    Exits 65 when an order changed that must not. Cannot see what a strategy reads from files of
    its own. What it prints is dropped.
    """
    from realtrade.cli.check_text import as_json, as_text
    from realtrade.recipe import load_recipe

    loaded = load_recipe(recipe, env=env, sets=sets)
    parts: tuple[Part, ...] = (only,) if only else ("look-ahead", "warm-up")
    outcome = _checked(loaded, bars, cuts, seed, parts, quiet=quiet)
    if form == "json":
        click.echo(as_json(loaded.name, outcome))
    else:
        click.echo("\n".join(as_text(outcome)))
    if outcome.crash is not None and not _foresees(outcome):
        raise Ending(ExitCode.INTERNAL, outcome.crash.text.rstrip())
    return ExitCode.OK if outcome.clean else ExitCode.FAILED


def _checked(
    loaded: Recipe, bars: int, cuts: int, seed: int, parts: tuple[Part, ...], *, quiet: bool
) -> CheckOutcome:
    from realtrade.cli.watch import watching
    from realtrade.engine import StageFailed
    from realtrade.engine.check import RecipeCheck

    with watching(quiet=quiet, live=False) as watch, redirect_stdout(io.StringIO()):
        made = RecipeCheck(loaded, bars=bars, cuts=cuts, seed=seed, parts=parts, observer=watch)
        try:
            return made.run()
        except StageFailed as failed:
            raise failed.cause from failed


def _foresees(outcome: CheckOutcome) -> bool:
    return outcome.look_ahead is not None and bool(outcome.look_ahead.findings)
