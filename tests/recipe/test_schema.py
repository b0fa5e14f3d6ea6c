from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from realtrade.plugins import Registry
from realtrade.recipe.schema import build_schema, schema_text

ROOT = Path(__file__).parent.parent.parent
COMMITTED = ROOT / "schemas" / "recipe.v1.schema.json"
RECIPES = [
    *sorted((ROOT / "recipes").glob("*.yaml")),
    ROOT / "tests" / "data" / "full-example.yaml",
]
GOOD: dict[str, Any] = {
    "realtrade": "v1",
    "name": "x",
    "mode": "backtest",
    "feeds": {"btc": {"type": "file", "path": "x", "symbol": "BTC/USD", "timeframe": "1h"}},
    "strategy": {"type": "ma_cross"},
}


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft7Validator:
    return jsonschema.Draft7Validator(build_schema(Registry()))


def test_the_committed_schema_is_fresh() -> None:
    """If not: `realtrade schema --out schemas/recipe.v1.schema.json`."""
    assert COMMITTED.read_text("utf-8") == schema_text()


def test_is_a_schema_itself() -> None:
    jsonschema.Draft7Validator.check_schema(json.loads(schema_text(local=True)))


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.name)
def test_every_recipe_fits(path: Path) -> None:
    done = CliRunner().invoke(check_jsonschema, ["--schemafile", str(COMMITTED), str(path)])

    assert done.exit_code == 0, done.output


@pytest.mark.parametrize(
    "change",
    [
        {"backtest": {"slippage": "{{ vars.x }}"}},
        {"strategy": {"type": "ma_cross", "params": {"fast": "{{ vars.x * 2 }}"}}},
        {"exchange": {"type": "binance", "api_key": {"env": "K"}, "secret": {"file": "/x"}}},
        {"vars": {"x": 1, "y": {"type": "percent", "default": "1%"}}},
        {"extends": "a.yaml", "feeds": {"btc": {"timeframe": "1d"}}},
        {"environments": {"live": {"mode": "live", "feeds": {"btc": {"timeframe": None}}}}},
        {"feeds": {"g": {"symbols": ["BTC/USDT"], "timeframe": "1h"}}},
        {"feeds": {"a": {"symbol": "BTC/USDT", "timeframe": "{{ vars.t }}"}}},
        {"storage": {"url": {"env": "URL"}}},
        {"strategy": {"type": "python", "class": "a:B", "feeds": ["btc"], "params": {"x": [1]}}},
    ],
)
def test_accepts(change: dict[str, Any], validator: jsonschema.Draft7Validator) -> None:
    assert list(validator.iter_errors({**GOOD, **change})) == []


@pytest.mark.parametrize(
    "change",
    [
        {"nme": "x"},
        {"mode": "liv"},
        {"name": "{{ vars.x }}"},
        {"realtrade": "v2"},
        {"backtest": {"slippage": 15}},
        {"backtest": {"slipage": "1%"}},
        {"strategy": {"type": "ma_cross", "params": {"fats": 1}}},
        {"strategy": {"params": {}}},
        {"exchange": {"type": "binance", "api_key": "literal"}},
        {"exchange": {"type": "binance", "api_key": {"env": "K", "file": "x"}}},
        {"feeds": {"btc": {"timeframe": "1d"}}},
        {"feeds": {"btc": {"symbol": "BTC/USDT", "timeframe": "1H"}}},
        {"feeds": {"1h": {"symbol": "BTC/USDT", "timeframe": "1h"}}},
        {"feeds": {"a": {"resample": "b"}}},
        {"environments": {"live": {"name": "other"}}},
        {"environments": {"live": {"backtest": {"slippage": 15}}}},
        {"extends": "a.yaml", "backtest": {"x": 1}},
        {"extends": "a.txt"},
    ],
)
def test_refuses(change: dict[str, Any], validator: jsonschema.Draft7Validator) -> None:
    assert list(validator.iter_errors({**GOOD, **change}))


@pytest.mark.parametrize("key", ["mode", "feeds", "strategy", "name", "realtrade"])
def test_needs(key: str, validator: jsonschema.Draft7Validator) -> None:
    assert list(validator.iter_errors({name: one for name, one in GOOD.items() if name != key}))


def test_documents_every_field() -> None:
    definitions = json.loads(schema_text())["definitions"]

    bare = [
        f"{name}.{key}"
        for name, schema in definitions.items()
        if not name.endswith(".patch")
        for key, one in schema.get("properties", {}).items()
        if "description" not in one and "$ref" not in one and "anyOf" not in one.get("items", {})
    ]
    assert [one for one in bare if not one.endswith(".type")] == []


def test_yaml_that_editors_read_is_what_we_read() -> None:
    assert yaml.safe_load(RECIPES[-1].read_text("utf-8"))["name"] == "btc-eth-trend"
