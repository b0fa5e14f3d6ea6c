from __future__ import annotations

from threading import Event as Flag

import pytest

from realtrade.engine.lifecycle import (
    MOVES,
    OVER,
    ImpossibleMove,
    LifecycleManager,
    Phase,
    Service,
    Step,
)
from realtrade.utils.clock import ManualClock


class Said:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, level: str, line: str) -> None:
        self.lines.append(f"{level}: {line}")


@pytest.fixture
def said() -> Said:
    return Said()


@pytest.fixture
def life(said: Said) -> LifecycleManager:
    return LifecycleManager(ManualClock(1_000), said)


def test_every_phase_is_in_the_table_and_ends_are_ends() -> None:
    assert set(MOVES) == set(Phase)
    assert {phase for phase, follows in MOVES.items() if not follows} == OVER
    assert all(Phase.FAILED in follows for phase, follows in MOVES.items() if phase not in OVER)


def test_a_life_is_told_step_by_step(life: LifecycleManager) -> None:
    steps: list[Step] = []
    life.listen(steps.append)

    for phase in (Phase.WARMUP, Phase.TRADING, Phase.HALTED, Phase.DRAINING, Phase.STOPPED):
        assert life.advance(phase, "why")

    assert [step.now for step in steps] == ["warmup", "trading", "halted", "draining", "stopped"]
    assert steps[1] == Step(Phase.WARMUP, Phase.TRADING, "why", 1_000)
    assert life.step is steps[-1]


@pytest.mark.parametrize(
    ("way", "wanted"),
    [
        ((), Phase.BUILDING),
        ((Phase.TRADING,), Phase.WARMUP),
        ((Phase.TRADING,), Phase.STOPPED),
        ((Phase.DRAINING,), Phase.TRADING),
        ((Phase.DRAINING, Phase.STOPPED), Phase.BUILDING),
    ],
)
def test_what_the_table_lacks_is_refused(
    life: LifecycleManager, way: tuple[Phase, ...], wanted: Phase
) -> None:
    for phase in way:
        life.advance(phase)
    before = life.phase
    if before is wanted:
        assert not life.advance(wanted)
        return

    with pytest.raises(ImpossibleMove, match=f"a bot that is {before} cannot become {wanted}"):
        life.advance(wanted)
    assert life.phase is before


def test_a_move_may_be_tied_to_where_it_starts(life: LifecycleManager) -> None:
    assert not life.advance(Phase.HALTED, only_from={Phase.TRADING})
    assert life.phase is Phase.BUILDING


def test_a_hook_that_breaks_is_named_and_keeps_nobody_from_being_told(
    life: LifecycleManager, said: Said
) -> None:
    steps: list[Step] = []

    def breaks(step: Step) -> None:
        raise ValueError("hook")

    life.listen(breaks)
    life.listen(steps.append)
    life.advance(Phase.TRADING)

    assert [step.now for step in steps] == [Phase.TRADING]
    assert said.lines == ["error: a hook on 'trading' broke: ValueError: hook"]


def test_services_stop_in_reverse_and_none_keeps_the_next(
    life: LifecycleManager, said: Said
) -> None:
    order: list[str] = []
    stuck = Flag()

    def breaks() -> None:
        order.append("b")
        raise OSError("gone")

    def hangs() -> None:
        order.append("c")
        stuck.wait(10)

    def note(text: str) -> None:
        order.append(text)

    life.bring_up(Service(name="a", start=lambda: note("+a"), stop=lambda: note("a")))
    life.bring_up(Service(name="b", start=lambda: note("+b"), stop=breaks))
    life.bring_up(Service(name="c", start=lambda: note("+c"), stop=hangs, deadline_s=0.05))
    life.take_down()
    life.take_down()
    stuck.set()

    assert order == ["+a", "+b", "+c", "c", "b", "a"]
    assert said.lines == [
        "error: c did not stop within 0.05 s: left behind",
        "error: b could not be stopped: OSError: gone",
    ]


def test_a_service_that_does_not_start_is_not_stopped(life: LifecycleManager) -> None:
    stopped: list[str] = []

    def fails() -> None:
        raise OSError("port taken")

    with pytest.raises(OSError, match="port taken"):
        life.bring_up(Service(name="a", start=fails, stop=lambda: stopped.append("a")))
    life.take_down()

    assert stopped == []
