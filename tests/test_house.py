"""What must stay true of the whole house: its files, its plugins, its recipes, its README."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

import realtrade
from realtrade.cli.app import app
from realtrade.plugins import Kind, PluginConfig, Registry
from realtrade.recipe import check_recipe, render
from realtrade.recipe.docs import field_docs, model_doc

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "realtrade").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
WRITTEN = [path for path in [*SOURCES, *TESTS] if path != Path(__file__)]
RECIPES = [path for path in sorted((ROOT / "recipes").rglob("*.yaml")) if "_base" not in path.parts]
BACKTESTS = [
    path for path in RECIPES if re.search("^mode: backtest", path.read_text(), re.MULTILINE)
]
REGISTRY = Registry()
OURS = [
    (kind, name)
    for kind in Kind
    for name in REGISTRY.names(kind)
    if REGISTRY.distribution(kind, name) == "realtrade"
]
MOST_LINES = 400

MARKS = {
    "a mark of unfinished work": r"\b(TODO|FIXME|XXX|HACK)\b",
    "a suppression without its reason": r"# noqa(?!: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* +[-#(])",
    "an ignored type without its reason": r"# type: ignore(?!\[[a-z, -]+\]  # \S)",
    "uncovered code without its reason": r"# pragma: no (cover|branch)(?!( -|  #) \S)",
    "a test switched off without a reason": r"mark\.(skip|xfail)\b(?!.*reason)|pytest\.skip\(\)",
    "a path of one machine": r"[\"'](/root|/home|/work|/tmp)/",
}
OTHER_WORDS = {"binance", "figures.py"}  # an exchange's own messages; charts that draw candles


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_can_be_read_in_one_sitting() -> None:
    lengths = {named(path): len(path.read_text().splitlines()) for path in [*SOURCES, *TESTS]}

    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


@pytest.mark.parametrize(("what", "pattern"), MARKS.items(), ids=MARKS)
def test_nothing_is_left_lying_about(what: str, pattern: str) -> None:
    found = [
        f"{named(path)}:{number}: {line.strip()}"
        for path in WRITTEN
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(pattern, line)
    ]

    assert found == [], what


def test_words_of_the_wire_stay_at_the_wire() -> None:
    """A closed interval is a bar, everywhere but where an exchange's own words are spoken."""
    found = [
        named(path)
        for path in SOURCES
        if not OTHER_WORDS & set(path.parts)
        and re.search(r"candle|kline", path.read_text(), re.IGNORECASE)
    ]

    assert found == []


def test_no_module_is_a_junk_drawer() -> None:
    names = {part for path in SOURCES for part in path.relative_to(ROOT).with_suffix("").parts}

    assert names & {"helpers", "helper", "misc", "manager", "common_utils", "util"} == set()


PACKAGES = ["realtrade"] + [
    found.name for found in pkgutil.walk_packages(realtrade.__path__, "realtrade.") if found.ispkg
]


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_says_what_it_is_and_exports_what_it_says(name: str) -> None:
    package = importlib.import_module(name)

    assert package.__doc__
    assert len(package.__doc__.split()) > 2, "a docstring that only repeats the name says nothing"
    public = getattr(package, "__all__", [])
    assert len(public) == len(set(public))
    assert [one for one in public if not hasattr(package, one)] == []


def test_nothing_runs_at_import() -> None:
    """A module defines; loops, `with` and bare calls at its top level would be doing."""
    doing = (ast.For, ast.While, ast.With, ast.Try)
    found = [
        f"{named(path)}:{node.lineno}"
        for path in SOURCES
        for node in ast.parse(path.read_text()).body
        if isinstance(node, doing)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call))
    ]

    assert found == []


@pytest.mark.parametrize(("kind", "name"), OURS, ids=[f"{k}-{n}" for k, n in OURS])
class TestBuiltInPlugin:
    def test_its_descriptor_resolves(self, kind: Kind, name: str) -> None:
        plugin = REGISTRY.get(kind, name)

        assert issubclass(REGISTRY.config_class(kind, name), PluginConfig)
        assert callable(REGISTRY.builder(kind, name))
        assert re.fullmatch(r"[A-Z].{10,110}\.", plugin.summary), plugin.summary

    def test_every_setting_is_documented(self, kind: Kind, name: str) -> None:
        config = REGISTRY.config_class(kind, name)

        undocumented = set(config.model_fields) - set(field_docs(config)) - {"type"}
        assert undocumented == set()

    def test_its_example_is_a_valid_recipe(self, kind: Kind, name: str, tmp_path: Path) -> None:
        doc = model_doc(REGISTRY.config_class(kind, name))
        example = re.search(r"```yaml\n(.*?)```", doc, re.DOTALL)
        assert example, "the docstring of a plugin's settings has an example"
        block = yaml.safe_load(example[1])
        assert f"type: {name}" in example[1]
        around = yaml.safe_load(
            "{realtrade: v1, name: example, mode: backtest, strategy: {type: ma_cross}, "
            "feeds: {btc: {type: file, path: x.csv, symbol: BTC/USD, timeframe: 1h}}}"
        )
        path = tmp_path / "example.yaml"
        path.write_text(yaml.safe_dump({**around, **block}, sort_keys=False))

        found = [one for one in check_recipe(path) if one.severity == "error"]

        assert found == [], render(found)


@pytest.mark.parametrize("path", RECIPES, ids=named)
def test_a_recipe_of_ours_validates(path: Path) -> None:
    found = check_recipe(path)

    assert found == [], render(found)


@pytest.mark.parametrize("path", BACKTESTS, ids=named)
def test_a_recipe_of_ours_runs_and_trades(path: Path, tmp_path: Path) -> None:
    ran = CliRunner().invoke(app, ["run", str(path), "--quiet", "--out", str(tmp_path)])

    assert ran.exit_code == 0, ran.output
    assert len((tmp_path / "trades.csv").read_text().splitlines()) > 1


def readme_recipes() -> list[str]:
    text = (ROOT / "README.md").read_text()
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    return [block for block in blocks if re.search("^realtrade:", block, re.MULTILINE)]


def test_the_recipes_of_the_readme_validate(tmp_path: Path) -> None:
    assert readme_recipes()
    for number, block in enumerate(readme_recipes()):
        path = tmp_path / f"readme-{number}.yaml"
        path.write_text(block)
        assert check_recipe(path) == []


def test_the_readme_shows_the_quickstart_as_it_is() -> None:
    """What people copy from the README is the file that the command beside it runs."""
    quickstart = (ROOT / "recipes/quickstart.yaml").read_text()

    assert yaml.safe_load(readme_recipes()[0]) == yaml.safe_load(quickstart)
