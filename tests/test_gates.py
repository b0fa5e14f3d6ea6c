"""The gates of the house: style, types, floors and dependencies, each by the tool that knows it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BIN = Path(sys.executable).parent

GATES = {
    "style": ["ruff", "check", "--no-cache", "."],
    "format": ["ruff", "format", "--no-cache", "--check", "."],
    "types": ["mypy", "realtrade", "tests"],
    "floors": ["lint-imports", "--no-cache"],
    "dependencies": ["deptry", "realtrade"],
}


@pytest.mark.timeout(600)
@pytest.mark.parametrize("gate", GATES)
def test_gate_is_clean(gate: str) -> None:
    tool, *arguments = GATES[gate]

    done = subprocess.run(
        [BIN / tool, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
