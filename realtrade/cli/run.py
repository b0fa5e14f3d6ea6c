"""`realtrade run RECIPE`: do what the recipe's mode says, and leave the artifacts behind."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import click

from realtrade.cli.exits import Ending, ExitCode
from realtrade.cli.options import RECIPE_FILE, recipe_options

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from realtrade.engine import RunOutcome, StateFolder, TradingRunner


@click.command()
@click.argument("recipe", type=RECIPE_FILE)
@recipe_options
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of the artifacts; runs/<name>/ when left out.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder a live bot is operated from; state/<name>/ beside the recipe when left out.",
)
@click.option("--quiet", is_flag=True, help="Show no progress, only warnings and the result.")
def run(
    recipe: Path,
    *,
    env: str | None,
    sets: tuple[str, ...],
    out: Path | None,
    state: Path | None,
    quiet: bool,
) -> int:
    """Run RECIPE in its mode: a backtest to its end, everything else until stopped.

    Ctrl-C stops cleanly at the next bar; a second one at once. A live bot is operated by `status`,
    `pause`, `halt`, `resume` and `flatten`; SIGUSR1 halts it, SIGHUP lets it read its recipe again.
    """
    from realtrade.cli.signals import stopping
    from realtrade.cli.start_failures import cannot_start
    from realtrade.cli.watch import watching
    from realtrade.cli.yaml_text import yaml_lines
    from realtrade.engine import StageFailed, TradingRunner
    from realtrade.recipe import effective, load_recipe
    from realtrade.recipe.blocks import Mode
    from realtrade.utils.malloc import share_arenas

    loaded = load_recipe(recipe, env=env, sets=sets)
    folder = out or Path("runs") / loaded.name
    text = "\n".join(yaml_lines(effective(recipe, env=env, sets=sets)))
    live = loaded.mode is not Mode.BACKTEST
    home = _home(state or recipe.parent.resolve() / "state" / loaded.name, live=live)
    if live:
        share_arenas()
    with watching(quiet=quiet, live=live) as watch:
        runner = TradingRunner(loaded, out=folder, observer=watch, recipe_text=text, state=home)
        try:
            with (
                stopping(runner.stop),
                _halting(runner, live=live),
                _reloading(runner, recipe, env, sets, live=live),
            ):
                outcome = runner.run()
        except StageFailed as failed:
            cannot_start(failed)
    return _told(outcome, live=live)


def _halting(runner: TradingRunner, *, live: bool) -> AbstractContextManager[None]:
    """Let SIGUSR1 halt a live bot, as `realtrade halt` does."""
    from contextlib import nullcontext

    from realtrade.cli.signals import halting

    def halt() -> None:
        try:
            runner.controls.halt(by="signal")
        except OSError as error:
            kept = "halted, and a restart would forget it: %s"
            logging.getLogger("realtrade.run").error(kept, error)

    return halting(halt) if live else nullcontext()


def _reloading(
    runner: TradingRunner, recipe: Path, env: str | None, sets: tuple[str, ...], *, live: bool
) -> AbstractContextManager[None]:
    """Let a live bot read its recipe again on SIGHUP; one that is invalid keeps the running one."""
    from contextlib import nullcontext

    from realtrade.cli.signals import reloading
    from realtrade.recipe import RecipeInvalid, load_recipe, render

    def reload() -> None:
        try:
            runner.reload(load_recipe(recipe, env=env, sets=sets))
        except RecipeInvalid as invalid:
            kept = f"recipe: invalid, so the running one is kept\n{render(invalid.diagnostics)}"
            logging.getLogger("realtrade.run").error(kept)
        except OSError as error:
            logging.getLogger("realtrade.run").error("recipe: cannot be read: %s", error)

    return reloading(reload) if live else nullcontext()


def _home(folder: Path, *, live: bool) -> StateFolder:
    """Return the state folder, and let `realtrade status` find it."""
    from contextlib import suppress

    from realtrade.engine.fleet import Fleet
    from realtrade.engine.state import StateFolder

    home = StateFolder(folder)
    if live:
        with suppress(OSError):
            Fleet().enlist(home)
    return home


def _told(outcome: RunOutcome, *, live: bool) -> int:
    """Print the result on stdout and return the exit code.

    What is live ends by being stopped; a backtest that was stopped is only a part of one.
    """
    if outcome.rows:
        from realtrade.cli.result import print_rows

        print_rows(outcome.rows)
    if outcome.folder is not None:
        click.echo(f"\nreport: {outcome.folder / 'report.html'}")
    if outcome.crash is not None:
        raise Ending(ExitCode.INTERNAL, outcome.crash.text.rstrip())
    if outcome.ending == "stopped" and not live:
        raise Ending(ExitCode.INTERRUPTED, "stopped before the last bar: the result is a part")
    return ExitCode.OK
