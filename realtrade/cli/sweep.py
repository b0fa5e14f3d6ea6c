"""`realtrade sweep RECIPE`: many backtests with other values, and which of them to believe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from realtrade.cli.exits import Ending, ExitCode, Failure
from realtrade.cli.options import RECIPE_FILE, recipe_options

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from realtrade.engine.sweep import SweepOutcome, SweepPlan

_SAMPLERS = ("grid", "random", "tpe", "nsga2")


@click.command()
@click.argument("recipe", type=RECIPE_FILE)
@click.option(
    "--param",
    "params",
    multiple=True,
    required=True,
    metavar="PATH=VALUES",
    help="What to try: path=5..50:5, path=5%..25%:5%, path=1..1000:x10 or path=a,b,c; repeat it.",
)
@click.option(
    "--objective",
    "objectives",
    multiple=True,
    default=("sharpe",),
    show_default=True,
    metavar="[max:|min:]EXPRESSION",
    help="A measure of the run, or arithmetic over several; repeated, a Pareto front is marked.",
)
@click.option(
    "--sampler",
    type=click.Choice(_SAMPLERS),
    default="grid",
    show_default=True,
    help="Every combination, some at random, or what Optuna thinks of (extra `sweep`).",
)
@click.option("--trials", type=click.IntRange(min=1), help="Combinations tried at most.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of every sampler but grid.")
@click.option(
    "--split",
    metavar="KIND",
    help="walk-forward:train=180d,test=30d[,anchored]: choose on one part, judge on the next.",
)
@click.option("--holdout", metavar="PERCENT", help="Judge the best on the last part, such as 30%.")
@click.option("--prune", is_flag=True, help="Give up trials that begin badly (tpe and a split).")
@click.option("--workers", type=click.IntRange(min=1), help="Processes; one per core if left out.")
@click.option("--cluster", metavar="URL", help="A Dask scheduler, such as tcp://127.0.0.1:8786.")
@click.option("--storage", metavar="URL", help="Database of the study; SQLite in DIR if left out.")
@recipe_options
@click.option(
    "--out",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder of study and artifacts; runs/<name>/sweep/ when left out.",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=10, show_default=True, help="Rows of the table."
)
@click.option("--quiet", is_flag=True, help="Show no progress, only warnings and the result.")
def sweep(recipe: Path, quiet: bool, top: int, **asked: Any) -> int:
    """Backtest RECIPE with every combination of the values given, whatever its mode is.

    Any value of the recipe can be tried. Results are kept as they come: the same command again
    goes on where it was stopped or killed. Ctrl-C stops and shows the table so far.
    """
    from realtrade.cli.signals import stopping
    from realtrade.cli.sweep_watch import watching
    from realtrade.engine import StageFailed
    from realtrade.engine.sweep import Sweep, SweepRefused
    from realtrade.engine.sweep.errors import SweepBusy
    from realtrade.plugins.ports import FeedError
    from realtrade.storage.study import StudyUnreachable

    try:
        plan = _plan(recipe, **asked)
        with watching(quiet=quiet) as watch:
            whole = Sweep(plan, watch=watch, recipe_text=_shown(recipe, asked))
            with stopping(whole.stop):
                outcome = whole.run()
    except SweepRefused as refused:
        code = ExitCode.LOCKED if isinstance(refused, SweepBusy) else ExitCode.USAGE
        raise Failure(str(refused), code, hint=refused.hint) from refused
    except StageFailed as failed:
        _no_bars(failed)
    except FeedError as error:
        raise Failure(str(error), ExitCode.INVALID) from error
    except StudyUnreachable as error:
        raise Failure(str(error), ExitCode.UNREACHABLE) from error
    return _told(plan, outcome, top)


def _plan(
    recipe: Path,
    *,
    env: str | None,
    sets: tuple[str, ...],
    params: tuple[str, ...],
    objectives: tuple[str, ...],
    split: str | None,
    holdout: str | None,
    out: Path | None,
    **asked: Any,
) -> SweepPlan:
    from realtrade.engine.sweep import Space, SweepPlan
    from realtrade.engine.sweep.objective import Objective
    from realtrade.engine.sweep.splits import Split
    from realtrade.recipe import Variants, effective
    from realtrade.recipe.tree import plain

    space = Space.parse(params)
    sets = (*sets, "mode=backtest")
    name = str(plain(effective(recipe, env=env, sets=sets)).get("name"))
    return SweepPlan(
        variants=Variants(recipe, env=env, sets=sets),
        space=space,
        objectives=tuple(Objective.parse(text) for text in objectives),
        split=Split.parse(split, holdout),
        out=out or Path("runs") / name / "sweep",
        sampler=asked["sampler"],
        trials=asked["trials"],
        seed=asked["seed"],
        prune=asked["prune"],
        workers=asked["workers"] or 0,
        cluster=asked["cluster"] or "",
        storage=asked["storage"] or "",
    )


def _shown(recipe: Path, asked: Mapping[str, Any]) -> Callable[[Sequence[str]], str]:
    """Return what shows the recipe as it took effect with some parameters."""

    def shown(params: Sequence[str]) -> str:
        from realtrade.cli.yaml_text import yaml_lines
        from realtrade.recipe import effective

        sets = (*asked["sets"], "mode=backtest", *params)
        return "\n".join(yaml_lines(effective(recipe, env=asked["env"], sets=sets)))

    return shown


def _told(plan: SweepPlan, outcome: SweepOutcome, top: int) -> int:
    """Print the table on stdout and return the exit code."""
    from realtrade.cli.sweep_table import print_sweep

    print_sweep(outcome.facts, top)
    click.echo(f"\nreport: {outcome.folder / 'sweep.html'}")
    if outcome.stopped:
        raise Ending(ExitCode.INTERRUPTED, "stopped: the same command goes on where this one ended")
    if outcome.facts.best is None:
        raise Failure("no trial came to a value", ExitCode.INTERNAL)
    return ExitCode.OK


def _no_bars(failed: Any) -> NoReturn:
    from realtrade.recipe import RecipeInvalid

    if isinstance(failed.cause, RecipeInvalid):
        raise failed.cause from failed
    hint = getattr(failed.cause, "hint", "")
    msg = f"{failed.stage}: {failed.cause}"
    raise Failure(msg, ExitCode.INVALID, hint=hint) from failed
