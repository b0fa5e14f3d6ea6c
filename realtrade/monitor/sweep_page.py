"""`sweep.html`: maps of the objective, the table of the best, the equity of the best of all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.monitor.artifacts import replacing
from realtrade.monitor.figures import equity_chart
from realtrade.monitor.pages import page_file, script_hash, scripts_of, template
from realtrade.monitor.summary import NOTHING
from realtrade.monitor.sweep_figures import maps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from realtrade.monitor.sweep_facts import SweepFacts, SweepFold, SweepTrial
    from realtrade.monitor.tracker import Columns

MOST_ROWS = 200
"""Trials in the page's table; `sweep.parquet` has them all."""


def write_sweep_page(folder: Path, facts: SweepFacts, equity: Columns | None) -> Path:
    """Write `sweep.html`; `equity` is the curve of the best trial over the whole history."""
    scripts = scripts_of("sweep.js")
    charts = maps(facts)
    if equity is not None and len(equity.time_ms):
        charts.append({**equity_chart(equity), "title": "Equity of the best", "labels": ["", ""]})
    known = [trial for trial in facts.trials if trial.objectives[0] is not None]
    html = template("sweep.html.j2").stream(
        facts=facts,
        chips=list(_chips(facts)),
        charts=charts,
        payload={"charts": charts},
        labels=list(_labels(facts)),
        rows=[list(_cells(facts, trial)) for trial in known[:MOST_ROWS]],
        known=len(known),
        fold_labels=list(_fold_labels(facts)),
        folds=[list(_fold(fold)) for fold in facts.folds],
        failures=_failures(facts),
        scripts=scripts,
        hashes=[script_hash(text) for text in scripts.values()],
        style=page_file("report.css"),
    )
    with replacing(folder / "sweep.html") as file:
        html.dump(file, encoding="utf-8")
    return folder / "sweep.html"


def _chips(facts: SweepFacts) -> Iterator[str]:
    yield "sweep"
    yield facts.sampler
    yield f"{len(facts.trials):,} trials"
    if facts.split:
        yield facts.split
    if facts.luck is not None:
        yield f"luck alone: Sharpe {facts.luck:.2f}"


def _labels(facts: SweepFacts) -> Iterator[str]:
    yield "Trial"
    yield from (axis.label for axis in facts.axes)
    for text, _ in facts.objectives:
        yield text
        if _judged(facts):
            yield "out of sample"
    yield from ("Deflated Sharpe", "Stability", "Next door")
    if len(facts.objectives) > 1:
        yield "Front"


def _cells(facts: SweepFacts, trial: SweepTrial) -> Iterator[str]:
    yield str(trial.number)
    yield from trial.values
    for place, value in enumerate(trial.objectives):
        yield _number(value)
        if _judged(facts):
            yield _number(trial.tested[place] if trial.tested else None)
    yield from (_percent(trial.deflated_sharpe), _percent(trial.stability), _number(trial.beside))
    if len(facts.objectives) > 1:
        yield "yes" if trial.front else ""


def _fold_labels(facts: SweepFacts) -> Iterator[str]:
    yield from ("Chosen on", "Judged on")
    yield from (axis.label for axis in facts.axes)
    yield from (facts.objectives[0][0], "out of sample", "Return", "Trades")


def _fold(fold: SweepFold) -> Iterator[str]:
    for start, end in (fold.train, fold.test):
        yield f"{start[:10]} to {end[:10]}"
    yield from fold.values
    yield from (_number(fold.chosen), _number(fold.judged), _percent(fold.judged_return))
    yield NOTHING if fold.judged_trades is None else f"{fold.judged_trades:,}"


def _failures(facts: SweepFacts) -> list[tuple[str, int, str]]:
    """Return state, count and first message of trials that came to nothing."""
    found: dict[str, list[str]] = {}
    for trial in sorted(facts.trials, key=lambda one: one.number):
        if trial.state in ("failed", "refused"):
            found.setdefault(trial.state, []).append(trial.message)
    return [(state, len(messages), messages[0]) for state, messages in found.items()]


def _judged(facts: SweepFacts) -> bool:
    return any(trial.tested for trial in facts.trials)


def _number(value: Any) -> str:
    return NOTHING if value is None else f"{value:,.4g}"


def _percent(value: float | None) -> str:
    return NOTHING if value is None else f"{value:.1%}"
