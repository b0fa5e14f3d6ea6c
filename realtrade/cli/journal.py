"""`realtrade journal`: look into what a bot remembers, whether it runs or not."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from realtrade.cli.exits import Ending, ExitCode, Failure
from realtrade.cli.options import recipe_options

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.recipe.blocks import Recipe
    from realtrade.storage.places import Place
    from realtrade.storage.reader import JournalReader

_JOURNAL = click.Path(exists=True, dir_okay=False, path_type=Path)
_RECIPES = (".yaml", ".yml")


@click.group()
def journal() -> None:
    """Look into a bot's journal: orders, executions, positions, events.

    RECIPE_OR_FILE is a recipe, whose journal is meant, or a SQLite journal itself.
    """


@journal.command()
@click.argument("recipe_or_file", type=_JOURNAL)
@click.option("--orders", default=20, show_default=True, help="How many of the newest orders.")
@recipe_options
def show(recipe_or_file: Path, orders: int, env: str | None, sets: tuple[str, ...]) -> int:
    """Print positions, the newest orders and how far things are."""
    from realtrade.cli.journal_text import print_journal

    place, bot = _place(recipe_or_file, env, sets)
    with _opened(place, bot) as reader:
        print_journal(reader, str(place), orders)
    return ExitCode.OK


@journal.command()
@click.argument("recipe_or_file", type=_JOURNAL)
@click.option("--table", metavar="NAME", help="One table only; all of them when left out.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="jsonl: an object a row, in the order of writing; csv: one table.",
)
@click.option("-o", "--output", type=click.File("w", encoding="utf-8"), default="-", metavar="FILE")
@recipe_options
def export(
    recipe_or_file: Path,
    *,
    table: str | None,
    form: str,
    output: IO[str],
    env: str | None,
    sets: tuple[str, ...],
) -> int:
    """Write every row as text, numbers to the last digit."""
    from realtrade.cli.journal_text import write_csv, write_jsonl
    from realtrade.storage.reader import TABLE_NAMES

    if table is not None and table not in TABLE_NAMES:
        msg = f"a journal has no table '{table}'; it has {', '.join(TABLE_NAMES)}"
        raise click.UsageError(msg)
    if form == "csv" and table is None:
        msg = "csv holds one table: name it with --table"
        raise click.UsageError(msg)
    place, bot = _place(recipe_or_file, env, sets)
    with _opened(place, bot) as reader:
        rows = reader.everything() if table is None else ((table, r) for r in reader.rows(table))
        (write_csv if form == "csv" else write_jsonl)(rows, output)
    return ExitCode.OK


@journal.command()
@click.argument("recipe_or_file", type=_JOURNAL)
@recipe_options
def verify(recipe_or_file: Path, env: str | None, sets: tuple[str, ...]) -> int:
    """Check every row as a start would; exit with 65 when the journal is damaged.

    What is odd and yet as it was written is told too, and keeps no bot from starting.
    """
    from realtrade.cli.journal_text import print_findings
    from realtrade.plugins.ports import JournalError
    from realtrade.storage.reader import verify_journal

    place, bot = _place(recipe_or_file, env, sets)
    try:
        found = verify_journal(place, bot=bot)
    except JournalError as error:
        raise Failure(str(error), ExitCode.UNREACHABLE) from error
    print_findings(found)
    if found.damage:
        raise Ending(ExitCode.FAILED, f"the journal {place} is damaged")
    return ExitCode.OK


@contextmanager
def _opened(place: Place, bot: str) -> Iterator[JournalReader]:
    """Open a journal; what keeps it closed ends the command in a sentence."""
    from realtrade.plugins.ports import JournalError
    from realtrade.storage import JournalDamaged, JournalForeign, JournalTooNew
    from realtrade.storage.reader import read_journal

    try:
        with read_journal(place, bot=bot) as reader:
            yield reader
    except (JournalDamaged, JournalForeign, JournalTooNew) as error:
        raise Failure(str(error), ExitCode.FAILED) from error
    except JournalError as error:
        raise Failure(str(error), ExitCode.UNREACHABLE) from error


def _place(given: Path, env: str | None, sets: tuple[str, ...]) -> tuple[Place, str]:
    """Return where the journal is that is meant, and the bot's name where that is known."""
    from realtrade.storage.places import Place, place_of

    if given.suffix not in _RECIPES:
        return Place(str(given), path=given), ""
    from realtrade.plugins.ports import JournalError
    from realtrade.recipe import load_recipe

    recipe = load_recipe(given, env=env, sets=sets)
    try:
        return place_of(_url(recipe), recipe.folder.resolve()), recipe.name
    except JournalError as error:
        raise Failure(str(error), ExitCode.INVALID) from error


def _url(recipe: Recipe) -> str:
    from realtrade.plugins.secret import SecretRef
    from realtrade.recipe.blocks import StorageBlock
    from realtrade.recipe.secrets import SecretMissing, SecretResolver
    from realtrade.utils.logs import Redactor

    block = recipe.storage
    if block is None:
        return f"sqlite:///state/{recipe.name}.db"
    if not isinstance(block, StorageBlock):
        msg = f"the plugin '{block.type}' keeps this journal: only it can look into it"
        raise Failure(msg, ExitCode.USAGE)
    if not isinstance(block.url, SecretRef):
        return block.url
    try:
        return SecretResolver(recipe.folder.resolve(), Redactor())(block.url).reveal()
    except SecretMissing as error:
        raise Failure(str(error), ExitCode.INVALID) from error
