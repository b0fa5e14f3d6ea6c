"""A stranger's package beside ours, both installed by pip, run by the real command."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).with_name("third_party")
NAMES = ("acme", "acme_in_and_out", "acme_ceiling")


class Machine:
    """A virtual environment of its own; what we depend on is borrowed from the one testing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=False, symlinks=True)
        self.python = folder / "venv/bin/python"
        paths = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        (self._site_packages() / "borrowed.pth").write_text("\n".join(paths))

    def _site_packages(self) -> Path:
        (found,) = (self.folder / "venv/lib").glob("python*/site-packages")
        return found

    def install(self, source: Path, *parts: str) -> None:
        """Install a copy of a source tree: nothing is built inside the original."""
        copy = self.folder / f"source-{source.name}"
        copy.mkdir()
        for part in parts:
            skipped = shutil.ignore_patterns("__pycache__")
            if (source / part).is_dir():
                shutil.copytree(source / part, copy / part, ignore=skipped)
            else:
                shutil.copy(source / part, copy / part)
        pip: list[str | Path] = [
            sys.executable,
            "-m",
            "pip",
            "--python",
            self.python,
            "--no-input",
            "install",
        ]
        plain = ["-q", "--disable-pip-version-check", "--no-deps", "--no-build-isolation"]
        self._do([*pip, *plain, "--no-index", "--ignore-installed", copy])

    def realtrade(self, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run the installed command in the machine's own folder."""
        return self._do([self.folder / "venv/bin/realtrade", *arguments], code=code)

    def _do(self, command: list[str | Path], code: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        assert done.returncode == code, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    machine = Machine(tmp_path_factory.mktemp("machine"))
    machine.install(ROOT, "realtrade", "pyproject.toml", "README.md", "LICENSE")
    machine.install(STRANGER, "acme_realtrade", "pyproject.toml")
    shutil.copy(STRANGER / "bot.yaml", machine.folder)
    return machine


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_command_runs_what_was_installed_and_not_the_sources(machine: Machine) -> None:
    where = "import realtrade, acme_realtrade; print(realtrade.__file__, acme_realtrade.__file__)"

    out = machine._do([machine.python, "-c", where]).stdout

    assert all(path.startswith(str(machine.folder)) for path in out.split())


def test_plugins_are_listed_beside_ours(machine: Machine) -> None:
    lines = machine.realtrade("list").stdout.splitlines()

    owners = {line.split("\t")[1]: line.split("\t")[2] for line in lines}
    assert {owners[name] for name in NAMES} == {"acme-realtrade"}
    assert owners["ma_cross"] == "realtrade"
    assert not [line for line in lines if "\terror: " in line]


def test_the_recipe_is_validated_by_the_plugins_own_models(machine: Machine) -> None:
    assert machine.realtrade("validate", "bot.yaml").stdout == ""

    wrong = machine.realtrade(
        "validate", "bot.yaml", "--set", "risk.ceiling.prise=1", "-o", "json", code=78
    )

    (found,) = json.loads(wrong.stdout)["diagnostics"]
    assert (found["code"], found["path"]) == ("RT201", "risk.ceiling.prise")
    assert found["hint"] == "did you mean 'price'?"


def test_fields_and_plugins_are_explained(machine: Machine) -> None:
    field = machine.realtrade("explain", "risk.acme_ceiling.price").stdout
    plugin = machine.realtrade("explain", "exchange", "acme").stdout

    assert "Highest price at which anything is bought." in field
    assert plugin.startswith("exchange acme, of acme-realtrade\n")


def test_the_local_schema_knows_it(machine: Machine) -> None:
    assert "acme_ceiling" in machine.realtrade("schema", "--local").stdout
    assert "acme_ceiling" not in machine.realtrade("schema").stdout


@pytest.mark.parametrize("mode", ["backtest", "paper"])
def test_exchange_strategy_and_rule_trade_together(machine: Machine, mode: str) -> None:
    """Bar n opens at 99 + n: bought after bar 2, left after bar 5, above the ceiling from bar 9."""
    environment = ["--env", "paper"] if mode == "paper" else []

    machine.realtrade("run", "bot.yaml", *environment, "--out", mode)

    (trade,) = rows(machine.folder / mode / "trades.csv")
    assert (trade["symbol"], trade["side"], trade["quantity"]) == ("WIDGET/USD", "long", "1")
    assert (trade["entry_price"], trade["exit_price"], trade["pnl"]) == ("102", "105", "3")
    summary = json.loads((machine.folder / mode / "summary.json").read_text())
    assert (summary["mode"], summary["bars"], summary["trades"]) == (mode, 12, 1)
    assert summary["final_equity"] == "1003"


@pytest.mark.parametrize("kind", ["recipe", "strategy"])
def test_a_scaffold_runs_on_a_fresh_machine(machine: Machine, kind: str) -> None:
    """Templates are package data: only an installed copy shows whether they were shipped."""
    machine.realtrade("new", kind, f"fresh-{kind}")

    machine.realtrade("run", f"fresh-{kind}/fresh-{kind}.yaml")

    assert rows(machine.folder / f"runs/fresh-{kind}/trades.csv")


def test_a_plugin_scaffold_is_installed_and_runs(machine: Machine) -> None:
    machine.realtrade("new", "plugin", "careful")
    machine.install(machine.folder / "careful", "pyproject.toml", "README.md", "realtrade_careful")

    machine.realtrade("run", "careful/careful.yaml")

    assert rows(machine.folder / "runs/careful/trades.csv")
    assert (
        "risk_rule careful, of realtrade-careful" in machine.realtrade("explain", "careful").stdout
    )
