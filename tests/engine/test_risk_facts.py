"""The risk section of a run's report."""

from __future__ import annotations

import re
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from realtrade.engine.risk_facts import rule_facts
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


def test_a_rule_that_cannot_tell_keeps_no_report_from_being_written() -> None:
    class Gate:
        record = RiskRecord()

        def check_risk_limits(self, account: object) -> None:
            raise KeyError("no price")

    block = SimpleNamespace(type="max_leverage")
    parts: Any = SimpleNamespace(
        recipe=SimpleNamespace(risk={"lev": block}),
        risk=Gate(),
        broker=SimpleNamespace(account=None),
    )

    (rule,) = rule_facts(parts)

    assert (rule.name, rule.type, rule.stands) == ("lev", "max_leverage", "")
