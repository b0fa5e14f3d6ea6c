"""What the charts of a sweep show: the objective and its steadiness over every two parameters."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.monitor.sweep_facts import SweepAxis, SweepFacts, SweepTrial

MOST_MAPS = 10
"""Pairs of parameters shown; the first named come first."""
MOST_CELLS = 200
"""Values of one parameter a map shows."""


def maps(facts: SweepFacts) -> list[dict[str, Any]]:
    """Return two charts for every two parameters, or for the only one: objective and stability.

    Where other parameters differ too, a cell shows the best trial among them.
    """
    places = [place for place, axis in enumerate(facts.axes) if 1 < len(axis.values) <= MOST_CELLS]
    first = facts.objectives[0][0]
    shown: list[tuple[str, Callable[[SweepTrial], float | None]]] = [
        (first, lambda trial: trial.objectives[0]),
        ("Stability", lambda trial: trial.stability),
    ]
    if len(places) == 1:
        return [_line(facts, places[0], title, height) for title, height in shown]
    pairs = list(combinations(places, 2))[:MOST_MAPS]
    return [_map(facts, pair, title, height) for pair in pairs for title, height in shown]


def _line(
    facts: SweepFacts, place: int, title: str, height: Callable[[SweepTrial], float | None]
) -> dict[str, Any]:
    axis = facts.axes[place]
    best = _best(facts, (place,))
    heights = [_height(best.get((index,)), height) for index in range(len(axis.values))]
    trace = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": list(axis.values),
        "y": heights,
        "line": {"color": "--accent", "width": 1.8},
        "hovertemplate": f"{axis.label} %{{x}}<br>%{{y:.4~g}}<extra></extra>",
    }
    return _chart("line", f"{title} over {axis.label}", facts, [trace], (axis.label, ""))


def _map(
    facts: SweepFacts,
    pair: tuple[int, int],
    title: str,
    height: Callable[[SweepTrial], float | None],
) -> dict[str, Any]:
    down, across = (facts.axes[place] for place in pair)
    best = _best(facts, pair)
    cells = [
        [_height(best.get((row, column)), height) for column in range(len(across.values))]
        for row in range(len(down.values))
    ]
    trace = {
        "type": "heatmap",
        "x": list(across.values),
        "y": list(down.values),
        "z": cells,
        "colorscale": _scale(reverse=title != "Stability" and facts.objectives[0][1]),
        "hoverongaps": False,
        "xgap": 1,
        "ygap": 1,
        "hovertemplate": _hover(across, down),
        "colorbar": {"thickness": 12, "outlinewidth": 0},
    }
    name = f"{title} over {down.label} and {across.label}"
    return _chart("map", name, facts, [trace], (across.label, down.label))


def _chart(
    kind: str, title: str, facts: SweepFacts, traces: list[Any], labels: tuple[str, str]
) -> dict[str, Any]:
    others = len(facts.axes) > (2 if kind == "map" else 1)
    note = "Each cell shows the best of all other parameters. " if others else ""
    if title.startswith("Stability"):
        note += "1 where neighbours come to the same, 0 where they differ by all there is."
    return {"kind": kind, "title": title, "note": note, "traces": traces, "labels": list(labels)}


def _best(facts: SweepFacts, places: tuple[int, ...]) -> dict[tuple[int, ...], SweepTrial]:
    """Return the best trial of each combination of the parameters at `places`."""
    found: dict[tuple[int, ...], SweepTrial] = {}
    for trial in facts.trials:
        if trial.objectives[0] is not None:
            found.setdefault(tuple(trial.choices[place] for place in places), trial)
    return found


def _height(trial: SweepTrial | None, height: Callable[[SweepTrial], float | None]) -> float | None:
    return None if trial is None else height(trial)


def _hover(across: SweepAxis, down: SweepAxis) -> str:
    return f"{across.label} %{{x}}<br>{down.label} %{{y}}<br>%{{z:.4~g}}<extra></extra>"


def _scale(*, reverse: bool) -> list[list[Any]]:
    colours = ["--loss", "--card", "--accent"]
    ordered = colours[::-1] if reverse else colours
    return [[place / 2, colour] for place, colour in enumerate(ordered)]
