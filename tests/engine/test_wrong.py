from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import realtrade.engine
from realtrade.engine.wrong import settings_checked
from realtrade.plugins import SettingWrong
from realtrade.recipe import RecipeInvalid, load_recipe

if TYPE_CHECKING:
    from tests.engine.conftest import Bench

MA_CROSS = "strategy: {type: ma_cross, params: {fast: 5}}\n"


def test_a_wrong_setting_is_found_at_the_nearest_key_that_was_written(bench: Bench) -> None:
    path = bench.recipe(MA_CROSS)
    recipe = load_recipe(path)

    with pytest.raises(RecipeInvalid) as caught, settings_checked(recipe, "strategy"):
        raise SettingWrong("slow is too slow", at="params.slow", hint="try 30")

    (finding,) = caught.value.diagnostics
    assert (finding.path, finding.message, finding.hint) == (
        "strategy.params.slow",
        "slow is too slow",
        "try 30",
    )
    assert finding.source == MA_CROSS.rstrip()
    assert finding.source[finding.column - 1 :].startswith("params")


def test_a_recipe_that_has_gone_away_shows_no_line(bench: Bench) -> None:
    path = bench.recipe(MA_CROSS)
    recipe = load_recipe(path)
    path.unlink()

    with pytest.raises(RecipeInvalid) as caught, settings_checked(recipe, "strategy"):
        raise SettingWrong("no luck")

    (finding,) = caught.value.diagnostics
    assert (finding.path, finding.source) == ("strategy", "")


def test_a_line_that_may_hold_a_secret_is_not_shown(bench: Bench) -> None:
    path = bench.recipe("strategy: {type: ma_cross, params: {fast: 5}} # token: abc\n")
    recipe = load_recipe(path)

    with pytest.raises(RecipeInvalid) as caught, settings_checked(recipe, "strategy"):
        raise SettingWrong("no luck")

    assert caught.value.diagnostics[0].source == ""


def test_the_engine_s_names_are_there_and_no_others() -> None:
    for name in realtrade.engine.__all__:
        assert getattr(realtrade.engine, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Engine'"):
        _ = realtrade.engine.Engine
