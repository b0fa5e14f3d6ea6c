from __future__ import annotations

import os
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from realtrade.engine.controls import HaltNote
from realtrade.engine.fleet import Fleet
from realtrade.engine.state import BotRunning, Command, Running, StateFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOTE = HaltNote(reason="fire", by="cli", time_ms=5)
BOT = Running(name="bot", pid=7, mode="paper", recipe="/r.yaml", started_ms=3)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateFolder]:
    folder = StateFolder(tmp_path / "state" / "bot")
    folder.take()
    yield folder
    folder.release()


def test_a_folder_is_one_bots_at_a_time(state: StateFolder) -> None:
    other = StateFolder(state.path)
    assert other.alive()

    with pytest.raises(BotRunning, match="is the state of a bot that is running"):
        other.take()
    state.release()
    state.release()
    other.take()
    assert state.alive()
    other.release()
    assert not state.alive()


def test_a_killed_bot_does_not_look_alive(tmp_path: Path) -> None:
    program = (
        "import os, signal, sys; from pathlib import Path\n"
        "from realtrade.engine.state import StateFolder\n"
        "StateFolder(Path(sys.argv[1])).take(); os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path / "s")], check=False)

    assert done.returncode == -9
    assert (tmp_path / "s" / "lock").exists()
    assert not StateFolder(tmp_path / "s").alive()
    assert not StateFolder(tmp_path / "never").alive()


def test_what_a_bot_writes_is_read_back_and_is_the_users_alone(state: StateFolder) -> None:
    state.introduce(BOT)
    state.publish({"phase": "trading"})

    other = StateFolder(state.path)
    assert other.running() == BOT
    assert other.status() == {"phase": "trading"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in state.path.iterdir() if path.is_file()}
    assert modes == {0o600}
    state.release()
    assert other.running() is None


def test_commands_come_in_order_and_nonsense_is_shown_as_such(state: StateFolder) -> None:
    halt = Command(verb="halt", reason="fire", number="2-b")
    pause = Command(verb="pause", number="1-a")
    state.ask(halt)
    state.ask(pause)
    for name, text in {"3": "{", "4": '{"verb": "dance"}', "5": '{"verb": "halt", "x": 1}'}.items():
        (state.path / "commands" / f"{name}.json").write_text(text)
    (state.path / "commands" / "6.json").write_text('{"verb": "halt", "by": 3}')
    (state.path / "commands" / ".draft").write_text("half")

    assert [command for _, command in state.commands()] == [pause, halt, None, None, None, None]


def test_what_was_asked_for_and_not_done_is_taken_back(tmp_path: Path) -> None:
    state = StateFolder(tmp_path / "never-started")
    state.take_back()
    state.ask(Command(verb="halt", number="1"))
    state.ask(Command(verb="pause", number="2"))

    state.take_back()

    assert state.commands() == []


def test_a_halt_outlives_the_process_and_fails_closed(state: StateFolder) -> None:
    assert state.recall() is None
    state.remember(NOTE)
    assert StateFolder(state.path).recall() == NOTE

    (state.path / "halt.json").write_text("{")
    broken = state.recall()
    assert broken is not None
    assert broken.reason == "the halt's file cannot be read"
    (state.path / "halt.json").write_text('{"who": 1}')
    assert state.recall() == broken
    state.forget()
    state.forget()
    assert state.recall() is None


def test_the_token_is_made_once_and_hidden_again(state: StateFolder) -> None:
    token = state.token()
    path = state.path / "token"
    path.chmod(0o644)

    assert state.token() == token
    assert len(token) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.write_text("")
    assert state.token() not in {"", token}


class TestFleet:
    def test_finds_bots_that_were_started_and_those_beside(self, tmp_path: Path) -> None:
        fleet = Fleet(tmp_path / "fleet")
        started, beside = StateFolder(tmp_path / "x" / "b"), StateFolder(tmp_path / "y" / "a")
        started.take()
        beside.remember(NOTE)
        (tmp_path / "y" / "no-bot").mkdir()
        fleet.enlist(started)
        fleet.enlist(started)

        found = [one.path for one in fleet.bots([tmp_path / "y", tmp_path / "none"])]

        assert found == [beside.path, started.path]
        assert [one.path for one in Fleet(tmp_path / "fleet").bots()] == [started.path]
        started.release()

    def test_forgets_bots_whose_folder_is_gone(self, tmp_path: Path) -> None:
        fleet, gone = Fleet(tmp_path / "fleet"), StateFolder(tmp_path / "gone")
        gone.path.mkdir()
        fleet.enlist(gone)
        gone.path.rmdir()

        assert fleet.bots() == []
        assert list(fleet.folder.iterdir()) == []

    def test_trusts_no_folder_that_others_can_write(self, tmp_path: Path) -> None:
        fleet = Fleet(tmp_path / "fleet")
        fleet.folder.mkdir()
        fleet.folder.chmod(0o777)

        assert fleet.bots() == []
        with pytest.raises(PermissionError, match="does not belong to this user alone"):
            fleet.enlist(StateFolder(tmp_path))

    def test_each_user_has_one(self) -> None:
        assert Fleet().folder.name == f"realtrade-{os.getuid()}"
