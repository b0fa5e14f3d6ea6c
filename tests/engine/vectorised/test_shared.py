"""Columns that backtests of one process share: the same numbers, worked out once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from realtrade.engine.vectorised import columns
from realtrade.engine.vectorised.columns import calculate
from realtrade.engine.vectorised.shared import SharedColumns
from realtrade.model.bar import BarColumns
from realtrade.strategies.rules.compiling import compile_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.strategies.rules.plan import Plan

COUNT = 400
RULES = (
    "sma(close, 5) > sma(close, 30)",
    "sma(close, 5) > sma(close, 40)",
    "sma(open, 5) > sma(close, 30)",
    "sma(sma(close, 5), 5) > ema(close, 5)",
    "rsi(close, 5) > 50 and crossover(sma(close, 5), sma(close, 30))",
    "highest(high, 5) > lowest(high, 5) + 1",
    "sma(close * 2, 5) > sma(close * 3, 5) - 100",
)


@pytest.fixture
def whole() -> BarColumns:
    rng = np.random.default_rng(7)
    times = np.arange(COUNT, dtype=np.int64) * 60_000
    prices = 100.0 + np.cumsum(rng.normal(0.0, 1.0, (5, COUNT)), axis=1)
    return BarColumns(times, times + 60_000, *prices)


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the operations with a memory that were worked out."""
    seen: list[str] = []
    work = columns._column

    def note(step: Any, inputs: Any, bars: Any) -> Any:
        if step.op in columns._ON_RUNS:
            seen.append(f"{step.op} {step.numbers[:1]}")
        return work(step, inputs, bars)

    monkeypatch.setattr(columns, "_column", note)
    return seen


def _plan(text: str) -> Plan:
    compiled = compile_rules({}, {"entry": text})
    assert not compiled.wrong, compiled.wrong
    return compiled.plan


def _bits(found: Iterable[Any]) -> list[bytes]:
    return [column.tobytes() for column in found]


def test_what_is_shared_is_what_would_have_been_worked_out(whole: BarColumns) -> None:
    shared = SharedColumns(whole)
    for first, last in ((0, 400), (0, 300), (100, 400), (100, 300), (0, 400), (100, 400)):
        bars = whole.part(first, last)
        for text in (*RULES, *RULES):
            plan = _plan(text)
            wanted = list(plan.answers.values())

            seen = calculate(plan, bars, wanted, shared.on(bars))

            assert _bits(seen.values()) == _bits(calculate(plan, bars, wanted).values()), text


def test_each_average_is_worked_out_once(whole: BarColumns, worked: list[str]) -> None:
    shelf = SharedColumns(whole).on(whole.part(0, 300))
    for fast in (5, 10, 15):
        for slow in (30, 40, 50):
            plan = _plan(f"sma(close, {fast}) > sma(close, {slow})")
            calculate(plan, whole.part(0, 300), plan.answers.values(), shelf)

    assert sorted(worked) == [f"mean ({period}.0,)" for period in (10, 15, 30, 40, 5, 50)]


def test_what_only_a_known_column_needs_is_not_worked_out(
    whole: BarColumns, worked: list[str]
) -> None:
    shelf = SharedColumns(whole, most_bytes=COUNT * 8).on(whole)  # room for the last one only
    plan = _plan("sma(sma(close, 5), 7) > 0")

    for _ in range(2):
        calculate(plan, whole, plan.answers.values(), shelf)

    assert worked == ["mean (5.0,)", "mean (7.0,)"]


def test_beyond_its_room_what_was_not_used_for_longest_is_let_go(
    whole: BarColumns, worked: list[str]
) -> None:
    shelf = SharedColumns(whole, most_bytes=2 * COUNT * 8).on(whole)

    for period in (5, 6, 5, 7, 5, 6):
        plan = _plan(f"sma(close, {period}) > 0")
        calculate(plan, whole, plan.answers.values(), shelf)

    assert worked == ["mean (5.0,)", "mean (6.0,)", "mean (7.0,)", "mean (6.0,)"]


def test_bars_that_are_elsewhere_are_not_known(whole: BarColumns) -> None:
    shared = SharedColumns(whole)
    fields = {name: getattr(whole, name) for name in BarColumns.__dataclass_fields__}

    assert shared.on(BarColumns(**{name: each.copy() for name, each in fields.items()})) is None
    assert shared.on(BarColumns(**{**fields, "close": whole.close.copy()})) is None
    assert shared.on(BarColumns(**{**fields, "close": whole.open})) is None
    every_other = {name: each[::2] for name, each in fields.items()}
    assert shared.on(BarColumns(**every_other)) is None
    assert shared.on(whole.part(17, 300)) is not None


def test_nobody_writes_to_what_is_shared(whole: BarColumns) -> None:
    shelf = SharedColumns(whole).on(whole)
    assert shelf is not None
    shelf.keep(0, kept := np.zeros(COUNT))

    assert shelf.find(0) is kept
    with pytest.raises(ValueError, match="read-only"):
        kept[0] = 1.0
