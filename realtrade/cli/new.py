"""`realtrade new`: scaffolds that validate and run at once."""

from __future__ import annotations

from pathlib import Path

import click

from realtrade.cli.scaffold import LAYOUTS, Names, planned, refuse_taken_module, write

_NEXT = {
    "recipe": ("realtrade run {recipe}",),
    "strategy": ("realtrade run {recipe}",),
    "plugin": ("pip install -e {folder}", "realtrade run {recipe}"),
}


@click.command("new")
@click.argument("kind", type=click.Choice(list(LAYOUTS)))
@click.argument("name")
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where to write; a new folder NAME when left out.",
)
def new(kind: str, name: str, out: Path | None) -> None:
    """Start a recipe, a strategy of your own, or a plugin package, called NAME.

    Everything runs as it is, on made-up prices that come with it. Nothing that exists is
    written over. The paths of the new files are printed.
    """
    names = Names.of(name)
    if kind == "strategy":
        refuse_taken_module(names)
    folder = out or Path(names.slug)
    for path in write(planned(kind, names), folder):
        click.echo(path)
    click.echo("next:", err=True)
    for line in _NEXT[kind]:
        told = line.format(recipe=folder / f"{names.slug}.yaml", folder=folder)
        click.echo(f"  {told}", err=True)
