from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.plugins import Registry
from realtrade.recipe import check_recipe, load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.recipe import Diagnostic, Recipe

GOOD = """\
realtrade: v1
name: quickstart
mode: backtest
feeds:
  btc: {type: file, path: data/btc.csv, symbol: BTC/USD, timeframe: 1h}
strategy: {type: ma_cross, params: {fast: 10, slow: 30}}
"""


@pytest.fixture(scope="session")
def registry() -> Registry:
    return Registry()


@pytest.fixture
def good() -> str:
    """A small valid recipe."""
    return GOOD


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file beside the recipe; the recipe itself when unnamed."""

    def write(text: str | bytes, name: str = "recipe.yaml") -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


@pytest.fixture
def check(write: Callable[..., Path], registry: Registry) -> Callable[..., list[Diagnostic]]:
    """Check a recipe's text."""

    def check(text: str | bytes, *sets: str, env: str | None = None) -> list[Diagnostic]:
        return check_recipe(write(text), env=env, sets=sets, registry=registry)

    return check


@pytest.fixture
def load(write: Callable[..., Path], registry: Registry) -> Callable[..., Recipe]:
    """Load a recipe's text."""

    def load(text: str, *sets: str, env: str | None = None) -> Recipe:
        return load_recipe(write(text), env=env, sets=sets, registry=registry)

    return load
