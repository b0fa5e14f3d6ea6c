"""`realtrade doctor`: what on this machine would stop a recipe from running."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import ExitCode
from realtrade.cli.options import RECIPE_FILE, recipe_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("doctor")
@click.argument("recipe", type=RECIPE_FILE)
@click.option("--offline", is_flag=True, help="Ask no exchange.")
@recipe_options
def doctor(recipe: Path, env: str | None, sets: tuple[str, ...], offline: bool) -> int:
    """Check this machine, RECIPE and its exchange before a run.

    Versions, plugins, secrets, files, disk; then, where the recipe needs an exchange, whether it
    answers, its clock, its symbols, and what the key may do. Places no order, shows no secret. One
    check a line: `ok`, `warn` or `fail`, what was checked, what was found and what to do about it,
    separated by tabs. Exits 78 when something would stop a run.
    """
    from realtrade.cli.checkup import checks
    from realtrade.recipe import load_recipe

    failed = False
    for check in checks(load_recipe(recipe, env=env, sets=sets), offline=offline):
        failed = failed or check.status == "fail"
        fix = f": {check.fix}" if check.fix else ""
        click.echo(f"{check.status}\t{check.subject}\t{check.found}{fix}")
    return ExitCode.INVALID if failed else ExitCode.OK
