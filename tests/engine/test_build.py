from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.engine.build import Stage, StageFailed, build

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack

NAMES = ["first", "second", "third"]


def _adding(name: str) -> Callable[[list[str], ExitStack], None]:
    def stage(parts: list[str], stack: ExitStack) -> None:
        parts.append(name)
        stack.callback(parts.append, f"{name} undone")

    return stage


def _failing(parts: list[str], stack: ExitStack) -> None:
    msg = "no luck"
    raise ValueError(msg)


def test_builds_in_order_and_takes_down_in_reverse() -> None:
    parts: list[str] = []
    told: list[str] = []

    stack = build([Stage(name, _adding(name)) for name in NAMES], parts, told.append)

    assert told == parts == NAMES
    stack.close()
    assert parts == [*NAMES, "third undone", "second undone", "first undone"]


@pytest.mark.parametrize("position", [0, 1, 2])
def test_a_failing_stage_is_named_and_what_stands_is_taken_down(position: int) -> None:
    parts: list[str] = []
    stages = [Stage(name, _adding(name)) for name in NAMES]
    stages[position] = Stage(NAMES[position], _failing)

    with pytest.raises(StageFailed, match=f"stage '{NAMES[position]}' failed: no luck") as caught:
        build(stages, parts, lambda _: None)

    assert caught.value.stage == NAMES[position]
    assert isinstance(caught.value.cause, ValueError)
    assert caught.value.__cause__ is caught.value.cause
    built = NAMES[:position]
    assert parts == built + [f"{name} undone" for name in reversed(built)]


def test_an_interrupt_takes_down_what_stands_and_stays_an_interrupt() -> None:
    def interrupted(parts: list[str], stack: ExitStack) -> None:
        raise KeyboardInterrupt

    parts: list[str] = []

    with pytest.raises(KeyboardInterrupt):
        build([Stage("first", _adding("first")), Stage("second", interrupted)], parts, parts.append)

    assert parts == ["first", "first", "second", "first undone"]
