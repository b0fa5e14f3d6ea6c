"""Where risk rules stand, as a person reads it of a running bot."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from realtrade.cli.status_rules import print_rules

RATE: dict[str, Any] = {
    "rule": "rate",
    "type": "order_rate",
    "text": "3 orders in the last 0:01:00 of 10 allowed",
    "value": "3",
    "limit": "10",
    "left": "7",
    "breached": False,
    "halt": None,
    "denied": 0,
    "cut": 0,
    "acted": 0,
}
HALT = {"reason": "too much", "until_ms": 1_700_000_000_000, "flatten": False}
NOTHING = {"text": "", "value": None, "limit": None, "left": None}


@pytest.mark.parametrize(
    ("changes", "cells"),
    [
        ({}, [RATE["text"], "7 (70.0%)", "-"]),
        (
            {"denied": 4, "acted": 1, "cut": 2},
            [RATE["text"], "7 (70.0%)", "4 denied, 2 cut, 1 acted"],
        ),
        ({"left": "12345.5", "limit": "-2"}, [RATE["text"], "12,345.5", "-"]),
        ({"limit": "0", "left": "0"}, [RATE["text"], "-", "-"]),
        ({"left": "0"}, [RATE["text"], "0 (0.0%)", "-"]),
        (NOTHING, ["no reading", "-", "-"]),
        ({**NOTHING, "text": "KeyError: no price"}, ["KeyError: no price", "-", "-"]),
        (
            {"halt": HALT},
            [f"halted until 2023-11-14 22:13 UTC: too much; {RATE['text']}", "7 (70.0%)", "-"],
        ),
        (
            {**NOTHING, "halt": {**HALT, "until_ms": None, "flatten": True}},
            ["halted and flattening until resumed: too much", "-", "-"],
        ),
    ],
)
def test_a_rule_is_a_line_of_tabs_in_a_pipe(
    capsys: pytest.CaptureFixture[str], changes: dict[str, Any], cells: list[str]
) -> None:
    print_rules([{**RATE, **changes}])

    line = capsys.readouterr().out.rstrip("\n")
    assert line.split("\t") == ["rule", "rate", "order_rate", *cells]


def test_rules_are_a_table_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", "160")
    monkeypatch.setenv("TERM", "dumb")  # no colours, nothing in bold

    print_rules([RATE, {**RATE, "rule": "daily", "halt": HALT, "breached": True}])
    print_rules([])

    out = capsys.readouterr().out
    lines = out.splitlines()
    assert lines[0] == ""
    assert lines[1].split() == ["rule", "type", "stands", "left", "refused"]
    assert lines[2].split()[:2] == ["rate", "order_rate"]
    assert "7 (70.0%)" in lines[2]
    assert "daily  order_rate  halted until 2023-11-14" in out
