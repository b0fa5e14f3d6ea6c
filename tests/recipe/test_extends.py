from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.recipe import check_recipe, load_recipe

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.plugins import Registry
    from realtrade.recipe import Diagnostic

Write = "Callable[..., Path]"


@pytest.fixture
def told(write: Callable[..., Path], registry: Registry, good: str) -> Callable[[str], object]:
    """Check the good recipe with an `extends`; return codes and places."""

    def told(extends: str) -> list[tuple[str, int, int]]:
        found = check_recipe(write(f"extends: {extends}\n{good}"), registry=registry)
        return [(one.code, one.line, one.column) for one in found]

    return told


def test_bases_lie_below_and_later_ones_above_earlier(
    write: Callable[..., Path], registry: Registry, good: str
) -> None:
    write("description: one\nbacktest: {cash: 1 USD, slippage: 1%}\n", "a.yaml")
    write("description: two\nbacktest: {cash: 2 USD}\n", "_base/b.yaml")
    path = write(f"extends: [a.yaml, ./_base/b.yaml]\n{good}backtest: {{slippage: 3%}}\n")

    recipe = load_recipe(path, registry=registry)

    assert recipe.description == "two"
    assert str(recipe.backtest.cash) == "2 USD"
    assert str(recipe.backtest.slippage) == "0.03"
    assert recipe.at("backtest.cash").file.endswith("_base/b.yaml")
    assert recipe.at("backtest.slippage").file == str(path)


def test_bases_extend_bases_beside_them(
    write: Callable[..., Path], registry: Registry, good: str
) -> None:
    write("extends: c.yaml\ndescription: b\n", "_base/b.yaml")
    write("extends: ../d.yaml\nbacktest: {cash: 3 USD}\n", "_base/c.yaml")
    write("backtest: {cash: 4 USD, slippage: 4%}\n", "d.yaml")

    recipe = load_recipe(write(f"extends: _base/b.yaml\n{good}"), registry=registry)

    assert str(recipe.backtest.cash) == "3 USD"
    assert str(recipe.backtest.slippage) == "0.04"


def test_a_finding_in_a_base_names_the_base(
    write: Callable[..., Path], registry: Registry, good: str
) -> None:
    write("backtest:\n  csh: 1 USD\n", "base.yaml")

    (found,) = check_recipe(write(f"extends: base.yaml\n{good}"), registry=registry)

    assert (found.code, found.line, found.column) == ("RT201", 2, 3)
    assert found.file.endswith("base.yaml")
    assert found.source == "  csh: 1 USD"


@pytest.mark.parametrize(
    ("extends", "code"),
    [
        ("missing.yaml", "RT701"),
        ("folder.yaml", "RT701"),
        ("/etc/passwd", "RT703"),
        ("/etc/hosts.yaml", "RT703"),
        ("../outside.yaml", "RT703"),
        ("a/../../outside.yaml", "RT703"),
        ("link.yaml", "RT703"),
        ("linked/outside.yaml", "RT703"),
        ("base.txt", "RT703"),
        ("https://example.com/x.yaml", "RT703"),
        ("'C:\\x.yaml'", "RT703"),
        ("~/x.yaml", "RT703"),
        ("recipe.yaml", "RT704"),
        ("round.yaml", "RT704"),
        ("[1]", "RT203"),
        ("{a: b}", "RT203"),
        ("true", "RT203"),
        ("[[a.yaml]]", "RT203"),
    ],
)
def test_refuses(
    extends: str, code: str, told: Callable[[str], list[tuple[str, int, int]]], tmp_path: Path
) -> None:
    inside = tmp_path / "inside"
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "round.yaml").write_text("extends: round.yaml\n")
    (tmp_path.parent / "outside.yaml").write_text("description: outside\n")
    (tmp_path / "link.yaml").symlink_to(tmp_path.parent / "outside.yaml")
    (tmp_path / "linked").symlink_to(tmp_path.parent)
    assert not inside.exists()

    found = told(extends)

    assert code in [one for one, _, _ in found]


def test_a_circle_is_named(write: Callable[..., Path], registry: Registry, good: str) -> None:
    write("extends: b.yaml\n", "a.yaml")
    write("extends: a.yaml\n", "b.yaml")

    (found,) = check_recipe(write(f"extends: a.yaml\n{good}"), registry=registry)

    assert found.message.endswith("a.yaml → b.yaml → a.yaml")


def test_files_are_counted(write: Callable[..., Path], registry: Registry, good: str) -> None:
    write("description: x\n", "a.yaml")
    names = ", ".join(["a.yaml"] * 10)

    found = check_recipe(write(f"extends: [{names}]\n{good}"), registry=registry)

    assert [one.code for one in found] == ["RT705"]


def test_a_recipe_may_be_reached_by_a_link(
    tmp_path: Path, write: Callable[..., Path], registry: Registry, good: str
) -> None:
    """Kubernetes mounts files as links into a hidden folder beside them."""
    write(f"extends: base.yaml\n{good}", "..data/recipe.yaml")
    write("description: linked\n", "..data/base.yaml")
    for name in ("recipe.yaml", "base.yaml"):
        (tmp_path / name).symlink_to(tmp_path / "..data" / name)

    assert load_recipe(tmp_path / "recipe.yaml", registry=registry).description == "linked"


def test_null_and_nothing_extend_nothing(check: Callable[..., list[Diagnostic]], good: str) -> None:
    assert check(f"extends:\n{good}") == []
    assert check(f"extends: []\n{good}") == []


@pytest.mark.parametrize("name", ["none.yaml", ".", "no\0name.yaml"])
def test_a_recipe_that_cannot_be_read(name: str, tmp_path: Path, registry: Registry) -> None:
    (found,) = check_recipe(tmp_path / name, registry=registry)

    assert found.code == "RT701"
    assert (found.line, found.column) == (1, 1)
