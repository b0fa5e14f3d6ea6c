from __future__ import annotations

import string
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from realtrade.cli.yaml_text import yaml_lines
from realtrade.recipe import effective, load_recipe
from realtrade.recipe.tree import Entry, Items, Map, Place, Scalar, plain
from tests.cli.conftest import RECIPE, ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.recipe.tree import Node
    from tests.cli.conftest import Command, WriteRecipe

HERE = Place("recipe.yaml", 1, 1)


def tree_of(value: object) -> Node:
    if isinstance(value, dict):
        return Map({key: Entry(HERE, tree_of(one)) for key, one in value.items()}, HERE)
    if isinstance(value, list):
        return Items(tuple(tree_of(one) for one in value), HERE)
    assert value is None or isinstance(value, (str, int, bool, Decimal))
    return Scalar(value, HERE)


def test_shows_what_was_merged(realtrade: Command, write_recipe: WriteRecipe) -> None:
    write_recipe("_base/house.yaml", "backtest: {slippage: 2 bps}\n")
    more = "environments: {paper: {mode: paper}}\nvars: {slow: {type: int, default: 40}}\n"
    text = RECIPE.replace("slow: 20", 'slow: "{{ vars.slow }}"')
    path = write_recipe(text=f"extends: [_base/house.yaml]\n{text}{more}")

    result = realtrade("show", path, "--env", "paper", "--set", "strategy.params.fast=7")

    assert result.exit_code == 0
    shown = yaml.safe_load(result.stdout)
    assert shown["mode"] == "paper"
    assert shown["strategy"]["params"] == {"fast": 7, "slow": 40}
    assert shown["backtest"] == {"slippage": "2 bps", "cash": "10000 USD"}


def test_says_where_every_value_was_written(realtrade: Command, write_recipe: WriteRecipe) -> None:
    base = write_recipe("_base/house.yaml", "backtest: {slippage: 2 bps}\n")
    path = write_recipe(text=f"extends: [_base/house.yaml]\n{RECIPE}")

    result = realtrade("show", path, "--origin", "--set", "strategy.params.fast=7")

    pairs = (line.partition("#") for line in result.stdout.splitlines())
    lines = {value.strip(): place.strip() for value, _, place in pairs}
    assert lines["timeframe: 1h"] == f"{path}:6:67"
    assert lines["slippage: 2 bps"].endswith("house.yaml:1:22")
    assert lines["fast: 7"] == "--set:1:28"
    assert base.name == "house.yaml"


def test_secrets_stay_references_and_literals_are_hidden(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    exchange = "exchange: {type: binance, api_key: {env: MY_KEY}, secret: hunter2hunter2}\n"

    result = realtrade("show", write_recipe(text=RECIPE + exchange))

    assert "env: MY_KEY" in result.stdout
    assert "hunter2" not in result.output
    assert 'secret: "***"' in result.stdout


def test_a_recipe_that_cannot_be_read_is_shown_at_its_line(
    realtrade: Command, write_recipe: WriteRecipe
) -> None:
    result = realtrade("show", write_recipe(text="realtrade: v1\nrealtrade: v1\n"))

    assert (result.exit_code, result.stdout) == (78, "")
    assert ":2:1" in result.stderr


@pytest.mark.parametrize("name", ["recipes/quickstart.yaml", "tests/data/full-example.yaml"])
def test_the_output_is_the_same_recipe(realtrade: Command, tmp_path: Path, name: str) -> None:
    original = effective(ROOT / name)

    shown = tmp_path / "shown.yaml"
    shown.write_text(realtrade("show", ROOT / name).stdout)

    assert plain(effective(shown)) == plain(original)


def test_the_output_has_the_same_hash(
    realtrade: Command, tmp_path: Path, write_recipe: WriteRecipe
) -> None:
    path = write_recipe()

    shown = tmp_path / "shown.yaml"
    shown.write_text(realtrade("show", path).stdout)

    assert load_recipe(shown).hash == load_recipe(path).hash


TRICKY = [
    *["", " ", "a ", " a", "true", "null", "~", "no", "1", "1.5", "1e5", "-", "- a", "---", "..."],
    *["a: b", "a:", "a #b", "#", "*a", "&a", "!t", "%a", "@a", "`a", '"', "'", "\\", "{a}", "[a]"],
    *["12:30", "2018-01-01", "15%", "0 8 * * 2", "{{ order.side }}", "a\nb", "ü", "\u00a0", ".nan"],
    *["module:Class", "http://127.0.0.1:8900", "sqlite:///x.db", "BTC/USDT:USDT", "|", ">", "?"],
    *["*/5 * * * *", "a, b", "=", "<<", "1 000", "0x1F", "+1", "y", "-1", "-a", ":a", "?a"],
]


@pytest.mark.parametrize("text", TRICKY)
def test_every_text_reads_back(text: str, tmp_path: Path) -> None:
    if text == ".nan" or "{{" in text:
        expected = yaml.safe_load("\n".join(yaml_lines(tree_of({"a": text}))))
        assert expected == {"a": text}
        return
    path = tmp_path / "recipe.yaml"
    path.write_text("\n".join(yaml_lines(tree_of({"name": [text, {"x": text}]}))))

    assert plain(effective(path)) == {"name": [text, {"x": text}]}


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**9), 10**9)
    | st.text(string.printable, max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_letters + "0-_ :#", max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(value=st.dictionaries(st.sampled_from(["a", "b", "c d"]), VALUES, max_size=3))
def test_any_tree_reads_back_with_a_yaml_library(value: dict[str, object]) -> None:
    text = "\n".join(yaml_lines(tree_of(value)))

    assert (yaml.safe_load(text) or {}) == value


def test_numbers_keep_every_digit() -> None:
    lines = list(yaml_lines(tree_of({"a": Decimal("1E-7"), "b": Decimal("10.50"), "c": 7})))

    assert lines == ["a: 0.0000001", "b: 10.50", "c: 7"]
