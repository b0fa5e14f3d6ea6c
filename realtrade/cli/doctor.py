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
@recipe_options
def doctor(recipe: Path, env: str | None, sets: tuple[str, ...]) -> int:
    """Check this machine and RECIPE before a run: versions, plugins, secrets, files, disk.

    Asks no exchange and shows no secret. One check a line: `ok`, `warn` or `fail`, what was
    checked and what was found, separated by tabs. Exits 78 when something would stop a run.
    """
    from realtrade.cli.checkup import checks
    from realtrade.recipe import load_recipe

    failed = False
    for check in checks(load_recipe(recipe, env=env, sets=sets)):
        failed = failed or check.status == "fail"
        click.echo(f"{check.status}\t{check.subject}\t{check.found}")
    return ExitCode.INVALID if failed else ExitCode.OK
