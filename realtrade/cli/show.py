"""`realtrade show`: a recipe as it is once everything is merged and filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from realtrade.cli.options import RECIPE_FILE, recipe_options

if TYPE_CHECKING:
    from pathlib import Path


@click.command("show")
@click.argument("recipe", type=RECIPE_FILE)
@click.option("--origin", is_flag=True, help="Say after every value where it was written.")
@recipe_options
def show(recipe: Path, origin: bool, env: str | None, sets: tuple[str, ...]) -> None:
    """Print RECIPE after merging: what it extends, its environment, --set and its templates.

    The output is a recipe itself. Secrets stay the references they were written as; a text
    that looks like a secret in clear is shown as ***.
    """
    from realtrade.cli.yaml_text import yaml_lines
    from realtrade.recipe import effective

    tree = effective(recipe, env=env, sets=sets)
    for line in yaml_lines(tree, origin=origin):
        click.echo(line)
