"""What every built-in strategy owes: one that is added without it fails here."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml

from realtrade.plugins import Kind, Registry
from realtrade.recipe.docs import field_docs
from tests.scenario.library_plays import PLAYS
from tests.strategies.golden import GOLDEN

RECIPES = Path(__file__).parents[2] / "recipes"
RECIPE_OF = {"ma_cross": "quickstart", "rules": "rules-ma-cross"}
"""Recipes that do not go by their strategy's name."""
_SIGNALS = "tests.strategies.test_signals"
_REGISTRY = Registry()
NAMES = sorted(
    name
    for name in _REGISTRY.names(Kind.STRATEGY)
    if _REGISTRY.distribution(Kind.STRATEGY, name) == "realtrade" and name != "python"
)
CHECKED_BY = {
    "adx_trend": (_SIGNALS, "_adx_trend"),
    "atr_grid": ("tests.strategies.grid.test_grids", "_atr"),
    "bollinger": (_SIGNALS, "_bollinger"),
    "dca_drop": ("tests.strategies.test_dca", "_dropped"),
    "dca_schedule": ("tests.strategies.test_dca", "_scheduled"),
    "donchian": (_SIGNALS, "_donchian"),
    "fixed_grid": ("tests.strategies.grid.test_grids", "_fixed"),
    "ma_cross": (_SIGNALS, "_ma_cross"),
    "macd": (_SIGNALS, "_macd"),
    "multi_timeframe": ("tests.strategies.composite.test_composite", "_by_day"),
    "pairs": ("tests.strategies.test_several_feeds", "_ratio_sides"),
    "regime": ("tests.strategies.composite.test_composite", "_adx"),
    "roc_rank": ("tests.strategies.test_several_feeds", "_rotation"),
    "rsi_momentum": (_SIGNALS, "_rsi_momentum"),
    "rsi_reversion": (_SIGNALS, "_rsi_reversion"),
    "rules": ("tests.strategies.rules.test_signals_of_rules", "_reverting"),
    "supertrend": (_SIGNALS, "_supertrend"),
    "volume_breakout": (_SIGNALS, "_volume_breakout"),
    "vote": ("tests.strategies.composite.test_composite", "_voted"),
    "zscore": (_SIGNALS, "_zscore"),
}
"""Module and function that work the strategy's signals out with nothing of ours."""


def _recipe_of(name: str) -> str:
    return RECIPE_OF.get(name, name.replace("_", "-"))


def test_the_library_is_as_long_as_it_was() -> None:
    assert len(NAMES) >= 20
    assert sorted(CHECKED_BY) == NAMES
    assert sorted(map(_recipe_of, NAMES)) == sorted(GOLDEN) == sorted(PLAYS)


@pytest.mark.parametrize("name", NAMES)
def test_has_a_recipe_on_bundled_data(name: str) -> None:
    recipe = yaml.safe_load((RECIPES / f"{_recipe_of(name)}.yaml").read_text("utf-8"))

    files = [feed["path"] for feed in recipe["feeds"].values() if "path" in feed]
    assert recipe["strategy"]["type"] == name
    assert recipe["mode"] == "backtest"
    assert files
    assert all((RECIPES / file).is_file() for file in files)


@pytest.mark.parametrize("name", NAMES)
def test_its_signals_are_checked_by_somebody_else(name: str) -> None:
    module, function = CHECKED_BY[name]

    assert callable(getattr(import_module(module), function))


@pytest.mark.parametrize("name", NAMES)
def test_says_what_it_does_and_in_which_market_it_fails(name: str) -> None:
    told = _REGISTRY.config_class(Kind.STRATEGY, name).__doc__ or ""

    idea = told.split("\n\n")[1].strip()
    assert len(idea) > 20
    assert "Example:" in told
    assert f"type: {name}" in told
    assert " fail" in told.lower() or name == "rules"  # which trades what its recipe says


def _bounded(schema: dict[str, Any]) -> bool:
    """Tell whether a parameter's schema has both bounds wherever it is a number."""
    choices = [schema, *schema.get("anyOf", ())]
    numbers = [one for one in choices if one.get("type") in ("integer", "number")]
    lower, upper = ({f"{end}imum", f"exclusive{end.title()}imum"} for end in ("min", "max"))
    return all(lower & set(one) and upper & set(one) for one in numbers)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "rules"])
def test_every_parameter_is_described_and_bounded(name: str) -> None:
    config = _REGISTRY.config_class(Kind.STRATEGY, name)
    params: Any = config.model_fields["params"].annotation

    properties = params.model_json_schema()["properties"]

    assert properties
    assert set(field_docs(params)) >= set(properties)
    assert [key for key, one in properties.items() if not _bounded(one)] == []
