from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.recipe import RecipeInvalid, Variants, load_recipe

if TYPE_CHECKING:
    from pathlib import Path

TEXT = """\
realtrade: v1
name: many
mode: backtest
vars: {fast: 5}
feeds: {btc: {type: file, path: btc.csv, symbol: BTC/USD, timeframe: 1h}}
strategy: {type: ma_cross, params: {fast: "{{ vars.fast }}", slow: "{{ vars.fast * 4 }}"}}
environments: {wide: {strategy: {params: {slow: 90}}}}
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "many.yaml"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(
    ("env", "sets", "params"),
    [
        (None, [], []),
        (None, [], ["vars.fast=7"]),
        (None, ["vars.fast=7"], ["vars.fast=8", "backtest.cash=5 USD"]),
        ("wide", [], ["strategy.params.fast=11"]),
        (None, ["risk.brake={type: max_drawdown, limit: 10%}"], ["risk.brake.limit=15%"]),
    ],
)
def test_a_variant_is_what_the_loader_makes_of_the_same_values(
    path: Path, env: str | None, sets: list[str], params: list[str]
) -> None:
    loaded = load_recipe(path, env=env, sets=[*sets, *params])

    variant = Variants(path, env=env, sets=sets).recipe(params)

    assert variant.model_dump() == loaded.model_dump()
    assert variant.hash == loaded.hash
    assert variant.folder == path.parent


def test_variants_do_not_remember_each_other(path: Path) -> None:
    variants = Variants(path)
    with pytest.raises(RecipeInvalid) as invalid:
        variants.recipe(["strategy.params.fast=x", "risk.a=1"])

    again = variants.recipe(["vars.fast=6"])

    assert [(one.code, one.line) for one in invalid.value.diagnostics] == [
        ("RT203", 1),
        ("RT203", 2),
    ]
    config: Any = again.strategy.config
    assert (config.params.fast, config.params.slow) == (6, 24)


def test_what_is_wrong_with_a_parameter_is_found_in_it(path: Path) -> None:
    with pytest.raises(RecipeInvalid) as invalid:
        Variants(path, sets=["vars.fast=5"]).recipe(["strategy.params.fst=1"])

    (found,) = invalid.value.diagnostics
    assert (found.file, found.line, found.hint) == ("--param", 1, "did you mean 'fast'?")
    assert found.source == "--param strategy.params.fst=1"


def test_a_pickled_one_needs_neither_file_nor_folder(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = load_recipe(path)
    packed = pickle.dumps(Variants(path.relative_to(tmp_path)))
    path.unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    recipe = pickle.loads(packed).recipe()  # noqa: S301 - made by this test

    assert recipe.model_dump() == expected.model_dump()
    assert recipe.hash == expected.hash
    assert recipe.folder == tmp_path


def test_a_file_that_cannot_be_read_is_told_when_asked(tmp_path: Path) -> None:
    with pytest.raises(RecipeInvalid):
        Variants(tmp_path / "none.yaml").recipe()
