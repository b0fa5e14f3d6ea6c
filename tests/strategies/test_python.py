from __future__ import annotations

import sys
import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest
from pydantic import ValidationError

from realtrade.plugins import SettingWrong
from realtrade.plugins.ports.build import BuildContext
from realtrade.strategies.python import build
from realtrade.strategies.python_config import PythonConfig
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SOURCE = """
    import backtrader as bt
    from decimal import Decimal

    class Mine(bt.Strategy):
        params = (("period", 10), ("factor", 1.5), ("tick", Decimal("0.1")), ("levels", ()))

    NUMBER = 3
"""


@pytest.fixture(autouse=True)
def _clean_imports(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sys, "path", list(sys.path))
    before = set(sys.modules)
    yield
    for name in set(sys.modules) - before:
        del sys.modules[name]


def _write(folder: Path, path: str, source: str = SOURCE) -> None:
    file = folder / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(source), encoding="utf-8")


def _build(folder: Path, target: str, **params: Any) -> Any:
    config = PythonConfig.model_validate({"class": target, "params": params})
    context = BuildContext(name="strategy", folder=folder, clock=ManualClock())
    return build(config, context)


def test_finds_the_class_beside_the_recipe_and_hands_floats_to_it(tmp_path: Path) -> None:
    _write(tmp_path, "mine_a.py")

    spec = _build(
        tmp_path,
        "mine_a:Mine",
        period=20,
        factor=Decimal("2.5"),
        tick=Decimal("0.25"),
        levels=[Decimal("1.5"), 2, {"a": Decimal("0.5")}],
    )

    assert issubclass(spec.cls, bt.Strategy)
    assert spec.params == {
        "period": 20,
        "factor": 2.5,
        "tick": Decimal("0.25"),
        "levels": [1.5, 2, {"a": 0.5}],
    }
    assert type(spec.params["period"]) is int
    assert type(spec.params["factor"]) is float


@pytest.mark.parametrize("init", [True, False], ids=["package", "folder"])
def test_finds_a_class_in_a_package_which_may_import_its_neighbours(
    tmp_path: Path, init: bool
) -> None:
    if init:
        _write(tmp_path, "pack_b/__init__.py", "")
    _write(tmp_path, "pack_b/numbers_b.py", "PERIOD = 7")
    _write(tmp_path, "beside_b.py", "FACTOR = 3.0")
    _write(
        tmp_path,
        "pack_b/mine.py",
        """
        import backtrader as bt
        import beside_b
        from .numbers_b import PERIOD

        class Mine(bt.Strategy):
            params = (("period", PERIOD), ("factor", beside_b.FACTOR))
        """,
    )

    spec = _build(tmp_path, "pack_b.mine:Mine")

    assert dict(spec.cls.params._getitems()) == {"period": 7, "factor": 3.0}


def test_the_recipe_s_folder_wins_over_the_python_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(tmp_path / "path", "mine_c.py", SOURCE.replace("10", "1"))
    _write(tmp_path / "recipe", "mine_c.py", SOURCE.replace("10", "2"))
    monkeypatch.syspath_prepend(tmp_path / "path")

    spec = _build(tmp_path / "recipe", "mine_c:Mine")

    assert dict(spec.cls.params._getitems())["period"] == 2


def test_falls_back_on_the_python_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(tmp_path / "path", "mine_d.py")
    monkeypatch.syspath_prepend(tmp_path / "path")

    assert _build(tmp_path, "mine_d:Mine").cls.__name__ == "Mine"


@pytest.mark.parametrize("layout", ["{}.py", "{}/__init__.py"], ids=["module", "package"])
def test_two_recipes_may_have_modules_of_the_same_name(tmp_path: Path, layout: str) -> None:
    for folder, period in (("one", "1"), ("two", "2")):
        _write(tmp_path / folder, layout.format("mine_e"), SOURCE.replace("10", period))

    classes = [_build(tmp_path / folder, "mine_e:Mine").cls for folder in ("one", "two", "one")]

    assert [dict(cls.params._getitems())["period"] for cls in classes] == [1, 2, 1]


@pytest.mark.parametrize("path", ["queue.py", "queue/mine.py"])
def test_a_module_named_like_one_of_python_s_own_replaces_nothing(
    tmp_path: Path, path: str
) -> None:
    import queue

    _write(tmp_path, path)

    spec = _build(tmp_path, path.removesuffix(".py").replace("/", ".") + ":Mine")

    assert spec.cls.__name__ == "Mine"
    assert sys.modules["queue"] is queue


@pytest.mark.parametrize(
    ("target", "message", "hint"),
    [
        ("mine_x:Mine", "module 'mine_x' is not there", "looked beside the recipe"),
        ("mine_f.sub:Mine", "module 'mine_f.sub' is not there", "looked beside the recipe"),
        ("mine_f:Mien", "module 'mine_f' has no class 'Mien'", "did you mean 'Mine'?"),
        ("mine_f:NUMBER", "'mine_f:NUMBER' is no strategy", "there is: Mine"),
        ("mine_f:Decimal", "'mine_f:Decimal' is no strategy", "there is: Mine"),
        ("empty_f:Mine", "module 'empty_f' has no class 'Mine'", "there is none"),
        ("broken_f:Mine", "'broken_f' cannot be imported: line 2: expected ':'", ""),
        ("raises_f:Mine", "cannot be imported: ValueError: no luck (raises_f.py, line 1)", ""),
        ("needs_f:Mine", "cannot be imported: ModuleNotFoundError: No module named 'absent_f'", ""),
    ],
)
def test_says_what_is_wrong_with_a_class(
    tmp_path: Path, target: str, message: str, hint: str
) -> None:
    _write(tmp_path, "mine_f.py")
    _write(tmp_path, "empty_f.py", "")
    _write(tmp_path, "broken_f.py", "\nclass Mine(object)\n")
    _write(tmp_path, "raises_f.py", "raise ValueError('no luck')")
    _write(tmp_path, "needs_f.py", "import absent_f")

    with pytest.raises(SettingWrong) as caught:
        _build(tmp_path, target)

    assert message in str(caught.value)
    assert caught.value.hint.startswith(hint)
    assert caught.value.at == "class"


def test_a_module_that_failed_can_be_mended_and_imported_again(tmp_path: Path) -> None:
    _write(tmp_path, "mine_g.py", "raise ValueError('first')")
    with pytest.raises(SettingWrong):
        _build(tmp_path, "mine_g:Mine")
    _write(tmp_path, "mine_g.py", SOURCE + "\n    LONGER = 1\n")

    assert _build(tmp_path, "mine_g:Mine").cls.__name__ == "Mine"


def test_an_unknown_parameter_is_named_with_the_nearest_one(tmp_path: Path) -> None:
    _write(tmp_path, "mine_h.py")

    with pytest.raises(SettingWrong, match="Mine has no parameter 'perod'") as caught:
        _build(tmp_path, "mine_h:Mine", perod=3)

    assert (caught.value.at, caught.value.hint) == ("params.perod", "did you mean 'period'?")


@pytest.mark.parametrize(
    "target", ["mine", "mine.Mine", "mine:", ":Mine", "../mine:Mine", "a:b.c", 3]
)
def test_refuses_what_names_no_class(target: object) -> None:
    with pytest.raises(ValidationError, match="expected a class as module:Class"):
        PythonConfig.model_validate({"class": target})
