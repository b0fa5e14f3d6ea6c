"""The risk section of a run's report."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.risk_facts import head_room, rule_facts
from realtrade.model.remembered import Halt
from realtrade.plugins.ports.risk import Reading
from realtrade.risk.head_room import HeadRoom
from realtrade.risk.record import RiskRecord
from tests.engine.runs import MA_CROSS

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

RISK = """risk:
  big: {type: max_order_size, quantity: 0.5, action: deny}
  drawdown: {type: max_drawdown, limit: 15%}
  month: {type: max_drawdown, limit: 9%, window: 30d}
  money: {type: max_drawdown, limit: 5000 USD}
  stop: {type: stop_loss, distance: 1%}
"""
SIZED = "sizing: {type: fixed_quantity, quantity: QUANTITY}\n"


def _rows(bench: Bench, quantity: str) -> dict[str, list[str]]:
    recipe = bench.recipe(MA_CROSS + SIZED.replace("QUANTITY", quantity) + RISK)
    assert bench.run(recipe).crash is None
    page = (bench.folder / "out" / "report.html").read_text("utf-8")
    table = page[page.index('<table id="risk">') :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)[1:]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in rows]
    return {row[0]: row[1:] for row in cells}


def test_tells_which_rule_denied_what(bench: Bench) -> None:
    rows = _rows(bench, "1")

    assert list(rows) == ["big", "drawdown", "month", "money", "stop"]
    kind, stands, denied, cut, acted, last = rows["big"]
    assert (kind, stands, cut, acted) == ("max_order_size", "", "0", "0")
    assert int(denied) > 5
    assert re.fullmatch(r"2024-01-\d\dT\d\d:00:00Z order of 1 BTC/USD exceeds 0.5", last)
    assert rows["drawdown"][1:3] == ["drawdown 0.00% of the limit 15.00%", "0"]


def test_tells_what_stops_did(bench: Bench) -> None:
    rows = _rows(bench, "0.2")

    assert rows["big"][2] == "0"
    assert int(rows["stop"][4]) > 3
    assert "past the stop at" in rows["stop"][5]


def test_the_drawdown_chart_shows_the_limits_of_the_whole_run(bench: Bench) -> None:
    _rows(bench, "0.2")

    page = (bench.folder / "out" / "report.html").read_text("utf-8")

    assert re.findall(r"Limit of (\w+)", page) == ["drawdown"]


def test_without_rules_there_is_no_section(bench: Bench) -> None:
    bench.run(bench.recipe(MA_CROSS + SIZED.replace("QUANTITY", "1")))

    assert '<table id="risk">' not in (bench.folder / "out" / "report.html").read_text("utf-8")


def _parts(rooms: dict[str, HeadRoom], *, warming_up: bool = False) -> Any:
    class Gate:
        record = RiskRecord()

        def head_room(self, account: object) -> dict[str, HeadRoom]:
            return rooms

    return SimpleNamespace(
        recipe=SimpleNamespace(risk={"lev": SimpleNamespace(type="max_leverage")}),
        risk=Gate(),
        broker=SimpleNamespace(account=None),
        warming_up=lambda: warming_up,
    )


def test_a_rule_that_cannot_tell_keeps_no_report_from_being_written() -> None:
    (rule,) = rule_facts(_parts({"lev": HeadRoom(trouble="KeyError: no price")}))

    assert (rule.name, rule.type, rule.stands) == ("lev", "max_leverage", "")


def test_a_rule_has_no_reading_by_prices_of_before_the_start() -> None:
    room = HeadRoom(reading=Reading("lev", Decimal(3), Decimal(2), breached=True, text="3 of 2"))

    (now,) = head_room(_parts({"lev": room}))
    (before,) = head_room(_parts({"lev": room}, warming_up=True))

    assert (now["value"], now["breached"], now["text"]) == ("3", True, "3 of 2")
    assert (before["value"], before["breached"], before["text"]) == (None, False, "")


@pytest.mark.parametrize(
    ("value", "limit", "numbers"),
    [
        ("0.5", "2", ("0.5", "2", "1.5")),
        ("1E+3", "2000", ("1000", "2000", "1000")),
        ("3.123456789012345", "3", ("3.123456789012", "3", "0")),
        ("-0", "1", ("0", "1", "1")),
        ("Infinity", "1", ("Infinity", "1", "0")),
    ],
)
def test_head_room_is_told_in_plain_text(
    value: str, limit: str, numbers: tuple[str, str, str]
) -> None:
    reading = Reading("lev", Decimal(value), Decimal(limit), breached=True, text="so much")
    halt = Halt("lev", "too much", 5, 60_000, flatten=True)

    (rule,) = head_room(_parts({"lev": HeadRoom(reading=reading, halt=halt)}))

    assert json.loads(json.dumps(rule)) == {
        "rule": "lev",
        "type": "max_leverage",
        "text": "so much",
        **dict(zip(("value", "limit", "left"), numbers, strict=True)),
        "breached": True,
        "halt": {
            "rule": "lev",
            "reason": "too much",
            "since_ms": 5,
            "until_ms": 60_000,
            "flatten": True,
        },
        "denied": 0,
        "cut": 0,
        "acted": 0,
        "last": "",
    }


def test_a_rule_without_a_reading_is_told_of_all_the_same() -> None:
    rules = head_room(_parts({"broken": HeadRoom(trouble="KeyError: no price")}))

    told = [(rule["rule"], rule["type"], rule["text"], rule["left"]) for rule in rules]
    assert told == [
        ("lev", "max_leverage", "", None),
        ("broken", "always there", "KeyError: no price", None),
    ]
