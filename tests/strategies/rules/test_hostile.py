"""Hostile expressions: refused with a place or accepted, quickly, and never an exception else."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.strategies.rules.compiling import compile_rules
from realtrade.strategies.rules.evaluation import Evaluation
from realtrade.strategies.rules.functions import FUNCTIONS
from tests.effort import with_calls

CALLS = 20_000  # the worst of those below makes 9,000; what is not linear makes millions
PIECES = (
    "close", "open", "volume", "day.close", "sma", "rsi(close)", "macd", "(", ")", "[", "]", ",",
    ".", "+", "-", "*", "/", "<", "<=", ">", "==", "!=", "and", "or", "not", "1", "0", "10000",
    "10001", "999999999999999", "0.000000000000001", "1e9", "%", "=", "&&", "__class__", "import",
    "lambda", "\N{ZERO WIDTH SPACE}", "\N{ARABIC-INDIC DIGIT FIVE}",
    "\N{FULLWIDTH LATIN SMALL LETTER C}lose",
    "{{ x }}", "${HOME}",
    "'", '"', "\\", "\x00", "\n", "#", ";", "…", "\U0001f4a9", "x" * 64,
)  # fmt: skip
MADE_BY_HAND = [
    "(" * 1_000,
    "(" * 33 + "close" + ")" * 33,
    "[" * 500,
    "close" + "[1]" * 300,
    "not " * 240 + "close > 1",
    "-" * 900 + "close > 1",
    "sma(" * 100 + "close" + ", 2)" * 100 + " > 1",
    "close" + " + close" * 124,
    "close > 1" + " and close > 1" * 60,
    "x" * 1_000_000,
    "close > 1 " * 100_000,
    "(" * 1_000_000,
    "\N{ZERO WIDTH SPACE}" * 1_000_000,
    "9" * 1_000,
    "sma(close, 99999999999999999999999) > 1",
    "sma(close, 9999999999) > 1",
    "close[999999999999999] > 1",
    "sma(close, 1 / 0) > 1",
    "close > 1 / (1 - 1)",
    "sma(close, 10000) > sma(close, 0.5 * 20000)",
    "close.__class__ > 1",
    "__import__('os').system('true')",
    "(lambda: 1)()",
    "close if close else open",
    "[close for close in open]",
    "close := 1",
    "eval(close)",
    "sma(close=close, period=3) > 1",
    "sma(*close) > 1",
    "close > 1; close > 2",
    "close > 1 # and more",
    "{{ 7 * 7 }} > close",
    "%s > close",
    "close > ½",
    "close > ٣",
    "\N{CYRILLIC SMALL LETTER ES}lose > 1",
    "close > 1\x00",
    "\ufeffclose > 1",
    "\u202eclose > 1",
    "close > nan",
    "close > inf",
    "close > 0x10",
    "close > 1_000",
    "close > 1.",
    "close > .5",
    "close > 1..2",
    "close. close > 1",
    "day.close.close > 1",
    "day.day.close > 1",
    "close < > open",
    "close <> open",
    "close >== open",
    "close !> open",
    "() > 1",
    "sma() > 1",
    "sma(,) > 1",
    "sma(close,,3) > 1",
    "sma(close 3) > 1",
    "close[] > 1",
    "close[1, 2] > 1",
    "close[1:2] > 1",
    "close[1][ > 1",
    "crossover(close) and 1",
    "crossover(crossover(close, 1), 1)",
    "max(close > 1, open)",
    "atr(atr) > 1",
    "atr(close.close) > 1",
    "atr(1, 2) > 1",
    "atr(day, day) > 1",
    "true_range(day, 1) > 1",
    "and",
    "not",
    "or or or",
    "not and close > 1",
    "True",
    "null",
    " ",
    "\t\n",
]


def _mixed(count: int) -> list[str]:
    dice = random.Random(7)  # noqa: S311 - dice for a test, nothing secret
    return [" ".join(dice.choices(PIECES, k=dice.randint(1, 25))) for _ in range(count)]


def _refused_or_runs(text: str) -> None:
    """Compile `text` as a rule, and run it if that may be done."""
    compiled, calls = with_calls(lambda: compile_rules({"fine": "sma(close, 3)"}, {"entry": text}))
    assert calls < CALLS
    for wrong in compiled.wrong:
        assert wrong.loc == ("entry",)
        assert 0 <= wrong.error.at <= min(len(text), 1_000)
        assert 0 < len(wrong.error.message) < 200
        assert wrong.error.message.isprintable()
        assert wrong.error.hint.isprintable()
    if not compiled.wrong:
        evaluation = Evaluation(compiled.plan)
        for bar in (
            (1.0, 2.0, 0.5, 1.5, 0.0),
            (1.5, 1.5, 1.5, 1.5, 0.0),
            (2.0, 3.0, 1.0, 2.0, 5.0),
        ):
            for clock in compiled.plan.feeds:
                evaluation.bar(bar, clock)
            evaluation.bar(bar)
        assert evaluation.answers()["entry"] in (True, False)


@pytest.mark.parametrize("text", MADE_BY_HAND, ids=[repr(text[:30]) for text in MADE_BY_HAND])
def test_what_people_try_by_hand(text: str) -> None:
    _refused_or_runs(text)


def test_three_hundred_mixtures_of_words() -> None:
    for text in _mixed(300):
        _refused_or_runs(text)


@given(st.text(max_size=80))
def test_any_text(text: str) -> None:
    _refused_or_runs(text)


@given(st.lists(st.sampled_from([*PIECES, *FUNCTIONS]), max_size=30))
def test_any_words(words: list[str]) -> None:
    _refused_or_runs("".join(words))


def test_most_of_the_hand_made_ones_are_refused() -> None:
    refused = [text for text in MADE_BY_HAND if compile_rules({}, {"entry": text}).wrong]

    assert len(refused) >= len(MADE_BY_HAND) - 6
