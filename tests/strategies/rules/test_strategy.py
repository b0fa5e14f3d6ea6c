"""Rules as a plain Backtrader strategy: what is held and which rules hold decide what is done."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import backtrader as bt
import numpy as np
import pytest

from realtrade.engine.vectorised.trading import Signals
from realtrade.plugins.ports.build import BuildContext
from realtrade.strategies.rules.config import RULES, RulesConfig
from realtrade.strategies.rules.decision import decide
from realtrade.strategies.rules.strategy import RulesStrategy, build
from realtrade.utils.clock import ManualClock


@pytest.mark.parametrize(
    ("held", "rules", "expected"),
    [
        (0, {"entry"}, ("buy",)),
        (0, {"short_entry"}, ("sell",)),
        (0, {"entry", "exit"}, ()),
        (0, {"short_entry", "short_exit"}, ()),
        (0, {"entry", "short_entry"}, ()),
        (0, {"entry", "short_entry", "exit"}, ("sell",)),
        (0, {"exit", "short_exit"}, ()),
        (2, set(), ()),
        (2, {"entry"}, ()),
        (2, {"short_entry"}, ()),
        (2, {"exit"}, ("close",)),
        (2, {"exit", "entry"}, ("close",)),
        (2, {"exit", "short_entry"}, ("close", "sell")),
        (2, {"exit", "short_entry", "short_exit"}, ("close",)),
        (-1, {"exit"}, ()),
        (-1, {"short_exit"}, ("close",)),
        (-1, {"short_exit", "entry"}, ("close", "buy")),
        (-1, {"short_exit", "entry", "exit"}, ("close",)),
    ],
)
def test_decides_by_the_table(held: float, rules: set[str], expected: tuple[str, ...]) -> None:
    assert decide(held, dict.fromkeys(rules, True)) == expected


def test_columns_of_signals_decide_alike() -> None:
    """All combinations of rules, each on a bar of its own, for each way of holding."""
    combinations = list(product((False, True), repeat=len(RULES)))
    columns = {
        key: np.array(bits)
        for key, bits in zip(RULES, zip(*combinations, strict=True), strict=True)
    }
    signals = Signals(columns, len(combinations))

    for held, (bar, combination) in product((0.0, 1.5, -1.5), enumerate(combinations)):
        expected = decide(held, dict(zip(RULES, combination, strict=True)))
        found = signals.moves(held, bar) if signals.next(held, bar) == bar else ()
        assert found == expected, (held, combination)


def _feed(closes: list[float]) -> Any:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    rows = [
        f"{start + timedelta(hours=n):%Y-%m-%d %H:%M},{c},{c},{c},{c},1\n"
        for n, c in enumerate(closes)
    ]
    return bt.feeds.GenericCSVData(
        dataname=io.StringIO("".join(rows)),
        name="closes",
        headers=False,
        dtformat="%Y-%m-%d %H:%M",
        timeframe=bt.TimeFrame.Minutes,
        compression=60,
        openinterest=-1,
    )


def _run(closes: list[float], cls: type = RulesStrategy, **rules: str) -> Any:
    plan = RulesConfig.model_validate(rules).plan
    cerebro = bt.Cerebro(stdstats=False)
    cerebro.adddata(_feed(closes))
    cerebro.addstrategy(cls, plan=plan)
    return cerebro.run()[0]


class Noted(RulesStrategy):
    """Notes on which bar how much was executed."""

    def __init__(self) -> None:
        super().__init__()
        self.fills: list[tuple[int, float]] = []

    def notify_order(self, order: Any) -> None:
        super().notify_order(order)
        if order.status == order.Completed:
            self.fills.append((len(self.data), order.executed.size))


def test_works_in_a_bare_cerebro() -> None:
    closes = [10.0, 11, 12, 11, 9, 8, 9, 12, 13, 9]

    strategy = _run(closes, Noted, entry="close > 10.5", exit="close < 9.5")

    assert strategy.fills == [(3, 1.0), (6, -1.0), (9, 1.0)]


def test_turns_around_at_once() -> None:
    closes = [10.0, 11, 12, 9, 8, 12, 12, 12]
    rules = {"entry": "close > 10", "exit": "close < 10"}

    strategy = _run(closes, Noted, **rules, short_entry="close < 10", short_exit="close > 10")

    assert strategy.fills == [(3, 1.0), (5, -1.0), (5, -1.0), (7, 1.0), (7, 1.0)]


def test_remembers_what_held_while_an_order_was_at_work() -> None:
    """An order that takes long must not make a crossing go unheard."""

    class Slow(Noted):
        def buy(self, **wish: Any) -> Any:
            return super().buy(exectype=bt.Order.Limit, price=8.0, **wish)

    closes = [10.0, 9, 11, 11, 11, 9.5, 9.4, 8, 8, 8, 8]

    strategy = _run(closes, Slow, entry="crossover(close, 10)", exit="crossunder(close, 10)")

    assert strategy.fills == [(8, 1.0), (9, -1.0)]
    assert strategy.position.size == 0


def test_a_newer_rule_takes_the_place_of_a_remembered_one() -> None:
    class Slow(Noted):
        def buy(self, **wish: Any) -> Any:
            return super().buy(exectype=bt.Order.Limit, price=8.0, **wish)

    closes = [10.0, 9, 11, 11, 9.5, 10.5, 10.6, 8, 8.5, 8.6]

    strategy = _run(closes, Slow, entry="crossover(close, 10)", exit="close < 10 and close > 9")

    assert strategy.fills == [(8, 1.0)]
    assert strategy.position.size == 1


def test_builds_from_its_settings() -> None:
    config = RulesConfig.model_validate({"entry": "close > 1"})

    spec = build(config, BuildContext(name="strategy", folder=Path(), clock=ManualClock()))

    assert spec.cls is RulesStrategy
    assert spec.params == {"plan": config.plan}
