from __future__ import annotations

import json
from typing import TYPE_CHECKING

from realtrade.recipe import schema_text

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command


def test_prints_the_schema_of_the_built_in_plugins(realtrade: Command) -> None:
    result = realtrade("schema")

    assert result.exit_code == 0
    assert result.stdout == schema_text()


def test_writes_to_a_file_with_the_plugins_installed_here(
    realtrade: Command, tmp_path: Path
) -> None:
    out = tmp_path / "schemas/local.json"

    result = realtrade("schema", "--local", "-o", out)

    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"wrote {out}\n"
    assert "ma_cross" in json.dumps(json.loads(out.read_text()))
