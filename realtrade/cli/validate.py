"""`realtrade validate`: every mistake of every recipe, at its line, all at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import ExitCode, Failure
from realtrade.cli.options import recipe_options

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from realtrade.recipe import Diagnostic

_VERSION_KEY = re.compile(r"""^\{?\s*["']?realtrade["']?\s*:""", re.MULTILINE)
_HEADLINE = re.compile(r"^(error|warning)\[.*$", re.MULTILINE)


@click.command("validate")
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option(
    "-o",
    "--output",
    "form",
    type=click.Choice(["text", "json", "github", "sarif"]),
    default="text",
    show_default=True,
    help="Form of the findings.",
)
@recipe_options
def validate(paths: tuple[Path, ...], form: str, env: str | None, sets: tuple[str, ...]) -> int:
    """Check recipes: files, or every recipe in folders and below.

    In a folder a recipe is a *.yaml or *.yml file with a `realtrade:` key; names that begin
    with `_` or `.` are passed over, as `_base` fragments are. Needs no network and no secrets,
    and imports no strategy code. Without --env every environment of a recipe is checked too.

    Findings go to stdout; exits 78 when there is an error among them.
    """
    from realtrade.recipe import check_recipe, render

    recipes = list(dict.fromkeys(_recipes(paths)))
    found = _distinct(one for path in recipes for one in check_recipe(path, env=env, sets=sets))
    text = render(found, form)
    if text:
        click.echo(_HEADLINE.sub(_coloured, text) if form == "text" else text)
    invalid = any(one.severity == "error" for one in found)
    if form == "text":
        click.echo(_told(len(recipes), found), err=True)
    return ExitCode.INVALID if invalid else ExitCode.OK


def _recipes(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        below = [found for found in _yaml_files(path) if _has_version_key(found)]
        if not below:
            msg = f"there is no recipe in {path}"
            hint = "a recipe is a *.yaml or *.yml file with a `realtrade:` key"
            raise Failure(msg, ExitCode.USAGE, hint=hint)
        yield from below


def _yaml_files(folder: Path) -> list[Path]:
    return sorted(
        found
        for found in folder.rglob("*.y*ml")
        if found.suffix in {".yaml", ".yml"}
        and not any(part.startswith(("_", ".")) for part in found.relative_to(folder).parts)
    )


def _has_version_key(path: Path) -> bool:
    try:
        return _VERSION_KEY.search(path.read_text("utf-8", "replace")) is not None
    except OSError:
        return True  # the check says why it cannot be read


def _distinct(found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Drop what two recipes say of a fragment they share."""
    return list(dict.fromkeys(found))


def _coloured(headline: re.Match[str]) -> str:
    return click.style(headline[0], fg="red" if headline[1] == "error" else "yellow", bold=True)


def _told(recipes: int, found: Sequence[Diagnostic]) -> str:
    checked = f"{recipes} recipe{'s' * (recipes != 1)} checked"
    errors = sum(one.severity == "error" for one in found)
    warnings = len(found) - errors
    counts = [
        f"{count} {word}{'s' * (count != 1)}"
        for count, word in ((errors, "error"), (warnings, "warning"))
        if count
    ]
    return f"{checked}: {', '.join(counts) or 'all valid'}"
