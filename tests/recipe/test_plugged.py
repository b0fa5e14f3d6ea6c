from __future__ import annotations

import sys
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import model_validator

from realtrade.plugins import Kind, Plugin, PluginConfig, Registry, SecretRef
from realtrade.plugins.values import Percent
from realtrade.recipe import check_recipe, load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.recipe import Diagnostic, Recipe


HEAD = "realtrade: v1\nname: x\nmode: backtest\n"


class Inner(PluginConfig):
    depth: int
    share: Percent


class Login(PluginConfig):
    user: SecretRef
    word: SecretRef


class FeedConfig(PluginConfig):
    """A feed without a `type` field of its own."""

    path: str
    timeframe: str = "1h"
    inner: Inner | None = None
    many: tuple[Inner, ...] = ()
    named: dict[str, Inner] = {}  # noqa: RUF012 - pydantic copies defaults
    login: Login | None = None


class StrategyConfig(PluginConfig):
    type: str
    size: int = 1


class Bomb(PluginConfig):
    x: int = 0

    @model_validator(mode="after")
    def _explode(self) -> Any:
        raise KeyError("BOOM-hunter2")


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    """Plugins of a package that is not installed."""
    module: Any = ModuleType("strangers_plugins")
    configs = {
        (Kind.FEED, "theirs"): FeedConfig,
        (Kind.FEED, "bomb"): Bomb,
        (Kind.STRATEGY, "simple"): StrategyConfig,
    }
    points = []
    for (kind, name), config in configs.items():
        setattr(module, config.__name__, config)
        target = f"strangers_plugins:{config.__name__}"
        plugin = Plugin(kind=kind, name=name, api=1, config=target, build=target, summary="x")
        setattr(module, f"P_{name}", plugin)
        points.append(EntryPoint(name, f"strangers_plugins:P_{name}", kind.group))
    points.append(EntryPoint("broken", "no_such_module:X", Kind.FEED.group))
    monkeypatch.setitem(sys.modules, "strangers_plugins", module)
    return Registry(points)


@pytest.fixture
def told(
    write: Callable[..., Path], registry: Registry
) -> Callable[[str], list[tuple[str, str, int]]]:
    def told(feed: str, strategy: str = "{type: simple}") -> list[tuple[str, str, int]]:
        found: list[Diagnostic] = check_recipe(
            write(f"{HEAD}strategy: {strategy}\nfeeds:\n  f: {feed}\n"),
            registry=registry,
        )
        return [(one.code, one.path, one.column) for one in found]

    return told


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        ("{type: theirs, path: x}", []),
        ("{type: theirs, path: x, inner: {depth: 1, share: 1%}}", []),
        ("{type: theirs}", [("RT202", "feeds.f.path", 3)]),
        ("{type: theirs, path: 1}", [("RT203", "feeds.f.path", 27)]),
        ("{type: theirs, path: x, pat: 1}", [("RT201", "feeds.f.pat", 30)]),
        ("{type: theirs, path: x, inner: 1}", [("RT203", "feeds.f.inner", 37)]),
        (
            "{type: theirs, path: x, inner: {depth: 1.5, share: 1}}",
            [("RT203", "feeds.f.inner.depth", 45), ("RT205", "feeds.f.inner.share", 57)],
        ),
        (
            "{type: theirs, path: x, many: [{depth: 1, share: 1%}, {depth: 1, shar: 1%}]}",
            [("RT202", "feeds.f.many[1].share", 60), ("RT201", "feeds.f.many[1].shar", 71)],
        ),
        (
            "{type: theirs, path: x, named: {a: {depth: x, share: 1%}}}",
            [("RT203", "feeds.f.named.a.depth", 49)],
        ),
        (
            "{type: theirs, path: x, login: {user: me, word: you}}",
            [("RT601", "feeds.f.login.user", 44), ("RT601", "feeds.f.login.word", 54)],
        ),
        ("{type: their}", [("RT401", "feeds.f.type", 13)]),
        ("{type: broken}", [("RT402", "feeds.f.type", 13)]),
        ("{type: bomb}", [("RT403", "feeds.f", 3)]),
        ("{type: 1}", [("RT203", "feeds.f.type", 13)]),
        ("[type, theirs]", [("RT203", "feeds.f", 6)]),
    ],
)
def test_a_plugins_own_errors_are_placed(
    feed: str, expected: list[tuple[str, str, int]], told: Callable[[str], object]
) -> None:
    assert told(feed) == expected


def test_the_hint_knows_the_keys_of_inner_blocks(
    write: Callable[..., Path], registry: Registry
) -> None:
    feed = "{type: theirs, path: x, named: {a: {dpth: 1, depth: 1, share: 1%}}}"
    text = (
        f"realtrade: v1\nname: x\nmode: backtest\nstrategy: {{type: simple}}\nfeeds: {{f: {feed}}}"
    )

    (found,) = check_recipe(write(text), registry=registry)

    assert found.hint == "did you mean 'depth'?"


def test_a_broken_check_shows_no_value(write: Callable[..., Path], registry: Registry) -> None:
    text = (
        "realtrade: v1\nname: x\nmode: backtest\nstrategy: {type: simple}\nfeeds: {f: {type: bomb}}"
    )

    (found,) = check_recipe(write(text), registry=registry)

    assert "KeyError" in found.message
    assert "hunter2" not in repr(found)


def test_a_strategy_gets_its_type_and_never_feeds(
    write: Callable[..., Path], registry: Registry
) -> None:
    text = (
        "realtrade: v1\nname: x\nmode: backtest\nfeeds: {f: {type: theirs, path: y}}\n"
        "strategy: {type: simple, feeds: [f], size: 3}\n"
    )
    recipe: Recipe = load_recipe(write(text), registry=registry)

    assert recipe.strategy.config == StrategyConfig(type="simple", size=3)
    assert recipe.strategy.feeds == ("f",)
    assert recipe.feeds["f"].config == FeedConfig(path="y")  # type: ignore[union-attr]  # a plugged feed


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ("risk: {a: {limit: 1}}", ("RT202", "risk.a")),
        ("risk: 5", ("RT203", "risk")),
        ("sizing: {type: x}", ("RT401", "sizing.type")),
        ("exchange: x", ("RT203", "exchange")),
        ("storage: {type: x}", ("RT401", "storage.type")),
        ("storage: {uri: x}", ("RT201", "storage.uri")),
        ("notify: {channels: [x]}", ("RT203", "notify.channels")),
        ("notify: x", ("RT203", "notify")),
        ("schedule: {timezone: Europe/Nowhere}", ("RT204", "schedule.timezone")),
        (
            "schedule: {blackout: {b: {cron: '61 * * * *', for: 1m}}}",
            ("RT204", "schedule.blackout.b.cron"),
        ),
        ("vars: [x]", ("RT203", "vars")),
        ("vars: {x: [1]}", ("RT505", "vars.x")),
        ("vars: {x: {type: integer, default: 1}}", ("RT204", "vars.x.type")),
        ("vars: {x: {type: int}}", ("RT505", "vars.x")),
        ("vars: {x: {type: int, default: x}}", ("RT505", "vars.x.default")),
        ("vars: {x: {type: text, default: 1}}", ("RT505", "vars.x.default")),
        ("vars: {x: {type: bool, default: 1}}", ("RT505", "vars.x.default")),
        ("vars: {x: {type: percent, default: 1}}", ("RT505", "vars.x.default")),
        ("vars: {x: {type: int, default: [1]}}", ("RT505", "vars.x")),
        ("vars: {x: '{{ 1 }}'}", ("RT505", "vars.x")),
        ("unknown: 1", ("RT201", "unknown")),
    ],
)
def test_other_blocks(
    block: str, expected: tuple[str, str], write: Callable[..., Path], registry: Registry
) -> None:
    text = (
        "realtrade: v1\nname: x\nmode: backtest\nfeeds: {f: {type: theirs, path: y}}\n"
        f"strategy: {{type: simple}}\n{block}\n"
    )
    found = check_recipe(write(text), registry=registry)

    assert expected[0] in [one.code for one in found]
    assert expected[1] in [one.path for one in found]


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("20", 20),
        ("1.5", "1.5"),
        ("text", "text"),
        ("{type: number, default: 1.5}", "1.5"),
        ("{type: duration, default: 90s}", "1m30s"),
        ("{type: timeframe, default: 1h}", "1h"),
        ("{type: money, default: 5 USD}", "5 USD"),
        ("{type: bool, default: true}", True),
        ("{type: text, default: a, description: what for}", "a"),
    ],
)
def test_variables(
    declared: str, expected: object, write: Callable[..., Path], registry: Registry
) -> None:
    text = (
        "realtrade: v1\nname: x\nmode: backtest\nfeeds: {f: {type: theirs, path: y}}\n"
        f"strategy: {{type: simple}}\nvars: {{x: {declared}}}\n"
    )
    value = load_recipe(write(text), registry=registry).vars["x"]

    assert (str(value) if isinstance(expected, str) else value) == expected


def test_a_broken_variable_is_told_once(write: Callable[..., Path], registry: Registry) -> None:
    text = (
        "realtrade: v1\nname: x\nmode: backtest\nfeeds: {f: {type: theirs, path: '{{ vars.x }}'}}\n"
        "strategy: {type: simple, size: '{{ vars.x * 2 }}'}\nvars: {x: {type: int, default: y}}\n"
    )
    found = check_recipe(write(text), registry=registry)

    assert [one.code for one in found] == ["RT505"]
