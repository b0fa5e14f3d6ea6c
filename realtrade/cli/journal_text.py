"""A journal as tables on a terminal, as lines of JSON, as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.storage.reader import Findings, JournalReader

_WIDE = 250
"""Columns where nobody looks: a file has no edge to wrap at."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_ORDERS = (
    *("order", "decided", "symbol", "side", "type", "quantity", "price", "filled", "status"),
    *("sent", "venue's id", "reason"),
)


def print_journal(reader: JournalReader, place: str, orders: int) -> None:
    """Print what a journal holds, the newest first where there is much."""
    meta = reader.meta
    boots = reader.rows("boot")
    began = (
        f"started {len(boots)} x, last {_moment(boots[-1]['at_ms'])}" if boots else "never started"
    )
    click.echo(f"{place}: bot {meta.bot}, account {_plain(meta.account)}, {began}")
    _print("positions", ("symbol", "quantity", "average price"), _positions(reader))
    _print(f"newest {orders} orders", _ORDERS, _order_rows(reader)[:orders])
    _print(
        "done with",
        ("feed", "bar"),
        [(r["feed"], _moment(r["time_ms"])) for r in reader.rows("bar_mark")],
    )
    _print(
        "read up to", ("what", "cursor"), [(r["name"], r["value"]) for r in reader.rows("cursor")]
    )
    _print("adjusted", ("when", "symbol", "from", "to", "why"), _adjusted(reader))
    waiting = sum(row["told_ms"] is None for row in reader.rows("outbox"))
    if waiting:
        click.echo(f"\n{waiting} messages still to be told")


def _positions(reader: JournalReader) -> list[tuple[str, ...]]:
    rows = reader.rows("position")
    return [
        (r["symbol"], f"{Decimal(r['quantity']):f}", f"{Decimal(r['price']):.15g}")
        for r in rows
        if Decimal(r["quantity"])
    ]


def _adjusted(reader: JournalReader) -> list[tuple[str, ...]]:
    return [
        (_moment(r["at_ms"]), r["symbol"], r["before_quantity"], r["after_quantity"], r["reason"])
        for r in reader.rows("adjust")
    ]


def _order_rows(reader: JournalReader) -> list[tuple[str, ...]]:
    stands = {row["client_order_id"]: row for row in reader.rows("order")}
    filled: defaultdict[str, Decimal] = defaultdict(Decimal)
    for row in reader.rows("fill"):
        filled[row["client_order_id"]] += Decimal(row["quantity"])
    sent = {row["client_order_id"]: row for row in reader.rows("attempt")}
    found = []
    for row in reversed(reader.rows("intent")):
        name = row["client_order_id"]
        found.append(_order(row, stands.get(name, {}), filled[name], sent.get(name, {})))
    return found


def _order(
    intent: dict[str, Any], stands: dict[str, Any], filled: Decimal, sent: dict[str, Any]
) -> tuple[str, ...]:
    price = intent["limit_price"] or intent["stop_price"] or ""
    tries = f"{sent['number']} x, {sent['outcome'] or 'no answer'}" if sent else "no"
    return (
        *(intent["client_order_id"], _moment(intent["created_ms"]), intent["symbol"]),
        *(intent["side"], intent["type"], intent["quantity"], price, str(filled)),
        *(stands.get("status", ""), tries, sent.get("venue_order_id", "")),
        stands.get("reason") or sent.get("reason", ""),
    )


def _print(title: str, labels: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Print a table, nothing when it is empty; what exchanges wrote stays text."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    table = Table(*labels, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*(Text(_plain(str(cell))) for cell in row))
    click.echo(f"\n{title}")
    console.print(table)


def print_findings(found: Findings) -> None:
    """Print what was found wrong, and how much was looked at."""
    for line in found.damage:
        click.echo(f"damaged: {_plain(line)}")
    for line in found.odd:
        click.echo(f"odd: {_plain(line)}")
    rows = sum(found.rows.values())
    if not found.damage:
        told = f"{len(found.odd)} oddities" if found.odd else "nothing odd"
        click.echo(f"{found.place}: sound, {rows:,} rows checked, {told}")


def write_jsonl(rows: Iterable[tuple[str, dict[str, Any]]], output: IO[str]) -> None:
    """Write an object a row; what is JSON in the journal is JSON here."""
    for table, row in rows:
        output.write(json.dumps({"table": table, **_opened(row)}, ensure_ascii=False) + "\n")


def _opened(row: dict[str, Any]) -> dict[str, Any]:
    packed = ("data", "content", "hints")
    return {
        name: json.loads(value) if name in packed and value is not None else value
        for name, value in row.items()
        if name != "crc"
    }


def write_csv(rows: Iterable[tuple[str, dict[str, Any]]], output: IO[str]) -> None:
    """Write a header and a line a row; text that a spreadsheet would run is quoted."""
    writer = csv.writer(output, lineterminator="\n")
    for count, (_, row) in enumerate(rows):
        row.pop("crc")
        if not count:
            writer.writerow(row)
        writer.writerow([_cell(value) for value in row.values()])


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("=", "@", "\t", "\r"):
        return f"'{value}"
    return "" if value is None else value


def _plain(text: str) -> str:
    """Return text without what would move a terminal's cursor."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def _moment(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
