"""A person's hand on a running bot: at once for the next order, soon for those at work, kept."""

from __future__ import annotations

import json
from threading import Event, Timer
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.controls import Controls, HaltNote
from realtrade.engine.keeper import Keeper
from realtrade.engine.lifecycle import Phase
from realtrade.engine.state import Command, StateFolder
from realtrade.model.events import EventType
from realtrade.model.verdict import Action, ActionKind
from realtrade.utils.clock import ManualClock, SystemClock
from tests.engine.runs import MINE, REPLAY, STOPPING, Notes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.engine import TradingRunner
    from tests.engine.conftest import Bench

CLOCK = SystemClock()
SWAP = "feeds.btc.market=swap"


def hooked(
    bench: Bench, hook: Callable[[Any], None], *sets: str, state: Path | None = None
) -> tuple[TradingRunner, Notes]:
    """Return a paper run of a strategy whose every bar calls `hook`."""
    bench.strategy("mine", STOPPING)
    notes = Notes()
    folder = StateFolder(state or bench.folder / "state" / "bot")
    path = bench.recipe(MINE)
    runner = bench.runner(path, "out", SWAP, *REPLAY, *sets, observer=notes, state=folder)

    def first(stage: str) -> None:
        if stage == "trading":
            vars_of: Any = runner._parts.spec.cls
            vars_of.hook = staticmethod(hook)

    notes._on_stage = first
    return runner, notes


def test_a_halt_cancels_entries_keeps_protection_and_lets_nothing_new_in(bench: Bench) -> None:
    orders: dict[str, Any] = {}

    def hook(strategy: Any) -> None:
        bar = len(strategy)
        if bar == 60:
            orders["entry"] = strategy.buy(size=1, price=1, exectype=2)  # a limit far below
            orders["stop"] = strategy.sell(size=1, price=1, exectype=3)
        if bar == 61:
            runner.controls.halt(by="test", reason="fire")
            orders["more"] = strategy.buy(size=1)
        if bar == 65:
            orders["less"] = strategy.sell(size=0.25)
        if bar == 70:
            runner.controls.resume(by="test")
        if bar == 71:  # halts of rules are lifted with the next turn
            orders["again"] = strategy.buy(size=1)

    runner, notes = hooked(bench, hook)
    steps: list[str] = []
    runner.lifecycle.listen(lambda step: steps.append(step.now.value))

    outcome = runner.run()

    assert outcome.crash is None
    assert {name: order.getstatusname() for name, order in orders.items()} == {
        "entry": "Canceled",
        "stop": "Canceled",  # a venue's end of run cancels what rests
        "more": "Rejected",
        "less": "Completed",
        "again": "Completed",
    }
    assert orders["more"].info.reason == "halted by test: fire"
    assert steps == ["warmup", "trading", "halted", "trading", "draining", "stopped"]
    assert ("warning", "halted by test: fire") in notes.lines
    assert ("info", "resumed by test") in notes.lines


def test_the_entry_goes_within_a_turn_and_the_protection_stays(bench: Bench) -> None:
    seen: dict[str, list[str]] = {}

    def hook(strategy: Any) -> None:
        bar = len(strategy)
        if bar == 60:
            strategy.buy(size=1, price=1, exectype=2)
            strategy.sell(size=1, price=1, exectype=3)
        if bar == 61:
            runner.controls.halt(by="test", reason="fire")
        if bar == 62:
            seen["open"] = [order.ordtypename() for order in strategy.broker.get_orders_open()]

    runner, _ = hooked(bench, hook)
    runner.run()

    assert seen["open"] == ["Sell"]


def test_flatten_closes_and_halts(bench: Bench) -> None:
    held: dict[int, float] = {}

    def hook(strategy: Any) -> None:
        bar = len(strategy)
        held[bar] = strategy.position.size
        if bar == 60:
            runner.controls.flatten(by="test", reason="enough")
        if bar == 64:
            strategy.buy(size=3)

    runner, notes = hooked(bench, hook)
    runner.run()

    assert [held[bar] for bar in (60, 62, 70)] == [1.0, 0.0, 0.0]
    assert ("warning", "halted and flattening by test: enough") in notes.lines


def test_flatten_may_let_trading_go_on(bench: Bench) -> None:
    held: dict[int, float] = {}

    def hook(strategy: Any) -> None:
        bar = len(strategy)
        held[bar] = strategy.position.size
        if bar == 60:
            runner.controls.flatten(by="test", halt=False)
        if bar == 64:
            strategy.buy(size=3)

    runner, _ = hooked(bench, hook)
    runner.run()

    assert [held[bar] for bar in (60, 62, 70)] == [1.0, 0.0, 3.0]


def test_a_halt_outlives_a_restart_until_resumed(bench: Bench) -> None:
    orders: list[Any] = []
    phases: list[Phase] = []

    def halts(strategy: Any) -> None:
        if len(strategy) == 60:
            runner.controls.halt(by="test", reason="fire")

    def buys(strategy: Any) -> None:
        if len(strategy) == 100:
            orders.append(strategy.buy(size=1))
            phases.append(runner.lifecycle.phase)

    runner, _ = hooked(bench, halts)
    runner.run()
    runner, notes = hooked(bench, buys)
    runner.run()
    runner._parts.state.forget()  # type: ignore[union-attr]  # a live run has one
    runner, _ = hooked(bench, buys)
    runner.run()

    assert [order.getstatusname() for order in orders] == ["Rejected", "Completed"]
    assert phases == [Phase.HALTED, Phase.TRADING]
    told = "halted by test: fire; `realtrade resume` ends it"
    assert ("warning", told) in notes.lines


def test_what_was_asked_of_a_stopped_bot_is_done_first(bench: Bench) -> None:
    state = StateFolder(bench.folder / "state" / "bot")
    state.remember(HaltNote(reason="old", by="cli", time_ms=1))
    state.ask(Command(verb="resume", number="1"))
    phases: list[Phase] = []

    def hook(strategy: Any) -> None:
        if len(strategy) == 100:
            phases.append(runner.lifecycle.phase)

    runner, _ = hooked(bench, hook)
    runner.run()

    assert phases == [Phase.TRADING]
    assert state.recall() is None
    assert list((state.path / "commands").iterdir()) == []


def test_a_halt_asked_for_by_file_holds_within_a_tenth_of_a_second(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in what is waited for: how long that really takes is up to the machine."""
    state = StateFolder(bench.folder / "state" / "bot")
    asked = Event()
    before: list[float] = []
    after: list[float] = []

    class Watched(Event):
        def wait(self, timeout: float | None = None) -> bool:
            assert timeout is not None
            if runner.controls.halt_note is None:
                (after if asked.is_set() else before).append(timeout)
            return super().wait(timeout)

    def ask() -> None:
        began_s = CLOCK.monotonic_s()
        state.ask(Command(verb="halt", reason="fire", number="1"))
        asked.set()
        while runner.controls.halt_note is None and CLOCK.monotonic_s() - began_s < 60:
            CLOCK.sleep(0.001)
        runner.stop()

    monkeypatch.setattr("realtrade.engine.keeper.Flag", Watched)

    # An hourly bar every two seconds: the trading thread waits for bars all the while.
    runner, _ = hooked(bench, lambda strategy: None, "exchange.speed=1800")
    timer = Timer(0.6, ask)
    runner.lifecycle.listen(lambda step: timer.start() if step.now is Phase.TRADING else None)
    outcome = runner.run()
    timer.join()

    assert outcome.ending == "stopped"
    assert before[-1] + sum(after) < 0.1
    assert state.recall() is not None
    assert json.loads((state.path / "status.json").read_text())["phase"] == "draining"
    assert not state.alive()


def test_two_runs_cannot_share_a_state(bench: Bench) -> None:
    from realtrade.engine import StageFailed

    state = StateFolder(bench.folder / "state" / "bot")
    state.take()
    runner, _ = hooked(bench, lambda strategy: None)

    with pytest.raises(StageFailed, match=r"stage 'state' failed: .* is running"):
        runner.run()
    assert runner.lifecycle.phase is Phase.FAILED
    state.release()


def test_a_bot_without_a_writable_folder_trades_and_says_so(bench: Bench) -> None:
    (bench.folder / "file").write_text("")
    runner, notes = hooked(bench, lambda strategy: None, state=bench.folder / "file" / "bot")

    outcome = runner.run()

    assert outcome.ending == "completed"
    assert any("no state folder" in line for _, line in notes.lines)


class Broken:
    """Cannot keep anything."""

    def recall(self) -> HaltNote | None:
        return None

    def remember(self, note: HaltNote) -> None:
        raise OSError("disk full")

    def forget(self) -> None:
        raise OSError("read-only")


def test_a_halt_that_cannot_be_kept_holds_all_the_same() -> None:
    events: list[Any] = []
    controls = Controls(ManualClock(9), sticky=Broken(), tell=events.append)

    with pytest.raises(OSError, match="disk full"):
        controls.halt(by="test")

    assert controls.halt_note == HaltNote(reason="asked to", by="test", time_ms=9)
    assert controls.waiting
    assert [event.type for event in events] == [EventType.HALTED]
    with pytest.raises(OSError, match="read-only"):
        controls.resume(by="test")
    assert controls.halt_note is not None


def test_repeating_a_command_tells_it_once() -> None:
    events: list[Any] = []
    controls = Controls(ManualClock(), tell=events.append)

    for _ in range(2):
        controls.pause(by="test")
        controls.halt(by="test")

    assert [event.type for event in events] == [EventType.PAUSED, EventType.HALTED]
    assert controls.paused


def test_a_halt_holds_though_the_journal_is_full(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from realtrade.plugins.ports.journal import JournalError
    from realtrade.storage import MemoryJournal

    def full(self: Any, event: Any, routes: Any = ()) -> None:
        if event.type is EventType.HALTED:
            msg = "disk full"
            raise JournalError(msg)

    orders: list[Any] = []

    def hook(strategy: Any) -> None:
        if len(strategy) == 60:
            runner.controls.halt(by="test", reason="fire")
        if len(strategy) == 61:
            orders.append(strategy.buy(size=1))

    monkeypatch.setattr(MemoryJournal, "event", full)
    runner, notes = hooked(bench, hook)
    outcome = runner.run()

    assert outcome.crash is None
    assert orders[0].getstatusname() == "Rejected"
    told = "not remembered, so by no route told: halted by test: fire: disk full"
    assert ("error", told) in notes.lines


@pytest.mark.parametrize(
    ("verbs", "kind"),
    [
        (["halt"], ActionKind.HALT),
        (["flatten"], ActionKind.FLATTEN_AND_HALT),
        (["flatten", "halt"], ActionKind.FLATTEN_AND_HALT),
    ],
)
def test_what_a_killed_process_had_begun_is_done_by_the_next(
    tmp_path: Path, verbs: list[str], kind: ActionKind
) -> None:
    folder = StateFolder(tmp_path)
    killed = Controls(ManualClock(5), sticky=folder)
    for verb in verbs:
        getattr(killed, verb)(by="test", reason="fire")

    again = Controls(ManualClock(9), sticky=folder)

    assert again.waiting
    assert again._wanted == [Action(kind, "operator", "fire")]
    again.resume(by="test")
    assert again._wanted == []
    assert not Controls(ManualClock(9), sticky=folder).waiting


def test_a_halt_known_to_the_journal_is_done_all_the_same_and_a_resume_is_not(
    tmp_path: Path,
) -> None:
    """A process may be killed between noting a command's number and doing it."""
    folder = StateFolder(tmp_path)
    controls = Controls(ManualClock(5))
    keeper = Keeper(
        controls,
        state=folder,
        status=dict,
        rounds=[],
        fresh=lambda verb, number: False,
        clock=SystemClock(),
        say=lambda level, line: None,
    )
    for number, verb in (("1", "flatten"), ("2", "resume"), ("1", "halt")):
        keeper._do(Command(verb=verb, number=number, by="cli", reason="fire"))  # type: ignore[arg-type]  # a verb

    assert controls._wanted == [Action(ActionKind.FLATTEN_AND_HALT, "operator", "fire")]
    assert controls.halt_note == HaltNote(reason="fire", by="cli", time_ms=5, flatten=True)
