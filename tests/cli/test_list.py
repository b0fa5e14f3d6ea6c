from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from realtrade.cli import list as list_module
from realtrade.plugins import Kind, Registry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


@pytest.fixture
def broken_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two distributions: one does not import, and they clash over a name."""
    monkeypatch.syspath_prepend(str(tmp_path))
    for name, lines in {
        "poor": "gone = nowhere_at_all:PLUGIN\ntwice = one:PLUGIN",
        "other": "twice = two:PLUGIN",
    }.items():
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[realtrade.notifiers]\n{lines}\n")


def test_a_pipe_gets_one_plugin_a_line(realtrade: Command) -> None:
    result = realtrade("list", "strategies")

    assert result.exit_code == 0
    assert (
        "strategy\tma_cross\trealtrade\tHold while a fast moving average is above a slow one.\n"
        in result.stdout
    )
    assert all(line.count("\t") == 3 for line in result.stdout.splitlines())


@pytest.mark.parametrize("kind", ["risk_rule", "risk_rules", "risk-rule", "RISK-RULES"])
def test_a_kind_may_be_written_in_any_way(realtrade: Command, kind: str) -> None:
    names = [line.split("\t")[1] for line in realtrade("list", kind).stdout.splitlines()]

    assert names == Registry().names(Kind.RISK_RULE)


def test_without_a_kind_all_are_listed(realtrade: Command) -> None:
    listed = [tuple(line.split("\t")[:2]) for line in realtrade("list").stdout.splitlines()]

    registry = Registry()
    assert listed == [(str(kind), name) for kind in Kind for name in registry.names(kind)]


@pytest.mark.usefixtures("broken_plugin")
def test_a_broken_plugin_is_listed_with_its_error(realtrade: Command) -> None:
    result = realtrade("list", "notifiers")

    assert result.exit_code == 0
    assert (
        "notifier\tgone\tpoor\terror: notifier plugin 'gone' of 'poor' cannot be loaded: "
        "ModuleNotFoundError: No module named 'nowhere_at_all'\n"
    ) in result.stdout
    assert (
        "notifier\ttwice\t?\terror: notifier plugin 'twice' is brought by 'other' and 'poor'\n"
        in result.stdout
    )


def test_a_terminal_gets_a_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "dumb")

    assert list_module.list_plugins.callback is not None
    list_module.list_plugins.callback(kind=Kind.STRATEGY)

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["kind", "name", "distribution", "summary"]
    assert ["strategy", "ma_cross", "realtrade"] in [line.split()[:3] for line in lines]
