from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from realtrade.cli.sample import sample_csv

if TYPE_CHECKING:
    from tests.cli.conftest import Command

RUFF = str(Path(sys.executable).with_name("ruff"))


@pytest.fixture(autouse=True)
def in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("kind", ["recipe", "strategy"])
def test_a_scaffold_validates_and_runs_at_once(realtrade: Command, kind: str) -> None:
    made = realtrade("new", kind, "my-bot")

    assert made.exit_code == 0, made.output
    assert "my-bot/my-bot.yaml" in made.stdout.splitlines()
    assert "realtrade run my-bot/my-bot.yaml" in made.stderr
    valid = realtrade("validate", "my-bot")
    assert valid.exit_code == 0, valid.output
    ran = realtrade("run", "my-bot/my-bot.yaml", "--quiet")
    assert ran.exit_code == 0, ran.output
    trades = Path("runs/my-bot/trades.csv").read_text().splitlines()
    assert len(trades) > 3, "a first run with nothing in it teaches nothing"


def test_a_plugin_scaffold_has_what_pip_needs_and_passes_its_own_test(
    realtrade: Command, tmp_path: Path
) -> None:
    made = realtrade("new", "plugin", "small_orders", "--out", "there")

    assert made.exit_code == 0, made.output
    assert sorted(made.stdout.splitlines()) == [
        "there/README.md",
        "there/data/sample-1h.csv",
        "there/pyproject.toml",
        "there/realtrade_small_orders/__init__.py",
        "there/realtrade_small_orders/rule.py",
        "there/small-orders.yaml",
        "there/tests/test_rule.py",
    ]
    build = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "egg_info"]
    subprocess.run(build, cwd="there", check=True, capture_output=True)
    tested = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd="there",
        env={"PYTHONPATH": str(tmp_path / "there"), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert tested.returncode == 0, tested.stdout
    assert "4 passed" in tested.stdout


@pytest.mark.parametrize("kind", ["recipe", "strategy", "plugin"])
def test_scaffolds_keep_the_house_style(realtrade: Command, kind: str) -> None:
    realtrade("new", kind, "my-bot")

    tidy = [RUFF, "check", "--no-cache", "--isolated", "--select", "E,F,B,UP,D1,N,W", "--ignore"]
    for command in (
        [*tidy, "D1,E501", "."],
        [RUFF, "format", "--no-cache", "--isolated", "--line-length", "100", "--check", "."],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("kind", ["recipe", "strategy", "plugin"])
def test_nothing_is_written_over(realtrade: Command, kind: str) -> None:
    realtrade("new", kind, "my-bot")
    mine = Path("my-bot/my-bot.yaml")
    mine.write_text("mine")
    Path("my-bot/data/sample-1h.csv").unlink()

    again = realtrade("new", kind, "my-bot")

    assert (again.exit_code, again.stdout) == (64, "")
    assert "my-bot/my-bot.yaml is there already; nothing was written" in again.stderr
    assert mine.read_text() == "mine"
    assert not Path("my-bot/data/sample-1h.csv").exists()


def test_two_scaffolds_may_share_a_folder_and_its_data(realtrade: Command) -> None:
    assert realtrade("new", "recipe", "one", "--out", ".").exit_code == 0
    assert realtrade("new", "recipe", "two", "--out", ".").exit_code == 0

    assert realtrade("validate", ".").stderr == "2 recipes checked: all valid\n"


@pytest.mark.parametrize(
    "name", ["My", "1st", "a b", "../up", "a--b", "a-", "class", "", "ü", "a" * 60, "x.yaml"]
)
def test_a_name_that_cannot_be_one_is_refused(realtrade: Command, name: str) -> None:
    result = realtrade("new", "recipe", name)

    assert result.exit_code == 64
    assert f"'{name}' cannot be used as a name" in result.stderr
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize("name", ["json", "backtrader", "realtrade"])
def test_a_strategy_may_not_hide_a_module(realtrade: Command, name: str) -> None:
    result = realtrade("new", "strategy", name)

    assert result.exit_code == 64
    assert f"would hide the Python module '{name}'" in result.stderr


def test_an_unknown_kind_is_a_usage_error(realtrade: Command) -> None:
    result = realtrade("new", "bot", "name")

    assert result.exit_code == 64
    assert "'recipe', 'strategy', 'plugin'" in result.stderr


def test_the_sample_is_a_market_without_holes() -> None:
    header, *rows = sample_csv().splitlines()

    assert header == "time,open,high,low,close,volume"
    assert len(rows) == 3000
    assert rows[0] == "2024-01-01T00:00:00Z,40000.00,40072.27,39992.47,40006.56,166.56"
    before = "40000.00"
    for row in rows:
        _, opened, high, low, close, volume = row.split(",")
        assert opened == before
        assert float(low) <= min(float(opened), float(close))
        assert float(high) >= max(float(opened), float(close))
        assert float(low) > 0
        assert float(volume) > 0
        before = close


def test_the_sample_is_the_same_every_time() -> None:
    assert sample_csv() == sample_csv()
