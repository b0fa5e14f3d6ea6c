from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import RECIPE

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command, WriteRecipe

WRONG = RECIPE.replace("timeframe: 1h}", "timeframe: 1h, histroy: 10 bars}")


def test_a_valid_recipe_says_so_on_stderr_only(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    result = realtrade("validate", write_recipe())

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "1 recipe checked: all valid\n"


def test_a_mistake_is_shown_at_its_line(realtrade: Command, write_recipe: WriteRecipe) -> None:
    path = write_recipe(text=WRONG)

    result = realtrade("validate", path)

    assert result.exit_code == 78
    assert result.stdout.splitlines()[:2] == [
        "error[RT201]: unknown key 'histroy'",
        f"  --> {path}:5:71  (feeds.btc.histroy)",
    ]
    assert result.stderr == "1 recipe checked: 1 error\n"


def test_json_is_one_object(realtrade: Command, write_recipe: WriteRecipe) -> None:
    path = write_recipe(text=WRONG)

    result = realtrade("validate", "-o", "json", path)

    assert result.exit_code == 78
    assert result.stderr == ""
    said = json.loads(result.stdout)
    assert (said["format_version"], said["valid"]) == (1, False)
    (found,) = said["diagnostics"]
    assert found["code"] == "RT201"
    assert (found["file"], found["line"], found["column"]) == (str(path), 5, 71)
    assert found["path"] == "feeds.btc.histroy"


def test_json_of_a_valid_recipe(realtrade: Command, write_recipe: WriteRecipe) -> None:
    said = json.loads(realtrade("validate", write_recipe(), "-o", "json").stdout)

    assert said == {"format_version": 1, "valid": True, "diagnostics": []}


def test_github_annotations(realtrade: Command, write_recipe: WriteRecipe) -> None:
    path = write_recipe(text=WRONG)

    result = realtrade("validate", "--output", "github", path)

    assert result.stdout.startswith(f"::error file={path},line=5,col=71,title=RT201::unknown key")


def test_sarif_of_nothing_is_still_a_log(realtrade: Command, write_recipe: WriteRecipe) -> None:
    log = json.loads(realtrade("validate", "-o", "sarif", write_recipe()).stdout)

    assert log["version"] == "2.1.0"
    assert log["runs"][0]["results"] == []


def test_a_folder_means_every_recipe_below(
    realtrade: Command, write_recipe: WriteRecipe, tmp_path: Path
) -> None:
    write_recipe("bots/one.yaml")
    write_recipe("bots/deep/two.yml", WRONG)
    write_recipe("bots/quoted.yaml", '"realtrade": v1\nnonsense: 1\n')
    write_recipe("bots/_base/fragment.yaml", "realtrade: v1\nwrong: 1\n")
    write_recipe("bots/_draft.yaml", "realtrade: v1\nwrong: 1\n")
    write_recipe("bots/.hidden/three.yaml", "realtrade: v1\nwrong: 1\n")
    write_recipe("bots/compose.yaml", "services: {realtrade: {image: x}}\n")
    write_recipe("bots/notes.txt", "realtrade: v1\n")

    result = realtrade("validate", tmp_path / "bots", "-o", "json")

    files = {found["file"] for found in json.loads(result.stdout)["diagnostics"]}
    bots = tmp_path / "bots"
    assert files == {str(bots / "deep/two.yml"), str(bots / "quoted.yaml")}
    assert "3 recipes checked" in realtrade("validate", bots).stderr


def test_a_file_named_twice_is_checked_once(realtrade: Command, write_recipe: WriteRecipe) -> None:
    path = write_recipe()

    assert "1 recipe checked" in realtrade("validate", path, path.parent).stderr


def test_what_two_recipes_share_is_said_once(
    realtrade: Command, write_recipe: WriteRecipe, tmp_path: Path
) -> None:
    write_recipe("_base/house.yaml", "backtest: {fees: {takr: 1 bps}}\n")
    for name in ("a", "b"):
        write_recipe(f"{name}.yaml", f"extends: [_base/house.yaml]\n{RECIPE}")

    result = realtrade("validate", tmp_path)

    assert result.stdout.count("unknown key 'takr'") == 1
    assert result.stderr == "2 recipes checked: 1 error\n"


def test_a_folder_without_recipes_is_a_usage_error(realtrade: Command, tmp_path: Path) -> None:
    """A pipeline that checks nothing must not be green."""
    result = realtrade("validate", tmp_path)

    assert result.exit_code == 64
    assert f"there is no recipe in {tmp_path}" in result.stderr


@pytest.mark.parametrize(
    ("option", "value", "found"),
    [
        ("--set", "strategy.params.fast=30", "fast (30) must be less than slow (20)"),
        ("--env", "slow", "slow (2)"),
    ],
)
def test_options_lay_values_over_the_recipe(
    realtrade: Command, write_recipe: WriteRecipe, option: str, value: str, found: str
) -> None:
    environments = "environments: {slow: {strategy: {params: {slow: 2}}}}\n"
    path = write_recipe(text=RECIPE + environments)

    result = realtrade("validate", path, option, value)

    assert result.exit_code == 78
    assert found in result.stdout


def test_without_an_environment_all_are_checked(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    path = write_recipe(
        text=f"{RECIPE}environments: {{slow: {{strategy: {{params: {{slow: 2}}}}}}}}\n"
    )

    assert realtrade("validate", path).exit_code == 78
