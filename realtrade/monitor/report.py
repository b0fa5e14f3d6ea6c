"""One HTML file that shows a run: no server, no network, nothing but a browser.

The page forbids itself the network by its Content-Security-Policy, and runs only the scripts whose
hashes stand in it: text from a recipe or an exchange can neither fetch nor run anything.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from realtrade.monitor.artifacts import replacing
from realtrade.monitor.figures import drawdown_chart, equity_chart, price_charts
from realtrade.monitor.pages import page_file, script_hash, scripts_of, template
from realtrade.monitor.summary import NOTHING
from realtrade.monitor.texts import iso_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from realtrade.model.bar import BarColumns
    from realtrade.monitor.facts import RunFacts
    from realtrade.monitor.summary import Row
    from realtrade.monitor.tracker import PerformanceTracker

MOST_TRADES = 5_000
"""Round trips in the page's table: the latest; `trades.csv` has them all."""


class Card(NamedTuple):
    """One of the large figures at the top."""

    label: str
    value: str
    unit: str
    note: str
    definition: str
    tone: str
    """`gain`, `loss` or nothing: colours the value."""


class Word(NamedTuple):
    """A piece of the recipe with the style it is shown in."""

    style: str
    text: str


def write_report(
    folder: Path,
    tracker: PerformanceTracker,
    *,
    facts: RunFacts,
    rows: Sequence[Row],
    recipe_text: str,
    prices: Mapping[str, BarColumns],
) -> Path:
    """Write `report.html`.

    Args:
        folder: where to; it exists.
        tracker: the run.
        facts: who ran and how.
        rows: the summary table.
        recipe_text: the effective recipe as YAML, secrets as references.
        prices: bars by symbol; a chart each, in this order.
    """
    payload = _payload(tracker, prices, facts)
    scripts = scripts_of("report.js")
    html = template("report.html.j2").stream(
        facts=facts,
        rows=rows,
        cards=list(_cards(rows)),
        chips=list(_chips(tracker, facts, prices)),
        charts=payload["charts"],
        payload=payload,
        trips=len(tracker.round_trips),
        shown_trips=len(payload["trades"]),
        open_trips=len(tracker.open_trips),
        recipe=[list(_words(line)) for line in recipe_text.splitlines()],
        scripts=scripts,
        hashes=[script_hash(text) for text in scripts.values()],
        style=page_file("report.css"),
    )
    with replacing(folder / "report.html") as file:
        html.dump(file, encoding="utf-8")
    return folder / "report.html"


def _payload(
    tracker: PerformanceTracker, prices: Mapping[str, BarColumns], facts: RunFacts
) -> dict[str, Any]:
    columns = tracker.columns()
    charts = price_charts(tracker, prices)
    if len(columns.time_ms):
        charts.append(equity_chart(columns))
        if tracker.start_cash > 0:
            charts.append(drawdown_chart(columns, tracker.start_cash, facts.drawdown_limits))
    return {"charts": charts, "trades": [list(trip) for trip in tracker.round_trips[-MOST_TRADES:]]}


def _cards(rows: Sequence[Row]) -> Iterator[Card]:
    by_key = {row.key: row for row in rows}
    notes = {
        "total_return": f"{by_key['cagr'].value} a year",
        "final_equity": f"after {by_key['fees_paid'].value} of fees",
        "max_drawdown": f"lasted {by_key['max_drawdown_length_ms'].value}",
        "sharpe": f"Sortino {by_key['sortino'].value}",
        "win_rate": f"of {by_key['trades'].value} trades",
        "profit_factor": f"{by_key['expectancy'].value} a trade",
    }
    for key, note in notes.items():
        row = by_key[key]
        tone = _tone(row.value) if key == "total_return" else ""
        value, _, unit = row.value.partition(" ")
        yield Card(row.label, value, unit, note, row.definition, tone)


def _tone(value: str) -> str:
    if value == NOTHING or not any(digit in value for digit in "123456789"):
        return ""
    return "loss" if value.startswith("-") else "gain"


def _chips(
    tracker: PerformanceTracker, facts: RunFacts, prices: Mapping[str, BarColumns]
) -> Iterator[str]:
    times = tracker.columns().time_ms
    yield facts.mode
    yield from prices
    if len(times):
        yield f"{iso_text(int(times[0]))[:10]} to {iso_text(int(times[-1]))[:10]}"
    yield f"{tracker.bars:,} bars"


_YAML_LINE = re.compile(r"(\s*(?:- )*)([^\s#:'\"][^:#]*:)?(.*)")
"""What stands before a key, the key, and the rest; any of them may be empty."""


def _words(line: str) -> Iterator[Word]:
    """Split a YAML line into what is shown plain, as a key, and as a comment."""
    if line.lstrip().startswith("#"):
        yield Word("comment", line)
        return
    lead, key, rest = _YAML_LINE.findall(line)[0]
    yield Word("", lead)
    if key:
        yield Word("key", key)
    yield Word("", rest)
