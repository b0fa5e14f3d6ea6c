"""The books of a killed bot and of its exchange, each read from what it has left behind."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.model.order import OrderStatus
from tests.scenario.invariants import Books, Ledger, Told, Traded

_FILL = "trade_id, client_order_id, symbol, side, quantity, price, fee, fee_currency"

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from realtrade.testing import AccountTruth, FillTruth


def books_of(place: Path | str) -> Books:
    """Read a journal, a SQLite file or a server's URL, with nothing of ours between."""
    with closing(_connected(place)) as database:
        return Books(
            intents=frozenset(name for (name,) in _rows(database, "client_order_id", "intent")),
            trades=[_traded(*row) for row in _rows(database, _FILL, "fill")],
            positions={
                symbol: Decimal(quantity)
                for symbol, quantity in _rows(database, "symbol, quantity", "position")
            },
            status={
                name: OrderStatus(status)
                for name, status in _rows(database, "client_order_id, status", '"order"')
            },
        )


def told_of(path: Path) -> dict[str, list[Told]]:
    """Read what strategies wrote of the calls of `notify_order`, by process and order."""
    told: defaultdict[str, list[Told]] = defaultdict(list)
    for line in path.read_text().splitlines() if path.exists() else []:
        process, name, status, executed = line.split()
        told[f"{process} {name}"].append(Told(int(status), Decimal(executed)))
    return told


def exists(place: Path | str) -> bool:
    """Tell whether a journal was ever begun."""
    if not isinstance(place, str):
        return place.exists()
    with closing(_connected(place)) as database:
        query = "select count(*) from information_schema.tables where table_name = 'fill'"
        return bool(database.execute(query).fetchone()[0])


def rows_of(place: Path | str) -> list[str]:
    """Return every row of a journal's orders as text: what a disagreement is understood by."""
    tables = ("boot", "intent", "attempt", '"order"', "fill", "cursor", "position", "bar_mark")
    with closing(_connected(place)) as database:
        return [f"{table} {row}" for table in tables for row in _rows(database, "*", table)]


def _connected(place: Path | str) -> Any:
    if not isinstance(place, str):
        return sqlite3.connect(f"file:{place}?mode=ro", uri=True)
    import psycopg

    database = psycopg.connect(place.replace("+psycopg", ""))
    query = "select schema_name from information_schema.schemata where schema_name ~ 'churn'"
    found = database.execute(query).fetchone()
    if found is not None:
        database.execute(f'set search_path to "{found[0]}"')
    return database


def _rows(database: Any, columns: str, table: str) -> list[Any]:
    query = f"select {columns} from {table}"  # noqa: S608 - names of ours
    rows: list[Any] = database.execute(query).fetchall()
    return rows


def _traded(  # noqa: PLR0917 - the columns of a row, in order
    trade_id: str,
    name: str,
    symbol: str,
    side: str,
    quantity: str,
    price: str,
    fee: str,
    currency: str,
) -> Traded:
    numbers = Decimal(quantity), Decimal(price), Decimal(fee)
    return Traded(trade_id, name, symbol, side, *numbers, currency)


def ledger_of(truth: AccountTruth) -> Ledger:
    """Tell the simulated exchange's truth in the same words."""
    return Ledger(
        # A conditional order that has fired is told again as the order it became.
        accepted=[o.client_order_id for o in truth.orders if o.status != "triggered"],
        open=frozenset(order.client_order_id for order in truth.open_orders),
        trades=[
            Traded(
                str(fill.id),
                fill.client_order_id,
                fill.symbol,
                fill.side,
                fill.quantity,
                fill.price,
                fill.fee,
                fill.fee_asset,
            )
            for fill in truth.fills
        ],
        positions=_held(truth.fills),
    )


def _held(fills: Iterable[FillTruth]) -> dict[str, Decimal]:
    """Add executions up, less the fees that were taken out of what was bought."""
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for fill in fills:
        held[fill.symbol] += fill.quantity if fill.side == "buy" else -fill.quantity
        if fill.symbol.startswith(f"{fill.fee_asset}/"):
            held[fill.symbol] -= fill.fee
    return held
