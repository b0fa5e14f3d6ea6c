from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import Side
from realtrade.monitor import PerformanceTracker, RunFacts
from realtrade.monitor.statistics import DEFINITIONS
from realtrade.monitor.summary import length_text, summary_fields, summary_rows
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from realtrade.monitor.summary import Row


def a_tracker() -> PerformanceTracker:
    tracker = PerformanceTracker(10_000, timeframe=Timeframe.parse("1h"))
    hours = [3_600_000 * hour for hour in range(4)]
    tracker.record_columns(hours, [10_000, 9_000, 9_900, 9_900], [10_000, 9_900.25, 9_900, 11_000])
    tracker.record_fill("A/B", Side.BUY, quantity=1, price=10, fee=1, time_ms=hours[1])
    tracker.record_fill("A/B", Side.SELL, quantity=1, price=12, fee=0.5, time_ms=hours[2])
    return tracker


def rows_of(tracker: PerformanceTracker, facts: RunFacts) -> dict[str, Row]:
    return {row.key: row for row in summary_rows(tracker, facts, tracker.statistics())}


def test_the_summary_has_what_recipes_promise(facts: RunFacts) -> None:
    tracker = a_tracker()

    fields = summary_fields(tracker, facts, tracker.statistics())

    promised = {
        "name": "quickstart",
        "mode": "backtest",
        "recipe_hash": "0123abcd",
        "bars": 4,
        "trades": 1,
        "start_cash": "10000",
        "final_equity": "11000",
        "fees_paid": "1.5",
        "max_drawdown": pytest.approx(0.01),
        "path": "fast",
        "path_reason": "one clock",
        "first_bar": "1970-01-01T00:00:00Z",
        "last_bar": "1970-01-01T03:00:00Z",
        "best_trade": "0.5",
        "exposure": 0.25,
        "open_positions": 0,
        "other_fees": {},
    }
    assert {key: fields[key] for key in promised} == promised
    assert set(DEFINITIONS) <= set(fields)
    assert json.loads(json.dumps(fields, allow_nan=False)) == fields


def test_every_row_shows_a_value_and_its_definition(facts: RunFacts) -> None:
    rows = rows_of(a_tracker(), facts)

    assert set(DEFINITIONS) <= set(rows)
    assert all(row.definition for row in rows.values())
    shown = {key: rows[key].value for key in ("total_return", "final_equity", "trades", "path")}
    assert shown == {
        "total_return": "10.00%",
        "final_equity": "11,000.00 USD",
        "trades": "1",
        "path": "fast (one clock)",
    }
    assert rows["max_drawdown_length_ms"].value == "3h"
    assert rows["sharpe"].definition == DEFINITIONS["sharpe"]


def test_what_does_not_exist_is_a_dash(facts: RunFacts) -> None:
    rows = rows_of(PerformanceTracker(100), facts)

    for key in ("cagr", "sharpe", "win_rate", "expectancy", "longest_drawdown_ms"):
        assert rows[key].value == "–"  # noqa: RUF001  # the dash itself
    assert rows["total_return"].value == "0.00%"


def test_an_empty_run_has_a_summary(facts: RunFacts) -> None:
    tracker = PerformanceTracker(100)

    fields = summary_fields(tracker, facts, tracker.statistics())

    assert (fields["first_bar"], fields["last_bar"], fields["bars"]) == (None, None, 0)


def test_fees_in_other_currencies_are_shown_apart(facts: RunFacts) -> None:
    tracker = a_tracker()
    tracker.other_fees["BNB"] = 0.0125

    rows = rows_of(tracker, facts)

    assert (rows["other_fees"].label, rows["other_fees"].value) == ("Fees in BNB", "0.0125 BNB")
    assert summary_fields(tracker, facts, tracker.statistics())["other_fees"] == {"BNB": "0.0125"}


@pytest.mark.parametrize(
    ("wanted", "shown"), [(10.0, None), (0.0, None), (9.99, "+10.01 bps"), (10.01, "-9.99 bps")]
)
def test_slippage_is_shown_where_there_was_any(
    facts: RunFacts, wanted: float, shown: str | None
) -> None:
    tracker = a_tracker()
    tracker.record_fill(
        "A/B", Side.BUY, quantity=1, price=10, fee=0, time_ms=14_400_000, wanted=wanted
    )

    rows = rows_of(tracker, facts)

    row = rows.get("slippage_mean_bps")
    assert (row.value if row else None) == shown


def test_without_currency_or_reason_nothing_is_made_up() -> None:
    facts = RunFacts(name="a", mode="paper", recipe_hash="")

    rows = rows_of(a_tracker(), facts)

    assert (rows["final_equity"].value, rows["path"].value) == ("11,000.00", "stock")


@pytest.mark.parametrize(
    ("length_ms", "text"),
    [
        (0, "0s"),
        (999, "0s"),
        (61_000, "1min 1s"),
        (3_600_000, "1h"),
        (90_000_000, "1d 1h"),
        (86_400_000 * 1234, "1,234d"),
        (86_460_000, "1d"),
    ],
)
def test_lengths_read_well(length_ms: int, text: str) -> None:
    assert length_text(length_ms) == text


def test_real_rows_are_stable(run: Any, facts: RunFacts) -> None:
    first = summary_rows(run.tracker, facts, run.tracker.statistics())

    assert first == summary_rows(run.tracker, facts, run.tracker.statistics())
