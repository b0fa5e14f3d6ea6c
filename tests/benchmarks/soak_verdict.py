"""What a soak has shown: what grew, what was lost, what waited, and whether the books agree."""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from tests.benchmarks.soak_sinks import plain

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from realtrade.testing.exchange.truth import AccountTruth
    from tests.benchmarks.soak_sinks import Sinks

    Row = dict[str, Any]

# The record of a run, its equity and trades, takes about 100,000 bytes for 1,000 instants; lines
# are bounded. The rest is what malloc loses between blocks: 700 mails and messages are sent
# meanwhile, and each mail builds and drops a TLS context of 30,000 pieces. An hour's run needed
# 520,000 in all.
LIMITS = {
    "memory, bytes for 1,000 bars": 700_000.0,
    "threads, growth": 2.0,
    "descriptors, growth": 4.0,
    "bars waiting, growth": 2.0,
    "inbox, growth": 2.0,
    "courier, growth": 4.0,
    "venue orders, growth": 30.0,
    "tickets, growth": 30.0,
    "alarms lost": 0.0,
    "alarms told twice": 0.0,
    "alarms never asked for": 0.0,
    "alarms left for the next start": 0.0,
    "turns that never came": 0.0,
    "reports that failed": 0.0,
    "loop lag p99, sinks up, ms": 250.0,
    "loop lag p99, sinks down, ms": 250.0,
    "trades booked wrongly": 0.0,
    "positions that differ": 0.0,
    "ended otherwise than asked": 0.0,
}
_FLAT = (
    *("threads", "descriptors", "bars waiting", "inbox", "courier"),
    *("venue orders", "tickets", "alarms waiting", "outbox"),
)
_PAIRS = 400
"""Points a slope is taken over: thinned out evenly, as every pair of them counts."""


def judge(
    folder: Path, sinks: Sinks, truth: AccountTruth, alarms: Sequence[str]
) -> dict[str, float]:
    """Return every measure of a run that has ended."""
    noted = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    rows = [row for row in noted if row["kind"] == "row"]
    ending = next((row["ending"] for row in noted if row["kind"] == "end"), "no end")
    return {
        "bars": float(rows[-1]["bars"]),
        "fills": float(rows[-1]["fills"]),
        "load, mean": float(np.mean([row["load"] for row in rows])),
        **_growth(rows),
        **_lags(noted, sinks),
        **_alarms(folder, sinks, alarms),
        **_books(folder, truth),
        "turns that never came": float(sum(row["kind"] == "stuck" for row in noted)),
        "reports that failed": float(sum(row["kind"] == "broken" for row in noted)),
        "ended otherwise than asked": float(ending != "stopped"),
    }


def last_row(folder: Path) -> Row:
    """Return what a bot has noted of itself last."""
    lines = (folder / "rows.jsonl").read_text().splitlines()
    rows = (json.loads(line) for line in reversed(lines) if '"kind": "row"' in line)
    return next(rows)


def broken(found: dict[str, float]) -> list[str]:
    """Return the limits that do not hold."""
    return [name for name, limit in LIMITS.items() if not found[name] <= limit]


def theil_sen(xs: NDArray[np.float64], ys: NDArray[np.float64]) -> float:
    """Return the median of the slopes between all pairs of points: a few outliers move nothing."""
    step = max(1, len(xs) // _PAIRS)
    xs, ys = xs[::step], ys[::step]
    first, second = np.triu_indices(len(xs), 1)
    across = xs[second] - xs[first]
    slopes = (ys[second] - ys[first])[across > 0] / across[across > 0]
    return float(np.median(slopes)) if len(slopes) else 0.0


def _growth(rows: Sequence[Row]) -> dict[str, float]:
    """Return how the second half grew: what a start takes is not growth."""
    late = rows[len(rows) // 2 :]
    bars = np.array([row["bars"] for row in late], np.float64)
    memory = np.array([row["memory"] for row in late], np.float64)
    found = {
        "memory, bytes for 1,000 bars": theil_sen(bars, memory) * 1_000,
        "memory at half time, MB": float(memory[0]) / 1e6,
        "memory at the end, MB": float(memory[-1]) / 1e6,
    }
    for name in _FLAT:
        values = np.array([row[name] for row in rows], np.float64)
        found[f"{name}, most"] = float(values.max())
        third, last = np.median(_part(values, 1)), np.median(_part(values, 2))
        found[f"{name}, growth"] = float(last - third)
    return found


def _part(values: NDArray[np.float64], number: int) -> NDArray[np.float64]:
    """Return one third of the values, counted from 0."""
    third = max(1, len(values) // 3)
    return values[number * third : (number + 1) * third]


def _lags(noted: Sequence[Row], sinks: Sinks) -> dict[str, float]:
    lags: dict[str, list[float]] = {"up": [], "down": [], "slow": []}
    changed = [at_s for at_s, _ in sinks.changes]
    for row in noted:
        if row["kind"] == "lag":
            state = sinks.changes[max(0, bisect_right(changed, row["began_s"]) - 1)][1]
            lags[state].append(row["ms"])
    down = lags["down"] + lags["slow"] or [0.0]
    return {
        "loop lag p50, sinks up, ms": float(np.median(lags["up"])),
        "loop lag p50, sinks down, ms": float(np.median(down)),
        "loop lag p99, sinks up, ms": float(np.percentile(lags["up"], 99)),
        "loop lag p99, sinks down, ms": float(np.percentile(down, 99)),
        "loop lag, most, ms": max(*lags["up"], *down),
    }


def _alarms(folder: Path, sinks: Sinks, alarms: Sequence[str]) -> dict[str, float]:
    """Compare what the journal took for told with what the sinks took, text by text."""
    told, sums = sinks.told("(critical)"), Counter[str]()
    (folder / "told.json").write_text(json.dumps(told, indent=1))
    for channel, lines in told.items():
        wanted, left = _owed(folder, f"alarms.{channel}")
        extra = lines - wanted
        on_its_way = extra & left  # taken as the bot ended: the next start would say so
        extra -= on_its_way
        sums["lost"] += (wanted - lines).total()
        sums["told twice"] += sum(n for text, n in extra.items() if text in wanted)
        sums["never asked for"] += sum(n for text, n in extra.items() if text not in wanted)
        sums["left for the next start"] += left.total()
        sums["on their way at the end"] += on_its_way.total()
        sums[f"by {channel}"] = wanted.total()
    with sqlite3.connect(folder / "soak.db") as connection:
        marks = ",".join("?" * len(alarms))
        query = f"SELECT count(*) FROM event WHERE type IN ({marks})"  # noqa: S608 - marks only
        found = connection.execute(query, alarms).fetchone()[0]
    names = [
        *("lost", "told twice", "never asked for", "left for the next start"),
        "on their way at the end",
    ]
    channels = [f"by {channel}" for channel in told]
    return {
        "alarms": float(found),
        **{f"alarms {name}": float(sums[name]) for name in (*names, *channels)},
    }


def _owed(folder: Path, route: str) -> tuple[Counter[str], Counter[str]]:
    """Return what a way has told, as the journal has it, and what it still has to tell."""
    query = (
        "SELECT e.message, o.told_ms FROM outbox o JOIN event e ON e.number = o.number "
        "WHERE o.route = ?"
    )
    with sqlite3.connect(folder / "soak.db") as connection:
        rows = connection.execute(query, (route,)).fetchall()
    told = Counter(plain(message) for message, told_ms in rows if told_ms is not None)
    return told, Counter(plain(message) for message, told_ms in rows if told_ms is None)


def _books(folder: Path, truth: AccountTruth) -> dict[str, float]:
    """Compare the journal's trades and positions with the exchange's own ledger."""
    with sqlite3.connect(folder / "soak.db") as connection:
        columns = "symbol, trade_id, side, quantity, price, fee, fee_currency"
        fills = connection.execute(f"SELECT {columns} FROM fill").fetchall()  # noqa: S608 - fixed
        held = dict(connection.execute("SELECT symbol, quantity FROM position").fetchall())
    ours = {(row[0], row[1]): (row[2], *map(Decimal, row[3:6]), row[6]) for row in fills}
    theirs = {
        (fill.symbol, str(fill.id)): (
            *(str(fill.side), fill.quantity, fill.price),
            *(fill.fee, fill.fee_asset),
        )
        for fill in truth.fills
    }
    wrong = sum(ours.get(key) != theirs.get(key) for key in ours.keys() | theirs.keys())
    differ = 0
    for symbol, quantity in held.items():
        balance = truth.balances.get(symbol.partition("/")[0])
        differ += Decimal(quantity) != (Decimal(0) if balance is None else balance.total)
    return {
        "trades at the exchange": float(len(theirs)),
        "trades booked wrongly": float(wrong),
        "positions that differ": float(differ),
    }
