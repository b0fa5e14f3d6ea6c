"""A running bot, operated from another process: status, pause, halt, resume, flatten."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.engine.fleet import Fleet
from realtrade.engine.state import Command as Asked
from realtrade.engine.state import StateFolder
from realtrade.utils.clock import SystemClock
from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.cli.conftest import Command

MAIN = [sys.executable, "-c", "from realtrade.cli import main; main()"]
CLOCK = SystemClock()
LOG, PATIENCE_S = "bot.log", 60
PRICES = ROOT / "recipes" / "data" / "coinbase-btc-usd-1h.csv"


@pytest.fixture(autouse=True)
def _own_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these tests see no other bot than theirs."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def recipe(tmp_path: Path) -> Path:
    """A paper bot on a replay: an hourly bar every fifth of a second."""
    path = tmp_path / "bots" / "slow.yaml"
    path.parent.mkdir()
    path.write_text(
        "realtrade: v1\nname: slow\nmode: paper\nexchange: {type: replay, speed: 18000}\n"
        f"feeds: {{btc: {{type: file, path: {PRICES}, symbol: BTC/USD, timeframe: 1h}}}}\n"
        "strategy: {type: ma_cross, params: {fast: 2, slow: 4}}\npaper: {cash: 10000 USD}\n"
        "risk: {floor: {type: minimum_equity, limit: 10000.01 USD, action: deny},"
        " rate: {type: order_rate, max: 50, per: 1m}, collar: {type: price_collar, limit: 5%}}\n"
    )
    return path


@contextmanager
def running(recipe: Path, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Run a bot in a process of its own until the block ends, its log beside the recipe."""
    command = [*MAIN, "run", str(recipe), "--out", str(recipe.parent / "out"), *options]
    with (recipe.parent / LOG).open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=log, text=True)
    try:
        _until(lambda: _phase(recipe) == "trading", process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE_S)


def _log(recipe: Path) -> str:
    return (recipe.parent / LOG).read_text()


def _phase(recipe: Path) -> Any:
    return StateFolder(recipe.parent / "state" / "slow").status().get("phase")


def _until(holds: Any, process: subprocess.Popen[str]) -> None:
    for _ in range(PATIENCE_S * 20):
        if holds():
            return
        assert process.poll() is None, "it has ended"
        CLOCK.sleep(0.05)
    pytest.fail(f"it did not come about within {PATIENCE_S} s")


def test_a_running_bot_is_paused_halted_and_resumed(realtrade: Command, recipe: Path) -> None:
    said = []
    with running(recipe) as process:
        for verb, phase in (("pause", "paused"), ("resume", "trading"), ("halt", "halted")):
            done = realtrade(verb, recipe)
            assert done.exit_code == 0, done.output
            said.append(done.stdout)
            _until(lambda phase=phase: _phase(recipe) == phase, process)
        listed = json.loads(realtrade("status", "-o", "json").stdout)["bots"]
        shown = realtrade("status", "slow").stdout.splitlines()
    # The pause has a line of its own only if an order came just then.
    lines = [line for line in shown if not line.startswith("rule\tpause\t")]
    assert [line.split("\t")[:3] for line in lines[1:]] == [
        ["rule", "floor", "minimum_equity"],
        ["rule", "rate", "order_rate"],
        ["rule", "collar", "price_collar"],
        ["rule", "operator", "always there"],
    ]
    assert lines[1].split("\t")[3:5] == ["equity 10000 is below the limit 10000.01", "0 (0.0%)"]
    assert lines[2].split("\t")[3:] == [
        "0 orders in the last 0:01:00 of 50 allowed",
        "50 (100.0%)",
        "-",
    ]
    assert lines[3].split("\t")[3:5] == ["no reading", "-"]
    assert lines[4].split("\t")[3] == "halted until resumed: asked to"
    assert said == ["slow is paused\n", "slow is resumed\n", "slow is halted\n"]
    (bot,) = listed
    assert (bot["name"], bot["mode"], bot["running"]) == ("slow", "paper", True)
    assert bot["pid"] == process.pid
    assert bot["halt"] == {"reason": "asked to", "by": "cli"}
    assert bot["status"]["phase"] == "halted"
    assert process.returncode == 0

    # The halt has outlived the process, and the list of bots too.
    cells = realtrade("status").stdout.rstrip("\n").split("\t")
    assert cells[:3] == ["slow", "-", "halted, not running"]
    assert realtrade("resume", "slow").stdout == (
        "slow is not running; it will start without a halt\n"
    )
    assert realtrade("status").stdout == "", "it neither runs nor is halted"
    assert realtrade("status", "slow").stdout.split("\t")[2] == "not running"


def test_a_bot_that_does_not_run_starts_halted(realtrade: Command, recipe: Path) -> None:
    done = realtrade("halt", recipe, "--reason", "fire")

    assert done.stdout == "slow is not running; it will start halted\n"
    note = StateFolder(recipe.parent / "state" / "slow").recall()
    assert note is not None
    assert note.reason == "fire"


def test_resuming_a_bot_that_was_killed_ends_a_halt_it_never_came_to(
    realtrade: Command, recipe: Path
) -> None:
    """Asked for as the bot was killed; the clock, set back since, has it seem the newer word."""
    state = StateFolder(recipe.parent / "state" / "slow")
    realtrade("halt", recipe)
    state.ask(Asked(verb="halt", number="9999999999999-left"))

    realtrade("resume", recipe)

    with running(recipe):
        assert "event=halted" not in _log(recipe)
    assert (state.recall(), state.commands()) == (None, [])


def test_halting_all_and_flattening_whatever_the_recipe_has_become(
    realtrade: Command, recipe: Path
) -> None:
    with running(recipe) as process:
        everyone = realtrade("halt", "--all")
        _until(lambda: _phase(recipe) == "halted", process)
        realtrade("resume", "slow")
        _until(lambda: _phase(recipe) == "trading", process)
        refused = realtrade("flatten", "slow")
        untouched = _phase(recipe)
        recipe.write_text("{")
        done = realtrade("flatten", recipe, "--yes")
        _until(lambda: _phase(recipe) == "halted", process)

    assert everyone.stdout == "slow is halted\n"
    assert refused.exit_code == 130
    assert "close every position of slow at market?" in refused.stderr
    assert untouched == "trading"
    assert done.stdout == "slow is halted and closes its positions\n"


@pytest.mark.parametrize("verb", ["pause", "flatten"])
def test_what_needs_a_running_bot_says_so(realtrade: Command, recipe: Path, verb: str) -> None:
    done = realtrade(verb, recipe, *(["--yes"] if verb == "flatten" else []))

    assert done.exit_code == 69
    hint = "`realtrade status` lists the bots that run"
    assert done.stderr == f"error: slow is not running\n  hint: {hint}\n"


def test_nobody_is_asked_whether_to_flatten_a_bot_that_does_not_run(
    realtrade: Command, recipe: Path
) -> None:
    done = realtrade("flatten", recipe)

    assert done.exit_code == 69
    assert "close every position" not in done.stderr


def test_a_bot_that_hangs_is_named_and_the_halt_is_kept(
    realtrade: Command, recipe: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtrade.cli.bots.PATIENCE_S", 0.3)
    with running(recipe) as process:
        os.kill(process.pid, signal.SIGSTOP)
        done = realtrade("halt")
        os.kill(process.pid, signal.SIGCONT)

    assert done.exit_code == 69
    assert "slow does not answer: nothing done within 0.3 s" in done.stderr
    assert f"stop process {process.pid}, which hangs" in done.stderr
    assert StateFolder(recipe.parent / "state" / "slow").recall() is not None


def test_a_signal_halts_and_the_halt_is_kept(recipe: Path) -> None:
    with running(recipe) as process:
        for _ in range(2):
            process.send_signal(signal.SIGUSR1)
            _until(lambda: _phase(recipe) == "halted", process)
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)

    assert process.returncode == 0
    assert _log(recipe).count("halted by signal") == 1
    note = StateFolder(recipe.parent / "state" / "slow").recall()
    assert note is not None
    assert note.by == "signal"


def test_adopting_is_asked_of_a_running_bot_and_left_for_one_that_is_not(
    realtrade: Command, recipe: Path
) -> None:
    refused = realtrade("adopt", recipe)
    later = realtrade("adopt", recipe, "--yes")
    with running(recipe) as process:
        now = realtrade("adopt", "slow", "--yes")
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)

    assert refused.exit_code == 130
    assert "take over, as slow's own, what its exchange holds" in refused.stderr
    assert later.stdout == ("slow is not running; it will take over what differs when it starts\n")
    assert now.stdout == "slow looks at its exchange and takes over what differs\n"
    assert _log(recipe).count("told by cli that the exchange is right in what differs") == 2


def test_a_changed_recipe_is_read_again_and_a_broken_one_is_not_taken(recipe: Path) -> None:
    text = recipe.read_text()
    with running(recipe) as process:
        state = StateFolder(recipe.parent / "state" / "slow")
        for change, told in (
            ("schedule: {trade: {hours: '00:00-01:00'}}\n", "schedule has changed: taken over"),
            ("strategy: {}\n", "invalid, so the running one is kept"),
        ):
            recipe.write_text(text + change)
            process.send_signal(signal.SIGHUP)
            _until(lambda told=told: f"recipe: {told}" in _log(recipe), process)
        assert state.alive()
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE_S)

    assert process.returncode == 0
    log = _log(recipe)
    assert "duplicate key" in log or "'strategy'" in log


def test_two_runs_of_one_bot_are_one_too_many(recipe: Path) -> None:
    with running(recipe):
        second = subprocess.run(
            [*MAIN, "run", str(recipe)], capture_output=True, text=True, check=False
        )

    assert second.returncode == 75
    assert "is the state of a bot that is running" in second.stderr


def test_no_bot_and_many_bots(realtrade: Command, recipe: Path, tmp_path: Path) -> None:
    none = realtrade("halt")
    a, b = (StateFolder(tmp_path / name / "same") for name in ("a", "b"))
    for state in (a, b):
        state.take()
        Fleet().enlist(state)
    a.release()
    many = realtrade("halt", "same")
    b.release()

    assert none.exit_code == many.exit_code == 64
    assert "no bot is running" in none.stderr
    assert f"more than one bot is named 'same': {a.path}, {b.path} (running)\n" in many.stderr
    assert realtrade("halt", "--state", a.path).exit_code == 0
    assert realtrade("halt", b.path).exit_code == 0
