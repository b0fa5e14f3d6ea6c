from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

HEAVY = {
    *["ccxt", "backtrader", "numpy", "pandas", "pyarrow", "plotly", "matplotlib", "scipy"],
    *["apprise", "sqlalchemy", "websocket", "requests", "urllib3", "aiohttp", "asyncio"],
}
PROGRAM = """
import sys
from realtrade.cli import main
try:
    main()
finally:
    print("\\n".join(sorted(sys.modules)), file=open(sys.argv[0], "w"))
"""
COMMANDS = {
    "help": ["--help"],
    "version": ["--version"],
    "list": ["list"],
    "validate": ["validate", "recipes/quickstart.yaml"],
    "validate all": ["validate", "tests/data/full-example.yaml"],
    "show": ["show", "tests/data/full-example.yaml"],
    "explain": ["explain", "strategy"],
    "schema": ["schema"],
}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Return the top-level modules that a real process has loaded at its end."""

    def top_level(arguments: Sequence[str]) -> set[str]:
        out = tmp_path_factory.mktemp("modules") / "loaded.txt"
        start = f"import sys; sys.argv = [{str(out)!r}, *{list(arguments)!r}]\n"
        done = subprocess.run(
            [sys.executable, "-c", start + PROGRAM],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return {name.partition(".")[0] for name in out.read_text().split()}

    return top_level


@pytest.mark.parametrize("arguments", COMMANDS.values(), ids=COMMANDS)
def test_no_heavy_library_is_loaded(loaded: object, arguments: list[str]) -> None:
    assert loaded(arguments) & HEAVY == set()  # type: ignore[operator]  # a fixture that is a function


def test_help_needs_click_and_nothing_else(loaded: object) -> None:
    modules = loaded(["--help"])  # type: ignore[operator]  # see above

    assert {"click", "realtrade"} <= modules
    assert modules & {"pydantic", "pydantic_core", "rich", "yaml", "jinja2"} == set()


def test_list_needs_no_pydantic(loaded: object) -> None:
    modules = loaded(["list"])  # type: ignore[operator]  # see above

    assert modules & {"pydantic", "pydantic_core", "rich", "yaml", "jinja2"} == set()
