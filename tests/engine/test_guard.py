from __future__ import annotations

import importlib.util
import inspect
import textwrap
from pathlib import Path
from typing import Any

import backtrader as bt
import pytest

from realtrade.engine.guard import Crash, code_root, stop_once, wind_down
from realtrade.strategies import MaCross


def _below(error: Exception) -> Exception:
    """Take this file's own frame off, as a run's caller is not part of its traceback."""
    assert error.__traceback__ is not None
    return error.with_traceback(error.__traceback__.tb_next)


def _crash(folder: Path, source: str) -> Crash:
    file = folder / "bots" / "mine.py"
    file.parent.mkdir()
    file.write_text(textwrap.dedent(source), encoding="utf-8")
    spec = importlib.util.spec_from_file_location("mine_of_guard", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    try:
        module.run()
    except Exception as error:  # noqa: BLE001 - any error is what is being described
        return Crash.of(_below(error), folder)
    pytest.fail("the source raises nothing")


def test_a_strategy_s_error_shows_its_own_lines_only(tmp_path: Path) -> None:
    crash = _crash(
        tmp_path,
        """
        def run():
            return decide(0)

        def decide(price):
            return 1 / price
        """,
    )

    assert crash.in_strategy
    assert crash.text == (
        "Traceback (most recent call last; your code):\n"
        "  bots/mine.py, line 3, in run\n"
        "    return decide(0)\n"
        "  bots/mine.py, line 6, in decide\n"
        "    return 1 / price\n"
        "ZeroDivisionError: division by zero\n"
    )


def test_frames_of_libraries_below_are_counted_not_shown(tmp_path: Path) -> None:
    crash = _crash(
        tmp_path,
        """
        import backtrader as bt

        def run():
            return bt.num2date("x")
        """,
    )

    assert crash.in_strategy
    assert crash.text.splitlines()[1:4] == [
        "  bots/mine.py, line 5, in run",
        '    return bt.num2date("x")',
        "  … 1 in backtrader",
    ]


def test_an_error_without_a_strategy_s_frame_is_ours_and_shown_whole(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        bt.num2date("x")

    crash = Crash.of(_below(caught.value), tmp_path)

    assert not crash.in_strategy
    assert crash.text.startswith("Traceback (most recent call last):\n")
    assert "dateintern.py" in crash.text


def test_a_strategy_installed_as_a_package_is_told_from_other_libraries(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        bt.num2date("x")

    crash = Crash.of(_below(caught.value), tmp_path, strategy=bt.Strategy)

    assert crash.in_strategy


def test_our_own_strategies_are_the_strategy_s_code_too() -> None:
    assert code_root(MaCross) == Path(inspect.getfile(MaCross))
    assert code_root(type("Made", (), {"__module__": "nowhere"})) is None


class _Told:
    """A strategy or an analyzer that notes what it is told, and may raise."""

    def __init__(self, name: str, told: list[str], *, raises: bool = False) -> None:
        self.name, self.told, self.raises = name, told, raises
        self.analyzers: list[Any] = []
        self._slave_analyzers: list[Any] = []

    def stop(self) -> None:
        self.told.append(self.name)
        if self.raises:
            raise ValueError(self.name)

    _stop = stop


def test_everyone_is_stopped_though_some_raise() -> None:
    told: list[str] = []
    one, two = _Told("one", told, raises=True), _Told("two", told)
    one.analyzers = [_Told("mine", told, raises=True), _Told("other", told)]
    two._slave_analyzers = [_Told("slave", told)]

    raised = wind_down([one, two])

    assert told == ["one", "mine", "other", "two", "slave"]
    assert [str(error) for error in raised] == ["one", "mine"]


def test_a_strategy_is_stopped_once() -> None:
    told: list[str] = []
    strategy = _Told("one", told, raises=True)
    stop_once(strategy)

    with pytest.raises(ValueError, match="one"):
        strategy.stop()
    strategy.stop()

    assert told == ["one"]
