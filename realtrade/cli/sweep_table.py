"""The table of a sweep on stdout."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from realtrade.monitor.summary import NOTHING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.table import Table

    from realtrade.monitor.sweep_facts import SweepFacts, SweepTrial

_LARGE = 100
_WIDE = 500
"""Columns where nobody looks: a file has no edge to wrap at."""


def print_sweep(facts: SweepFacts, top: int) -> None:
    """Print the best trials, the folds of a walk forward, and what was left out."""
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    console.print(_trials(facts, top))
    if facts.folds and facts.split.startswith("walk"):
        console.print()
        console.print(_folds(facts))
    for line in _notes(facts):
        click.echo(line)


def _table(labels: Iterable[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for label in labels:
        table.add_column(label, justify="right", no_wrap=True)
    return table


def _trials(facts: SweepFacts, top: int) -> Table:
    judged = any(trial.tested for trial in facts.trials)
    many = len(facts.objectives) > 1
    labels = [axis.label for axis in facts.axes]
    for text, _ in facts.objectives:
        labels += [text, "out of sample"] if judged else [text]
    labels += ["return", "max drawdown", "trades", "deflated Sharpe", "stability"]
    labels += ["front"] if many else []
    table = _table(["trial", *labels])
    shown = [trial for trial in facts.trials if trial.objectives[0] is not None][:top]
    shown += [trial for trial in facts.trials if many and trial.front and trial not in shown]
    for trial in shown:
        table.add_row(*_row(trial, judged=judged, many=many))
    return table


def _row(trial: SweepTrial, *, judged: bool, many: bool) -> list[str]:
    cells = [str(trial.number), *trial.values]
    for place, value in enumerate(trial.objectives):
        cells.append(number(value))
        if judged:
            cells.append(number(trial.tested[place] if trial.tested else None))
    measures = next(iter(trial.measures.values()), {})
    single = sum(part.startswith("train") for part in trial.measures) == 1
    for key, share in (("total_return", True), ("max_drawdown", True), ("trades", False)):
        value = measures.get(key) if single else None
        cells.append(NOTHING if value is None else f"{value:.2%}" if share else f"{value:,}")
    cells += [percent(trial.deflated_sharpe), percent(trial.stability)]
    return [*cells, "yes" if trial.front else ""] if many else cells


def _folds(facts: SweepFacts) -> Table:
    first = facts.objectives[0][0]
    labels = [axis.label for axis in facts.axes]
    table = _table(["chosen on", "judged on", *labels, first, "out of sample", "return", "trades"])
    for fold in facts.folds:
        spans = [f"{start[:10]}..{end[:10]}" for start, end in (fold.train, fold.test)]
        values = [number(fold.chosen), number(fold.judged), percent(fold.judged_return)]
        trades = NOTHING if fold.judged_trades is None else f"{fold.judged_trades:,}"
        table.add_row(*spans, *fold.values, *values, trades)
    return table


def _notes(facts: SweepFacts) -> Iterable[str]:
    states = Counter(trial.state for trial in facts.trials)
    yield ""
    yield f"{states['done']:,} of {facts.wanted:,} trials done"
    if states["refused"]:
        yield f"{states['refused']:,} refused by the recipe: {_example(facts, 'refused')}"
    if states["failed"]:
        yield f"{states['failed']:,} failed: {_example(facts, 'failed')}"
    if states["pruned"]:
        yield f"{states['pruned']:,} given up early"
    for path in facts.idle:
        yield f"warning: the values of {path} made no difference to any run"
    barren = sum(fold.judged_trades == 0 for fold in facts.folds)
    if barren:
        yield (
            f"warning: {barren:,} of {len(facts.folds):,} parts out of sample closed no trade: "
            "indicators begin anew in each, which should be far longer than they look back"
        )
    if facts.luck is not None:
        yield f"Sharpe ratio that luck alone gives the best of so many: {facts.luck:.2f}"


def _example(facts: SweepFacts, state: str) -> str:
    found = next(trial for trial in facts.trials if trial.state == state)
    return f"trial {found.number}, {found.message}"


def number(value: float | None) -> str:
    """Return a number short enough for a table."""
    if value is None:
        return NOTHING
    return f"{value:,.2f}" if abs(value) >= _LARGE else f"{value:.4f}"


def percent(value: float | None) -> str:
    """Return a fraction as a percentage."""
    return NOTHING if value is None else f"{value:.1%}"
