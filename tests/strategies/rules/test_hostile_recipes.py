"""One fault anywhere in a sound rule: the recipe is refused, and the place is the fault's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from realtrade.recipe import load_recipe
from realtrade.recipe.diagnostic import RecipeInvalid

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.recipe.diagnostic import Diagnostic

RECIPE = """\
realtrade: v1
name: hostile
mode: backtest
feeds: {btc: {type: file, path: bars.csv, symbol: BTC/USD, timeframe: 1h}}
strategy:
  type: rules
  indicators:
    slow: sma(close, 30)
"""
LINE = RECIPE.count("\n") + 1
DEEP = 40


class Fault(NamedTuple):
    """What stands where a series should, and at which of its characters the mistake is."""

    text: str
    at: int
    says: str


FAULTS = [
    Fault("clsoe", 0, "unknown name 'clsoe'"),
    Fault("sma(close, nothing)", 11, "unknown name 'nothing'"),
    Fault("smaa(close, 3)", 0, "unknown function 'smaa'"),
    Fault("(close > 1)", 1, "condition"),
    Fault("abs(close > 1)", 4, "takes a series, not a condition"),
    Fault("sma(close, open > 2)", 11, "must be a number that never changes, not a condition"),
    Fault("sma(close, 10001)", 11, "'period' must be a whole number from 1 to 10000"),
    Fault("sma(close, 100 * 1000)", 11, "'period' must be a whole number from 1 to 10000"),
    Fault(f"sma(close, {'9' * 40})", 11, "is not a number"),
    Fault("rsi(close, -14)", 11, "'period' must be a whole number from 1 to 10000"),
    Fault("sma(close, 2.5)", 11, "'period' must be a whole number from 1 to 10000"),
    Fault("ema(close, slow)", 11, "must be a number that never changes, not a series"),
    Fault("close[10001]", 6, "the bars to look back must be a whole number from 0 to 10000"),
    Fault("sma(close)", 0, "'sma' is given too little"),
    Fault("abs(close, open)", 11, "'abs' is given too much"),
    Fault("close.__class__", 0, "'close' is not a feed and has no members"),
    Fault("close $ 2", 6, "the character '$' (U+0024) is not part of the language"),
    Fault("max(close, 'high')", 11, "there is no text in expressions"),
    Fault("(" * DEEP + "close" + ")" * DEEP, -1, "nested deeper than 32 levels"),
    Fault("-" * DEEP + "close", -1, "nested deeper than 32 levels"),
    Fault("sma(" * DEEP + "close" + ", 2)" * DEEP, -1, "nested deeper than 32 levels"),
]
HOLE = "\N{REPLACEMENT CHARACTER}"


def _around(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return larger series with `inner` somewhere in them."""
    return st.one_of(
        st.builds("{} + {}".format, inner, st.sampled_from(["close", "2", "slow", "ema(open, 3)"])),
        st.builds("high - {}".format, inner),
        st.builds("2 * ({})".format, inner),
        st.builds("sma({}, 4)".format, inner),
        st.builds("max(volume, {})".format, inner),
        st.builds("abs({})[1]".format, inner),
    )


SERIES = st.recursive(st.just(HOLE), _around, max_leaves=5)
RULES = st.one_of(
    st.builds("{} > slow".format, SERIES),
    st.builds("close > 1 and not (low <= {})".format, SERIES),
    st.builds("crossover(close, {}) or open > 5".format, SERIES),
    st.builds("close > 1 and (open > 2 or {} < 3)".format, SERIES),
)


def _refused(folder: Path, rule: str) -> tuple[Diagnostic, ...]:
    path = folder / "hostile.yaml"
    path.write_text(f"{RECIPE}  entry: {rule}\n", encoding="utf-8")
    with pytest.raises(RecipeInvalid) as refused:
        load_recipe(path)
    return refused.value.diagnostics


def _column(rule: str, fault: Fault) -> tuple[int, int]:
    """Return the first and last column at which the mistake may be said to be."""
    begins = len("  entry: ") + 1 + rule.index(HOLE)
    if fault.at >= 0:
        return begins + fault.at, begins + fault.at
    return begins, begins + len(fault.text)  # where in the nest depends on what is around it


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault.text[:20]}" for fault in FAULTS])
@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rule=RULES)
def test_a_fault_is_refused_at_its_line_and_column(fault: Fault, rule: str, tmp_path: Path) -> None:
    first, last = _column(rule, fault)

    (found,) = _refused(tmp_path, rule.replace(HOLE, fault.text))

    assert fault.says in found.message
    assert (found.code, found.line) == ("RT207", LINE)
    assert first <= found.column <= last
    assert found.path == "strategy.entry"


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rule=RULES)
def test_without_the_fault_it_is_sound(rule: str, tmp_path: Path) -> None:
    path = tmp_path / "sound.yaml"
    path.write_text(f"{RECIPE}  entry: {rule.replace(HOLE, 'rsi(close, 14)')}\n", encoding="utf-8")

    load_recipe(path)


def test_every_fault_is_told_of_at_once_each_at_its_place(tmp_path: Path) -> None:
    rule = "close > clsoe\n  exit: sma(close, 10001) > 1\n  short_entry: close and open"

    found = _refused(tmp_path, rule)

    places = [(one.line - LINE, one.column, one.path) for one in found]
    assert places == [
        (0, 18, "strategy.entry"),
        (1, 20, "strategy.exit"),
        (2, 16, "strategy.short_entry"),
    ]


def test_indicators_are_refused_at_their_places_too(tmp_path: Path) -> None:
    path = tmp_path / "hostile.yaml"
    text = RECIPE + "    deep: sma(close, 20000)\n    early: late + 1\n    late: close\n"
    path.write_text(f"{text}  entry: close > deep\n", encoding="utf-8")

    with pytest.raises(RecipeInvalid) as refused:
        load_recipe(path)

    found = [(one.line - LINE, one.column) for one in refused.value.diagnostics]
    assert found == [(0, 22), (1, 12)]
