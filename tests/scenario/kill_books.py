"""The books of a killed bot and of its exchange, each read from what it has left behind."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import OrderStatus
from tests.scenario.invariants import Books, Ledger, Traded

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from realtrade.testing import AccountTruth, FillTruth


def books_of(path: Path) -> Books:
    """Read a journal with SQLite itself, nothing of ours between."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        rows = database.execute(
            "select trade_id, client_order_id, symbol, side, quantity, price, fee, fee_currency"
            " from fill"
        ).fetchall()
        return Books(
            intents=frozenset(
                name for (name,) in database.execute("select client_order_id from intent")
            ),
            trades=[_traded(*row) for row in rows],
            positions={
                symbol: Decimal(quantity)
                for symbol, quantity in database.execute("select symbol, quantity from position")
            },
            status={
                name: OrderStatus(status)
                for name, status in database.execute('select client_order_id, status from "order"')
            },
        )


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
        accepted=[order.client_order_id for order in truth.orders],
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
