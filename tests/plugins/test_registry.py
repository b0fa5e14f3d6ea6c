from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from realtrade.plugins import Kind, PluginError, Registry

if TYPE_CHECKING:
    from tests.plugins.conftest import Install

DESCRIPTOR = """
from realtrade.plugins import Plugin
PLUGIN = Plugin(
    kind="{kind}", name="{name}", api={api}, config="{config}", build="{build}", summary="One.",
)
"""
WORKING = """
from realtrade.plugins import PluginConfig
class Config(PluginConfig): pass
def build(config, context): return (config, context)
NOTHING = None
class Unrelated: pass
"""


def descriptor(  # what the module behind an entry point says
    name: str = "mine",
    *,
    kind: str = "sizer",
    api: int = 1,
    config: str = "working_parts:Config",
    build: str = "working_parts:build",
) -> str:
    return DESCRIPTOR.format(kind=kind, name=name, api=api, config=config, build=build)


@pytest.fixture(autouse=True)
def forget_modules() -> object:
    """Modules of one test's distributions must not answer for another's."""
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]
    return None


@pytest.fixture
def working(install: Install) -> None:
    install(
        "good",
        "realtrade.sizers: mine = good_plugin:PLUGIN",
        good_plugin=descriptor(),
        working_parts=WORKING,
    )


@pytest.mark.usefixtures("working")
def test_lists_names_of_a_kind_without_importing_anything(registry: Registry) -> None:
    assert registry.names(Kind.SIZER) == ["mine"]
    assert registry.names(Kind.EXCHANGE) == []
    assert registry.distribution(Kind.SIZER, "mine") == "good"
    assert "good_plugin" not in sys.modules


@pytest.mark.usefixtures("working")
def test_the_descriptor_imports_neither_settings_nor_builder(registry: Registry) -> None:
    plugin = registry.get(Kind.SIZER, "mine")

    assert (plugin.kind, plugin.name, plugin.summary) == (Kind.SIZER, "mine", "One.")
    assert "working_parts" not in sys.modules


@pytest.mark.usefixtures("working")
def test_resolves_settings_and_builder(registry: Registry) -> None:
    config = registry.config_class(Kind.SIZER, "mine")
    build = registry.builder(Kind.SIZER, "mine")

    assert config.__name__ == "Config"
    assert build(1, 2) == (1, 2)


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize(
    ("name", "hint"), [("mien", "did you mean 'mine'?"), ("zzz", "installed: mine")]
)
def test_an_unknown_name_is_refused_with_the_nearest(
    registry: Registry, name: str, hint: str
) -> None:
    with pytest.raises(PluginError, match=f"no sizer plugin is named '{name}'") as refused:
        registry.get(Kind.SIZER, name)

    assert refused.value.hint == hint


def test_an_unknown_name_where_nothing_is_installed(registry: Registry) -> None:
    with pytest.raises(PluginError) as refused:
        registry.get(Kind.STORAGE, "any")

    assert refused.value.hint == "installed: none"


BROKEN = {
    "import": (
        "import nowhere_at_all",
        "get",
        "'bad' of 'poor' cannot be loaded: ModuleNotFoundError: No module named 'nowhere_at_all'",
    ),
    "crash": ("1 / 0", "get", "cannot be loaded: ZeroDivisionError: division by zero"),
    "no descriptor": (
        "PLUGIN = 'sizer'",
        "get",
        "sizer plugin 'bad' of 'poor' is a str, not a realtrade.plugins.Plugin",
    ),
    "API": (
        descriptor("bad", api=7),
        "get",
        "sizer plugin 'bad' of 'poor' was written for plugin API 7; this one is 1",
    ),
    "kind": (
        descriptor("bad", kind="notifier"),
        "get",
        "sizer plugin 'bad' of 'poor' describes itself as notifier 'bad'",
    ),
    "name": (descriptor("other"), "get", "describes itself as sizer 'other'"),
    "settings missing": (
        descriptor("bad", config="working_parts:Absent"),
        "config_class",
        "sizer plugin 'bad': working_parts:Absent cannot be imported: AttributeError",
    ),
    "settings unrelated": (
        descriptor("bad", config="working_parts:Unrelated"),
        "config_class",
        "sizer plugin 'bad': working_parts:Unrelated is not a PluginConfig",
    ),
    "settings no class": (
        descriptor("bad", config="working_parts:NOTHING"),
        "config_class",
        "working_parts:NOTHING is not a PluginConfig",
    ),
    "builder missing": (
        descriptor("bad", build="nowhere_at_all:build"),
        "builder",
        "nowhere_at_all:build cannot be imported: ModuleNotFoundError",
    ),
    "builder not callable": (
        descriptor("bad", build="working_parts:NOTHING"),
        "builder",
        "sizer plugin 'bad': working_parts:NOTHING cannot be called",
    ),
}


@pytest.mark.usefixtures("working")
@pytest.mark.parametrize(("text", "asked", "message"), BROKEN.values(), ids=BROKEN)
def test_a_broken_plugin_is_named_and_takes_no_other_down(
    registry: Registry, install: Install, text: str, asked: str, message: str
) -> None:
    install("poor", "realtrade.sizers: bad = poor_plugin:PLUGIN", poor_plugin=text)

    with pytest.raises(PluginError) as refused:
        getattr(registry, asked)(Kind.SIZER, "bad")

    assert message in str(refused.value)
    assert registry.names(Kind.SIZER) == ["bad", "mine"]
    assert registry.builder(Kind.SIZER, "mine")("a", "b") == ("a", "b")


@pytest.mark.usefixtures("working")
def test_two_distributions_of_one_name_are_both_named(registry: Registry, install: Install) -> None:
    install("better", "realtrade.sizers: mine = better_plugin:PLUGIN", better_plugin=descriptor())

    with pytest.raises(PluginError) as refused:
        registry.get(Kind.SIZER, "mine")

    assert str(refused.value) == "sizer plugin 'mine' is brought by 'better' and 'good'"
    assert refused.value.hint == "uninstall one of them"


@pytest.mark.usefixtures("working")
def test_one_distribution_found_twice_is_one_plugin(registry: Registry, install: Install) -> None:
    """An editable install is seen through its folder and through its metadata."""
    install("good-again", "realtrade.sizers: mine = good_plugin:PLUGIN")

    assert registry.get(Kind.SIZER, "mine").name == "mine"


@pytest.mark.usefixtures("working")
def test_what_is_installed_is_found_through_the_interpreter() -> None:
    assert "mine" in Registry().names(Kind.SIZER)


def test_an_entry_point_of_no_distribution_is_still_a_plugin() -> None:
    from importlib.metadata import EntryPoint

    point = EntryPoint("loose", "anything:PLUGIN", Kind.FEED.group)

    assert Registry([point]).distribution(Kind.FEED, "loose") == "?"
