"""Expressions in a recipe: read whole between braces, and pointed into where they are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.recipe import Diagnostic, check_recipe, load_recipe
from realtrade.recipe.findings import Findings
from realtrade.recipe.source import Source
from realtrade.recipe.tree import plain
from realtrade.recipe.yaml_reader import read_tree

if TYPE_CHECKING:
    from pathlib import Path

HEAD = """\
realtrade: v1
name: bot
mode: backtest
feeds:
  btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}
  day: {resample: btc, timeframe: 1d}
  week: {resample: btc, timeframe: 1w}
vars: {n: 10}
"""


def _written(tmp_path: Path, strategy: str) -> Path:
    path = tmp_path / "bot.yaml"
    path.write_text(HEAD + strategy, encoding="utf-8")
    return path


def _found(tmp_path: Path, strategy: str) -> tuple[Diagnostic, ...]:
    return tuple(check_recipe(_written(tmp_path, strategy)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "{a: f(x, 10), b: max(a, b, (c, d)), c: 3}",
            {"a": "f(x, 10)", "b": "max(a, b, (c, d))", "c": 3},
        ),
        ("{a: f(x, 10), e: f(y, 10)}", {"a": "f(x, 10)", "e": "f(y, 10)"}),
        ("{a: f(x,\n  2) > 1, d: 4}", {"a": "f(x,\n  2) > 1", "d": 4}),
        ("{é: ü(é, 10), z: f(a, 10)}", {"é": "ü(é, 10)", "z": "f(a, 10)"}),
        ("{a: {b: f(x, 1)}, c: [f(y]}", {"a": {"b": "f(x, 1)"}, "c": ["f(y"]}),
        ("{a: f(x, b: 2}", {"a": "f(x", "b": 2}),
        ("{a: 'f(x', 10): }", {"a": "f(x", "10)": None}),
        ("a: f(x\nb:\n", {"a": "f(x", "b": None}),
        ("{a: [f(x, 1)]}", {"a": ["f(x", "1)"]}),
    ],
)
def test_commas_within_parentheses_do_not_end_an_expression(
    text: str, expected: dict[str, Any]
) -> None:
    findings = Findings()

    tree = read_tree(Source("x", text), findings)

    assert findings.sorted() == ()
    assert tree is not None
    assert plain(tree) == expected


def test_an_expression_of_very_many_pieces_is_left_alone() -> None:
    findings = Findings()
    pieces = ", ".join(f"a{number}" for number in range(500))

    tree = read_tree(Source("x", f"{{a: f({pieces}), b: 1}}"), findings)

    assert tree is not None
    assert len(plain(tree)) > 300


def test_the_example_between_braces_is_a_recipe(tmp_path: Path) -> None:
    strategy = (
        "strategy: {type: rules, indicators: {fast: sma(close, 10), slow: sma(close, 30)}, "
        "entry: crossover(fast, slow), exit: crossunder(fast, slow)}\n"
    )

    recipe = load_recipe(_written(tmp_path, strategy))

    config: Any = recipe.strategy.config
    assert config.indicators == {"fast": "sma(close, 10)", "slow": "sma(close, 30)"}
    assert set(config.plan.answers) == {"entry", "exit"}


def test_variables_fill_in(tmp_path: Path) -> None:
    strategy = """\
strategy:
  type: rules
  indicators: {length: "{{ vars.n }}", mean: "sma(close, {{ vars.n * 2 }})"}
  entry: close > mean + length
"""

    config: Any = load_recipe(_written(tmp_path, strategy)).strategy.config

    assert config.indicators == {"length": 10, "mean": "sma(close, 20)"}


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("  entry: close > clsoe", 18),
        ("  entry:    close > clsoe   # why", 21),
        ("  entry: 'close > clsoe'", 19),
        ('  "entry": "close > clsoe"', 21),
        ("  {indicators: {a: sma(close, 3)}, entry: close > clsoe}", 51),
        ("  entry: >\n    close\n    > clsoe", 10),
        ('  entry: "close > \\u0063lsoe"', 10),
        ("  entry: close > {{ 'clsoe' }}", 10),
    ],
)
def test_the_caret_stands_under_the_character_where_the_file_shows_it(
    tmp_path: Path, line: str, column: int
) -> None:
    inside = line.lstrip().startswith("{")
    strategy = f"strategy:\n{line.replace('{', '{type: rules, ', 1)}\n"
    if not inside:
        strategy = f"strategy:\n  type: rules\n{line}\n"

    (found,) = _found(tmp_path, strategy)

    shift = len("type: rules, ") if inside else 0
    assert (found.code, found.hint) == ("RT207", "did you mean 'close'?")
    assert found.message == "unknown name 'clsoe' (character 9)"
    assert found.column == column + shift


def test_feeds_that_expressions_name_must_be_there(tmp_path: Path) -> None:
    strategy = """\
strategy:
  type: rules
  feeds: [btc, day]
  indicators:
    a: atr(dya, 14)
    b: atr(day, 14)
  entry: close > week.close
  exit: close < day.close
"""

    found = _found(tmp_path, strategy)

    assert [(one.code, one.line, one.column, one.message, one.hint) for one in found] == [
        ("RT301", 13, 12, "there is no feed 'dya'", "did you mean 'day'?"),
        (
            "RT301",
            15,
            18,
            "the feed 'week' is not among the strategy's",
            "name it under strategy.feeds, behind the one that is traded",
        ),
    ]


def test_all_feeds_are_the_strategy_s_when_it_names_none(tmp_path: Path) -> None:
    strategy = "strategy: {type: rules, entry: close > week.close}\n"

    assert _found(tmp_path, strategy) == ()
