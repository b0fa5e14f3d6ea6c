"""`realtrade schema`: the JSON Schema that editors complete and check recipes with."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("schema")
@click.option(
    "--local", is_flag=True, help="With the plugins installed here, not only the built-in ones."
)
@click.option(
    "-o",
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write it to FILE instead of stdout.",
)
def schema(local: bool, out: Path | None) -> None:
    """Print the JSON Schema of recipes.

    Name it in a recipe's first line and an editor completes and checks while you write:

    # yaml-language-server: $schema=recipe.v1.schema.json
    """
    from realtrade.recipe import schema_text

    text = schema_text(local=local)
    if out is None:
        click.echo(text, nl=False)
        return
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, "utf-8")
    click.echo(f"wrote {out}", err=True)
