from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.recipe import Diagnostic, Recipe

PATCHED = """\
vars: {cash: {type: money, default: 1 USD}, slip: {type: percent, default: 1%}}
backtest: {cash: "{{ vars.cash }}", slippage: "{{ vars.slip }}", fees: {taker: 5 bps}}
environments:
  rich: {vars: {cash: 9 USD}, backtest: {fees: {maker: 1 bps}}}
  plain: {backtest: {slippage: null, fees: null}}
"""


def test_without_an_environment_the_recipe_speaks(load: Callable[..., Recipe], good: str) -> None:
    recipe = load(good + PATCHED)

    assert str(recipe.backtest.cash) == "1 USD"
    assert recipe.environment is None


def test_an_environment_lies_above(load: Callable[..., Recipe], good: str) -> None:
    recipe = load(good + PATCHED, env="rich")

    assert str(recipe.backtest.cash) == "9 USD"
    assert recipe.backtest.fees.maker == Decimal("0.0001")
    assert recipe.backtest.fees.taker == Decimal("0.0005")
    assert recipe.environment == "rich"


def test_null_restores_the_default(load: Callable[..., Recipe], good: str) -> None:
    recipe = load(good + PATCHED, env="plain")

    assert recipe.backtest.slippage == 0
    assert recipe.backtest.fees.taker == 0


def test_set_lies_above_the_environment(load: Callable[..., Recipe], good: str) -> None:
    recipe = load(
        good + PATCHED,
        "vars.cash=5 USD",
        "backtest.fees.maker=7 bps",
        "description='a: b'",
        env="rich",
    )

    assert str(recipe.backtest.cash) == "5 USD"
    assert recipe.backtest.fees.maker == Decimal("0.0007")
    assert recipe.at("backtest.fees.maker").file == "--set"
    assert recipe.at("backtest.fees.maker").line == 2


def test_set_takes_lists_and_maps_and_null(load: Callable[..., Recipe], good: str) -> None:
    recipe = load(
        good, "strategy.feeds=[btc]", "backtest={cash: 2 USD, slippage: 1%}", "backtest.slippage="
    )

    assert recipe.strategy.feeds == ("btc",)
    assert str(recipe.backtest.cash) == "2 USD"
    assert recipe.backtest.slippage == 0


def test_a_finding_in_set_is_shown_there(check: Callable[..., list[Diagnostic]], good: str) -> None:
    (found,) = check(good, "description=x", "backtest.slippage=15")

    assert (found.file, found.line, found.column) == ("--set", 2, 25)
    assert found.source == "--set backtest.slippage=15"
    assert found.source[found.column - 1 :] == "15"


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "=1",
        "a..b=1",
        ".a=1",
        "a.=1",
        "a b=1",
        "a[0]=1",
        "name=x",
        "realtrade=v2",
        "extends=x.yaml",
        "environments.x.mode=live",
        "a=" + "x" * 20_000,
    ],
)
def test_wrong_sets(text: str, check: Callable[..., list[Diagnostic]], good: str) -> None:
    (found,) = check(good, text)

    assert found.code == "RT309"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("description=[", "RT101"),
        ("description=a\x00b", "RT107"),
        ("description=*x", "RT105"),
        ("description=!x y", "RT103"),
        ("backtest.slippage=.nan", "RT110"),
    ],
)
def test_wrong_values(
    text: str, code: str, check: Callable[..., list[Diagnostic]], good: str
) -> None:
    (found,) = check(good, text)

    assert (found.code, found.file) == (code, "--set")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ("live: {backtest: {slippage: 15}}", ("RT205", 8)),
        ("live: {backtset: {}}", ("RT201", 8)),
        ("live: text", ("RT203", 8)),
        ("live: {name: other}", ("RT209", 8)),
        ("live: {extends: x.yaml}", ("RT209", 8)),
        ("live: {environments: {}}", ("RT209", 8)),
    ],
)
def test_every_environment_is_checked(
    environment: str,
    expected: tuple[str, int],
    check: Callable[..., list[Diagnostic]],
    good: str,
) -> None:
    found = check(f"{good}environments:\n  {environment}\n")

    assert [(one.code, one.line) for one in found] == [expected]


def test_environments_must_be_a_mapping(check: Callable[..., list[Diagnostic]], good: str) -> None:
    (found,) = check(f"{good}environments: [live]\n")

    assert (found.code, found.line, found.column) == ("RT203", 7, 15)


def test_an_unknown_environment(check: Callable[..., list[Diagnostic]], good: str) -> None:
    (found,) = check(f"{good}environments: {{live: {{}}}}\n", env="life")

    assert (found.code, found.line, found.hint) == ("RT308", 7, "did you mean 'live'?")


def test_environments_are_counted(check: Callable[..., list[Diagnostic]], good: str) -> None:
    text = "".join(f"  e{n}: {{}}\n" for n in range(21))

    (found,) = check(f"{good}environments:\n{text}")

    assert (found.code, found.line) == ("RT106", 28)


def test_what_one_file_says_to_all_environments_is_said_once(
    check: Callable[..., list[Diagnostic]], good: str
) -> None:
    found = check(f"{good}backtest: {{slippage: 15}}\nenvironments: {{a: {{}}, b: {{}}}}\n")

    assert len(found) == 1
