"""Strategies that cheat and strategies that do not, checked over the bench's market."""

from __future__ import annotations

import sys
import textwrap
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.check import RecipeCheck
from realtrade.plugins import Kind, Registry
from realtrade.recipe import load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.engine.check import CheckOutcome
    from tests.engine.conftest import Bench

    Checked = Callable[..., CheckOutcome]

FAKE = """
from typing import Literal

from realtrade.feeds import FileFeed, FileFeedConfig, ReadyFeed
from realtrade.plugins import Plugin, PluginConfig

PLUGIN = Plugin(kind="exchange", name="fake", api=1, config="fake_exchange:Config",
                build="fake_exchange:Fake", summary="A file as an exchange's history.")


class Config(PluginConfig):
    type: Literal["fake"] = "fake"


class Fake:
    def __init__(self, config, context):
        self._folder = context.folder

    def feed(self, request):
        config = FileFeedConfig(path="btc.csv", symbol=request.symbol, timeframe=request.timeframe)
        whole = FileFeed(config, folder=self._folder)
        bars = whole.history()
        bars = bars.part(max(len(bars) - request.history, 0), len(bars))
        return ReadyFeed(bars, instrument=whole.instrument, timeframe=request.timeframe)

    def close(self):
        pass
"""
MINE = "strategy: {type: python, class: 'mine:Mine'}\n"
LOOK_AHEAD = ("look-ahead",)
WARM_UP = ("warm-up",)


@pytest.fixture
def checked() -> Checked:
    """Check a recipe, with few cuts unless told otherwise."""

    def check(recipe: Path, *sets: str, **words: Any) -> CheckOutcome:
        return RecipeCheck(load_recipe(recipe, sets=sets), **{"cuts": 6, **words}).run()

    return check


@pytest.fixture
def strategy(bench: Bench) -> Callable[..., Path]:
    """Write a strategy class `Mine` with this body, and a recipe for it."""

    def write(body: str, recipe: str = MINE, *, before: str = "") -> Path:
        source = "import backtrader as bt\nimport numpy as np\n\n" + textwrap.dedent(before)
        body = textwrap.indent(textwrap.dedent(body), "    ")
        bench.strategy("mine", f"{source}\nclass Mine(bt.Strategy):\n{body}")
        return bench.recipe(recipe)

    return write


@pytest.fixture
def exchange(bench: Bench) -> Registry:
    """Return the installed plugins and an exchange that has the bench's bars."""
    bench.strategy("fake_exchange", FAKE)
    sys.path.append(str(bench.folder))
    fake = EntryPoint("fake", "fake_exchange:PLUGIN", Kind.EXCHANGE.group)
    return Registry([*(p for kind in Kind for p in entry_points(group=kind.group)), fake])
