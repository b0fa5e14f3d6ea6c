"""What the page shows of a running bot is what its journal has, number by number."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt

from tests.engine.test_operations import HTTP, fetch, runner_of

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

D = Decimal
STORAGE = 'storage: {url: "sqlite:///bot.db"}\n'


class Look:
    """Trades a while, then reads the page and the journal at the same moment of one bar."""

    def __init__(self) -> None:
        self.runner: Any = None
        self.page: dict[str, Any] = {}
        self.rows: dict[str, list[Any]] = {}

    def __call__(self, strategy: Any) -> None:
        bar = len(strategy)
        if bar % 10 == 0 and bar < 200:
            (strategy.sell if bar % 30 else strategy.buy)(size=0.25 + bar / 1000)
        if bar == 195:
            strategy.buy(size=1, exectype=bt.Order.Limit, price=round(strategy.data.low[0] / 2, 2))
        if bar == 200:
            self._look()

    def _look(self) -> None:
        parts = self.runner._parts
        parts.turns.after[0].__self__.paint()  # a picture of this very moment
        self.page = json.loads(fetch(self.runner, "/status"))
        with closing(
            sqlite3.connect(f"file:{parts.folder / 'bot.db'}?mode=ro", uri=True)
        ) as opened:
            for name, query in _QUERIES.items():
                self.rows[name] = opened.execute(query).fetchall()


_QUERIES = {
    "fills": "SELECT time_ms, symbol, side, quantity, price, fee FROM fill ORDER BY seq DESC",
    "positions": "SELECT symbol, quantity, price FROM position",
    "orders": (
        "SELECT i.client_order_id, i.symbol, i.side, i.type, i.quantity, i.limit_price "
        'FROM intent i JOIN "order" o ON o.client_order_id = i.client_order_id '
        "WHERE o.status IN ('submitted', 'accepted', 'partially_filled')"
    ),
    "events": "SELECT type, time_ms, message FROM event ORDER BY number DESC",
    "slippage": "SELECT data FROM event WHERE type = 'order_filled' ORDER BY number DESC",
}


def test_every_number_on_the_page_is_the_journals(bench: Bench) -> None:
    look = Look()
    runner, _ = runner_of(bench, look, STORAGE, HTTP)
    look.runner = runner

    outcome = runner.run()

    page, rows = look.page, look.rows
    assert outcome.crash is None
    fills = [(f["time_ms"], f["symbol"], f["side"], D(f["quantity"])) for f in page["fills"]]
    assert len(fills) > 10
    assert fills == [(*row[:3], D(row[3])) for row in rows["fills"]]
    for shown, row in zip(page["fills"], rows["fills"], strict=True):
        assert D(shown["price"]) == D(row[4])
        assert abs(D(shown["fee"]) - D(row[5])) < D("1e-12"), "a reversal pays in two parts"
    assert abs(sum(D(row[5]) for row in rows["fills"]) - D(page["fees"])) < D("1e-12")
    held = [(one["symbol"], D(one["quantity"]), D(one["price"])) for one in page["positions"]]
    assert held == [(row[0], D(row[1]), D(row[2])) for row in rows["positions"]]
    assert held[0][1] == sum(D(row[3]) * (1 if row[2] == "buy" else -1) for row in rows["fills"])
    orders = [
        (o["client_order_id"], o["symbol"], o["side"], o["type"], D(o["quantity"]), D(o["price"]))
        for o in page["orders"]
    ]
    assert len(orders) == 1
    assert orders == [(*row[:4], D(row[4]), D(row[5])) for row in rows["orders"]]
    events = [(one["type"], one["time_ms"], one["message"]) for one in page["events"]]
    assert events == rows["events"][: len(events)]


def test_slippage_on_the_page_is_what_each_fills_event_has(bench: Bench) -> None:
    look = Look()
    runner, _ = runner_of(bench, look, STORAGE, HTTP)
    look.runner = runner

    runner.run()

    told = [D(json.loads(row[0])["slippage_bps"]["$decimal"]) for row in look.rows["slippage"]]
    assert len(told) > 10
    assert [D(fill["slippage_bps"]) for fill in look.page["fills"]] == told
