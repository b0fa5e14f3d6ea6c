"""The language of rules: what is read, what it means, and what is said of what is wrong."""

from __future__ import annotations

import subprocess
import sys
from math import nan
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

from realtrade.strategies.rules.compiling import compile_rules
from realtrade.strategies.rules.config import RulesConfig
from realtrade.strategies.rules.errors import ExpressionError
from realtrade.strategies.rules.evaluation import Evaluation
from realtrade.strategies.rules.parser import parse
from realtrade.strategies.rules.syntax import (
    Binary,
    Call,
    Expression,
    Member,
    Name,
    Number,
    Shift,
    Unary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

BARS = [(10.0, 12.0, 9.0, 11.0, 5.0), (11.0, 15.0, 10.0, 14.0, 7.0), (14.0, 14.5, 8.0, 9.0, 0.0)]


def written(tree: Expression) -> str:  # noqa: PLR0911 - one line for each kind of tree
    """Write a tree with all its parentheses."""
    match tree:
        case Number():
            return f"{tree.value:g}"
        case Call():
            return f"{tree.name}({', '.join(map(written, tree.arguments))})"
        case Member():
            return f"{tree.owner}.{tree.field}"
        case Shift():
            return f"{written(tree.operand)}[{written(tree.bars)}]"
        case Unary():
            return f"({tree.operator} {written(tree.operand)})"
        case Binary():
            return f"({written(tree.left)} {tree.operator} {written(tree.right)})"
        case Name():
            return tree.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a + b * c", "(a + (b * c))"),
        ("a - b - c", "((a - b) - c)"),
        ("a / b * c", "((a / b) * c)"),
        ("(a + b) * c", "((a + b) * c)"),
        ("-a[1] * b", "((- a[1]) * b)"),
        ("- - a", "(- (- a))"),
        ("a < b and c >= d or e != 1", "(((a < b) and (c >= d)) or (e != 1))"),
        ("a or b and c", "(a or (b and c))"),
        ("not a < b and c", "((not (a < b)) and c)"),
        ("not not a", "(not (not a))"),
        ("sma(close, 10)[2][1]", "sma(close, 10)[2][1]"),
        ("f(a + 1, (b), -3)", "f((a + 1), b, (- 3))"),
        ("true_range()", "true_range()"),
        ("btc_1d.close\n > 0.5\t", "(btc_1d.close > 0.5)"),
        ("android < notes", "(android < notes)"),
    ],
)
def test_binds_as_traders_write(text: str, expected: str) -> None:
    assert written(parse(text)) == expected


def evaluated(text: str, bars: Sequence[tuple[float, ...]] = BARS) -> list[float]:
    """Return what an expression comes to, bar by bar."""
    compiled = compile_rules({"x": text}, {"entry": "x == x"})
    if compiled.wrong:
        compiled = compile_rules({}, {"entry": text})
    assert not compiled.wrong, compiled.wrong
    steps = compiled.plan.steps
    index = compiled.plan.answers["entry"]
    if steps[index].op == "eq" and len(set(steps[index].inputs)) == 1:
        (index, _) = steps[index].inputs
    evaluation = Evaluation(compiled.plan)
    values = []
    for bar in bars:
        evaluation.bar(bar)
        values.append(evaluation.value(index))
    return values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("close", [11, 14, 9]),
        ("close[1]", [nan, 11, 14]),
        ("close[0]", [11, 14, 9]),
        ("(high + low) / 2", [10.5, 12.5, 11.25]),
        ("open * 2 - 1", [19, 21, 27]),
        ("-close + 1", [-10, -13, -8]),
        ("close / volume", [2.2, 2, nan]),
        ("close / (close - close)", [nan, nan, nan]),
        ("close / volume + 1", [3.2, 3, nan]),
        ("abs(close - 12)", [1, 2, 3]),
        ("min(close, 10)", [10, 10, 9]),
        ("max(open, close, 12)", [12, 14, 14]),
        ("sma(close, 2)", [nan, 12.5, 11.5]),
        ("sma(close, 2 * 1)", [nan, 12.5, 11.5]),
        ("highest(high, 2)", [nan, 15, 15]),
        ("lowest(low, 2)[1]", [nan, nan, 9]),
        ("change(close)", [nan, 3, -5]),
        ("momentum(close, 2)", [nan, nan, -2]),
        ("roc(close, 1)", [nan, 300 / 11, -500 / 14]),
        ("wma(close, 2)", [nan, (11 + 28) / 3, (14 + 18) / 3]),
        ("true_range()", [nan, 5, 6.5]),
        ("stdev(close, 2)", [nan, 1.5, 2.5]),
        ("rsi(close, 1)", [nan, 100, 0]),
        ("close * 100000000000000 * 100000000000000 * close", [121e28, 196e28, 81e28]),
    ],
)
def test_means_what_it_says(text: str, expected: list[float]) -> None:
    assert evaluated(text) == pytest.approx(expected, nan_ok=True, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("close > 10", [1, 1, 0]),
        ("not close > 10", [0, 0, 1]),
        ("close[1] > 10", [nan, 1, 1]),
        ("not close[1] > 100", [nan, 1, 1]),
        ("close > 10 or close[1] > 10", [nan, 1, 1]),
        ("close > 10 and close[1] > 10", [nan, 1, 0]),
        ("close == 14", [0, 1, 0]),
        ("close != 14", [1, 0, 1]),
        ("close <= 11", [1, 0, 1]),
        ("close >= 11", [1, 1, 0]),
        ("close < open", [0, 0, 1]),
        ("volume / volume > 0", [1, 1, nan]),
        ("crossover(close, 12)", [0, 1, 0]),
        ("crossunder(close, 12)", [0, 0, 1]),
        ("crossover(close, 12)[1]", [nan, 0, 1]),
    ],
)
def test_a_condition_is_undefined_while_anything_in_it_is(text: str, expected: list[float]) -> None:
    assert evaluated(text) == pytest.approx(expected, nan_ok=True)


def test_what_is_undefined_does_not_hold() -> None:
    evaluation = Evaluation(compile_rules({}, {"entry": "not close[1] > 100"}).plan)

    answers = []
    for bar in BARS:
        evaluation.bar(bar)
        answers.append(evaluation.answers()["entry"])

    assert answers == [False, True, True]


def test_a_number_too_large_is_undefined_and_never_an_error() -> None:
    grown = "close" + " * 999999999999999" * 8

    assert evaluated(grown) == pytest.approx([nan, nan, nan], nan_ok=True)
    assert evaluated(f"sma({grown}, 2)") == pytest.approx([nan, nan, nan], nan_ok=True)


def test_a_gap_begins_every_window_anew() -> None:
    bars = [(1.0, 1.0, 1.0, float(close), float(close)) for close in (1, 2, 0, 3, 4, 5)]

    means = evaluated("sma(close / volume * close, 2)", bars)
    smooth = evaluated("ema(close / volume * close, 2)", bars)

    assert means == pytest.approx([nan, 1.5, nan, nan, 3.5, 4.5], nan_ok=True)
    assert smooth == pytest.approx([nan, 1.5, nan, nan, 3.5, 4.5], nan_ok=True)


@pytest.mark.parametrize(
    ("rules", "loc", "at", "message", "hint"),
    [
        ({"entry": "clsoe > 1"}, ("entry",), 1, "unknown name 'clsoe'", "did you mean 'close'?"),
        ({"entry": "close > smma(close, 3)"}, ("entry",), 9, "unknown function 'smma'", "sma"),
        ({"entry": "close > day.clse"}, ("entry",), 13, "unknown column 'clse'", "close"),
        ({"entry": "close > sma"}, ("entry",), 9, "'sma' is a function", "sma(series, period)"),
        ({"entry": "close() > 1"}, ("entry",), 1, "'close' is not a function", "without ( )"),
        ({"entry": "close"}, ("entry",), 1, "must be a condition, not a series", "rsi(close) < 30"),
        ({"entry": "5"}, ("entry",), 1, "must be a condition, not a number", "crossover(a, b)"),
        ({"entry": "1 < 2"}, ("entry",), 3, "both sides are numbers", "such as close"),
        ({"entry": "close > 1 > 0"}, ("entry",), 11, "cannot be chained", "a < b and b < c"),
        ({"entry": "close and open"}, ("entry",), 1, "'and' joins conditions", "close > 100"),
        ({"entry": "not close"}, ("entry",), 5, "'not' joins conditions", "compare it"),
        ({"entry": "(close > 1) + 1 > 2"}, ("entry",), 2, "'+' takes numbers and series", "and"),
        ({"entry": "-(close > 1) > 2"}, ("entry",), 3, "'-' takes numbers and series", "and"),
        ({"entry": "sma(close > 1, 2) > 1"}, ("entry",), 5, "takes a series, not a cond", "sma("),
        ({"entry": "sma(3, 2) > close"}, ("entry",), 1, "only numbers that never change", "close"),
        ({"entry": "max(1, 2) > close"}, ("entry",), 1, "only numbers that never change", "close"),
        ({"entry": "crossover(1, 2)"}, ("entry",), 1, "only numbers that never change", "close"),
        ({"entry": "max(close) > 1"}, ("entry",), 1, "takes 2 to 10 values, not 1", "max("),
        ({"entry": "sma(close, 0) > 1"}, ("entry",), 12, "whole number from 1 to 10000", "is 0"),
        ({"entry": "sma(close, 10001) > 1"}, ("entry",), 12, "from 1 to 10000", "10001"),
        ({"entry": "sma(close, 2.5) > 1"}, ("entry",), 12, "whole number", "2.5"),
        ({"entry": "sma(close, -3) > 1"}, ("entry",), 12, "whole number", "-3"),
        ({"entry": "sma(close, open) > 1"}, ("entry",), 12, "number that never changes", ""),
        ({"entry": "sma(close) > 1"}, ("entry",), 1, "given too little", "sma(series, period)"),
        ({"entry": "sma(close, 1, 2) > 1"}, ("entry",), 15, "given too much", "sma(series"),
        ({"entry": "atr(close, 3) > 1"}, ("entry",), 5, "whole bars", "atr(period=14)"),
        ({"entry": "close[-1] > 1"}, ("entry",), 7, "from 0 to 10000", "-1"),
        ({"entry": "close[1.5] > 1"}, ("entry",), 7, "whole number", "1.5"),
        ({"entry": "3[1] > close"}, ("entry",), 2, "has no past", "close[1]"),
        ({"entry": "close[close] > 1"}, ("entry",), 7, "number that never changes", ""),
        ({"entry": "bollinger_upper(close, 5, 0) > 1"}, ("entry",), 27, "more than 0", ""),
        ({"entry": "close / 0 > 1 / 0"}, ("entry",), 15, "division by zero", ""),
        ({"entry": "macd(close).signal > 1"}, ("entry",), 12, "only a feed has members", "macd_"),
        ({"entry": "close.open > 1"}, ("entry",), 1, "'close' is not a feed", "btc_1d.close"),
        ({"entry": "close = 1"}, ("entry",), 7, "'=' is not part of the language", "write =="),
        ({"entry": "close > 1 && open > 1"}, ("entry",), 11, "'&&'", "write and"),
        ({"entry": "close ** 2 > 1"}, ("entry",), 7, "'**'", "x * x"),
        ({"entry": "change(close) > 5%"}, ("entry",), 17, "percentage", "5% is 0.05"),
        ({"entry": "close > 1e5"}, ("entry",), 9, "'1e5' is not a number", "0.05"),
        ({"entry": "close > 1.2.3"}, ("entry",), 9, "'1.2.3' is not a number", ""),
        ({"entry": "close > 'a'"}, ("entry",), 9, "no text", "without quotes"),
        ({"entry": "close > \N{EM DASH}1"}, ("entry",), 9, "U+2014", ""),
        ({"entry": "close\N{ZERO WIDTH SPACE} > 1"}, ("entry",), 6, "U+200B", ""),
        ({"entry": "close > (1 + 2"}, ("entry",), 9, "'(' is never closed", "add ')'"),
        ({"entry": "close > sma(close, 2"}, ("entry",), 12, "never closed", "add ')'"),
        ({"entry": "close > 1)"}, ("entry",), 10, "an operator or the end is expected", ""),
        ({"entry": "close >"}, ("entry",), 8, "ends where a name, a number or '('", ""),
        ({"entry": "close 5"}, ("entry",), 7, "an operator or the end is expected", "sma("),
        ({"entry": "> close"}, ("entry",), 1, "a name, a number or '(' is expected", ""),
        ({"entry": ""}, ("entry",), 1, "the expression is empty", ""),
        ({"entry": "close > and"}, ("entry",), 9, "a name, a number or '(' is expected", ""),
        ({"entry": "day. > 1"}, ("entry",), 6, "a column such as close is expected", ""),
        ({"short_entry": "x"}, ("short_entry",), 1, "unknown name 'x'", "there is"),
    ],
)
def test_every_error_names_its_character(
    rules: dict[str, str],
    loc: tuple[str, ...],
    at: int,
    message: str,
    hint: str,
) -> None:
    (wrong,) = compile_rules({}, rules).wrong

    assert (wrong.loc, wrong.error.at + 1) == (loc, at), wrong.error.message
    assert message in wrong.error.message
    assert hint in wrong.error.hint


def test_indicators_use_those_above_them() -> None:
    compiled = compile_rules(
        {"level": 30, "fast": "ema(close, 3)", "gap": "fast - close", "same": "ema(close, 3)"},
        {"entry": "gap > level and same > fast[1]"},
    )

    assert compiled.wrong == ()
    assert [step.op for step in compiled.plan.steps].count("smooth") == 1


@pytest.mark.parametrize(
    ("indicators", "loc", "message"),
    [
        ({"a": "a + 1"}, "a", "'a' is not known yet"),
        ({"a": "b + 1", "b": "a + 1"}, "a", "'b' is not known yet"),
        ({"sma": "close"}, "sma", "'sma' is a function"),
        ({"close": "open"}, "close", "'close' is a column of the bars"),
        ({"not": "open"}, "not", "'not' is a word of the language"),
        ({"big": 10**101}, "big", "too large"),
        ({"a": "999999999999999" + " * 999999999999999" * 7}, "a", "too large"),
    ],
)
def test_an_indicator_cannot_use_itself_or_steal_a_name(
    indicators: dict[str, Any], loc: str, message: str
) -> None:
    wrong = compile_rules(indicators, {"entry": "close > 1"}).wrong

    assert wrong[0].loc == ("indicators", loc)
    assert message in wrong[0].error.message
    assert len(wrong) == 1, "what uses a wrong indicator is not blamed for it"


def test_everything_wrong_is_said_at_once_at_its_own_setting() -> None:
    raw = {"indicators": {"a": "sma(x, 1)", "b": "a + 1"}, "entry": "b > ", "exit": "b > 1"}

    with pytest.raises(ValidationError) as caught:
        RulesConfig.model_validate(raw)

    found = [
        (error["loc"], error["msg"], error["ctx"]["offset"]) for error in caught.value.errors()
    ]
    assert found == [
        (("indicators", "a"), "unknown name 'x' (character 5)", 4),
        (
            ("entry",),
            "the expression ends where a name, a number or '(' is expected (character 5)",
            4,
        ),
    ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "there is no rule to enter"),
        ({"exit": "close > 1"}, "there is no rule to enter"),
        ({"entry": "close > 1", "indicators": {"9x": "close"}}, "begins with no digit"),
        ({"entry": "close > 1", "indicators": {"é": "close"}}, "letters, digits and _"),
        ({"entry": "close > 1", "indicators": {"a": True}}, "expected an expression"),
        ({"entry": "close > 1", "indicators": {"a": ["b"]}}, "expected an expression"),
        ({"entry": 5}, "valid string"),
        ({"enrty": "close > 1"}, "Extra inputs"),
        (
            {"entry": "close > 1", "indicators": {f"a{n}": "close" for n in range(101)}},
            "at most 100",
        ),
    ],
)
def test_settings_of_the_wrong_shape_are_refused(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RulesConfig.model_validate(raw)


def test_names_the_feeds_it_needs() -> None:
    config = RulesConfig.model_validate(
        {"indicators": {"a": "atr(day, 3)"}, "entry": "close > week.open + a"}
    )

    assert [tuple(one) for one in config.named_feeds()] == [
        (("indicators", "a"), "day", 4),
        (("entry",), "week", 8),
    ]
    assert config.plan.feeds == ("day", "week")


def test_too_many_calculations_are_refused() -> None:
    indicators = {
        f"a{n}": " + ".join(f"sma(close, {n * 40 + k})" for k in range(1, 40)) for n in range(40)
    }

    wrong = compile_rules(indicators, {"entry": "a0 > 1"}).wrong

    assert "more than 1000 calculations" in wrong[0].error.message


def test_reading_needs_neither_numpy_nor_backtrader() -> None:
    code = (
        "import sys\n"
        "from realtrade.strategies.rules.config import RulesConfig\n"
        "RulesConfig.model_validate({'entry': 'adx(14) > 20'})\n"
        "print(*{'numpy', 'backtrader', 'pandas'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == ""


def test_an_error_is_an_exception_with_its_message() -> None:
    with pytest.raises(ExpressionError, match="the expression is empty"):
        parse("  ")
