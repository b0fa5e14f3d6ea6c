from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from types import ModuleType
from typing import TYPE_CHECKING

import click
import pytest
from click.testing import CliRunner

from realtrade.cli import app as app_module
from realtrade.plugins import PluginError
from realtrade.plugins.ports import FeedError
from realtrade.recipe import Diagnostic, RecipeInvalid

if TYPE_CHECKING:
    from tests.cli.conftest import Command


def start(*arguments: str, **options: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "realtrade", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> object:
    """Install a command `fail` that raises what the test says."""

    def install(error: BaseException) -> None:
        @click.command("fail")
        def fail() -> None:
            raise error

        module = ModuleType("failing_command")
        module.fail = fail  # type: ignore[attr-defined]  # a module made here
        monkeypatch.setitem(sys.modules, "failing_command", module)
        monkeypatch.setitem(app_module.COMMANDS, "fail", ("failing_command:fail", "Fail."))

    return install


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_help_has_a_line_for_every_command(realtrade: Command, arguments: list[str]) -> None:
    result = realtrade(*arguments)

    assert result.exit_code == 0
    for name, (_, line) in app_module.COMMANDS.items():
        assert f"  {name} " in result.stdout
        assert line in result.stdout


@pytest.mark.parametrize("name", app_module.COMMANDS)
def test_every_command_of_the_table_can_be_called(realtrade: Command, name: str) -> None:
    result = realtrade(name, "--help")

    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"Usage: realtrade {name} ")


def test_the_version_is_that_of_the_package(realtrade: Command) -> None:
    assert realtrade("--version").stdout == f"realtrade, version {version('realtrade')}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["rum"], "no command is named 'rum'; did you mean 'run'?"),
        (["xyzzy"], "no command is named 'xyzzy'; `realtrade --help` lists the commands"),
        (["list", "exchnage"], "did you mean 'exchange'?"),
        (["list", "--nonsense"], "No such option"),
        (["--nonsense"], "No such option"),
        (["run"], "Missing argument"),
        (["show", "nowhere.yaml"], "does not exist"),
    ],
)
def test_a_usage_error_exits_64_and_leaves_stdout_alone(
    realtrade: Command, arguments: list[str], said: str
) -> None:
    result = realtrade(*arguments)

    assert result.exit_code == 64
    assert said in result.stderr
    assert result.stdout == ""


ERRORS = {
    "internal": (
        ZeroDivisionError("division by zero"),
        1,
        ["error: internal: ZeroDivisionError: division by zero (test_app.py:", "--debug"],
    ),
    "plugin": (
        PluginError("no sizer is named 'x'", hint="installed: y"),
        78,
        ["error: no sizer is named 'x'\n  hint: installed: y\n"],
    ),
    "data": (FeedError("prices.csv: row 7: high is below low"), 78, ["error: prices.csv: row 7"]),
    "file": (
        PermissionError(13, "Permission denied", "/there"),
        1,
        ["error: /there: Permission denied\n"],
    ),
    "recipe": (
        RecipeInvalid(
            (Diagnostic(code="RT201", message="unknown key 'x'", file="a.yaml", line=1),)
        ),
        78,
        ["error[RT201]: unknown key 'x'"],
    ),
    "interrupt": (KeyboardInterrupt(), 130, ["interrupted\n"]),
    "usage": (click.UsageError("not so"), 64, ["Error: not so"]),
    "command's own": (click.exceptions.Exit(75), 75, []),
}


@pytest.mark.parametrize(("error", "code", "said"), ERRORS.values(), ids=ERRORS)
def test_an_unhandled_exception_ends_with_its_code_and_no_traceback(
    realtrade: Command, failing: object, error: BaseException, code: int, said: list[str]
) -> None:
    failing(error)  # type: ignore[operator]  # a fixture that is a function

    result = realtrade("fail")

    assert result.exit_code == code
    assert all(text in result.stderr for text in said), result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_debug_lets_the_traceback_through(realtrade: Command, failing: object) -> None:
    failing(ZeroDivisionError("division by zero"))  # type: ignore[operator]  # see above

    result = realtrade("--debug", "fail")

    assert isinstance(result.exception, ZeroDivisionError)


def test_commands_complete_in_a_shell() -> None:
    asked = {
        "_REALTRADE_COMPLETE": "bash_complete",
        "COMP_WORDS": "realtrade va",
        "COMP_CWORD": "1",
    }

    result = CliRunner(env=asked).invoke(app_module.app, [])

    assert result.stdout == "plain,validate\n"


def test_the_module_is_the_command() -> None:
    process = start("--version")
    out, err = process.communicate(timeout=60)

    assert (process.returncode, out, err) == (0, f"realtrade, version {version('realtrade')}\n", "")


def test_a_reader_that_leaves_is_no_error() -> None:
    """`realtrade list | head -0`: the pipe is closed before anything is written."""
    process = start("list")
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) == 141
    assert said == ""
