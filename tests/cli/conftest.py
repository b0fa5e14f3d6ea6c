from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pytest
from click.testing import CliRunner, Result

from realtrade.cli.app import app

ROOT = Path(__file__).parents[2]
RECIPE = """\
realtrade: v1
name: small
mode: backtest
feeds:
  btc: {type: file, path: prices.csv, symbol: BTC/USD, timeframe: 1h}
strategy: {type: ma_cross, params: {fast: 5, slow: 20}}
backtest: {cash: 10000 USD}
"""


class Command:
    """`realtrade` in this process, stdout and stderr apart."""

    def __call__(self, *arguments: object) -> Result:
        return CliRunner().invoke(app, [str(argument) for argument in arguments])


class WriteRecipe(Protocol):
    def __call__(self, name: str = ..., text: str = ...) -> Path: ...


@pytest.fixture
def realtrade() -> Command:
    return Command()


@pytest.fixture
def write_recipe(tmp_path: Path) -> WriteRecipe:
    """Write a recipe below `tmp_path`, a small valid one unless told otherwise."""

    def write(name: str = "small.yaml", text: str = RECIPE) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    return write
