from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from realtrade.recipe import Diagnostic, render
from realtrade.recipe.codes import codes
from realtrade.recipe.findings import MAX_FINDINGS, Findings, did_you_mean, shown
from realtrade.recipe.tree import Place

if TYPE_CHECKING:
    from collections.abc import Callable

FOUND = Diagnostic(
    code="RT201",
    message="unknown key 'histroy'",
    hint="did you mean 'history'?",
    path="feeds.btc_1h.histroy",
    file="recipes/btc.yaml",
    line=10,
    column=45,
    source="  btc_1h: {symbol: BTC/USDT, timeframe: 1h, histroy: 10}",
)
TEXT = """\
error[RT201]: unknown key 'histroy'
  --> recipes/btc.yaml:10:45  (feeds.btc_1h.histroy)
   10 |   btc_1h: {symbol: BTC/USDT, timeframe: 1h, histroy: 10}
      |                                             ^ did you mean 'history'?"""


def test_text_is_as_the_design_draws_it() -> None:
    assert render([FOUND]) == TEXT


def test_text_without_a_source_line_keeps_the_hint() -> None:
    bare = Diagnostic(code="RT601", message="no", hint="do", file="x", line=1, column=2)

    assert render([bare, bare], "text") == "\n\n".join(
        ["error[RT601]: no\n  --> x:1:2\n   = do"] * 2
    )


@pytest.mark.parametrize(
    ("source", "column", "caret"),
    [
        ("\tx: 1", 2, "      | \t^"),
        ("中: 1", 4, "      |     ^"),
        ("e\u0301: 1", 5, "      |    ^"),
    ],
)
def test_the_caret_stands_below(source: str, column: int, caret: str) -> None:
    found = Diagnostic(code="RT201", message="m", file="x", line=3, column=column, source=source)

    assert render([found]).splitlines()[-1] == caret


def test_json_has_the_agreed_shape() -> None:
    assert json.loads(render([FOUND], "json")) == {
        "format_version": 1,
        "valid": False,
        "diagnostics": [
            {
                "code": "RT201",
                "severity": "error",
                "message": "unknown key 'histroy'",
                "hint": "did you mean 'history'?",
                "path": "feeds.btc_1h.histroy",
                "file": "recipes/btc.yaml",
                "line": 10,
                "column": 45,
            }
        ],
    }


@pytest.mark.parametrize(
    ("found", "valid"),
    [([], True), ([Diagnostic(code="RT201", severity="warning", message="m")], True)],
)
def test_json_is_valid_without_errors(found: list[Diagnostic], valid: bool) -> None:
    assert json.loads(render(found, "json"))["valid"] is valid


def test_github_escapes() -> None:
    found = Diagnostic(
        code="RT201", message="50%\nmore", file="a,b:c.yaml", line=1, column=2, severity="warning"
    )

    assert render([found], "github") == (
        "::warning file=a%2Cb%3Ac.yaml,line=1,col=2,title=RT201::50%25%0Amore"
    )


def test_sarif_names_rules_and_places() -> None:
    log = json.loads(render([FOUND], "sarif"))
    (run,) = log["runs"]

    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"] == [
        {"id": "RT201", "shortDescription": {"text": "unknown key"}}
    ]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("RT201", "error")
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "recipes/btc.yaml"},
        "region": {"startLine": 10, "startColumn": 45},
    }


def test_an_unknown_format() -> None:
    with pytest.raises(KeyError):
        render([], "html")


def test_nothing_found_is_nothing_said() -> None:
    assert render([]) == ""
    assert render([], "github") == ""


def test_every_code_has_a_title_and_both_examples() -> None:
    for code in codes().values():
        assert code.title
        assert "wrong" in code.page
        assert "right" in code.page


def test_findings_are_sorted_and_bounded() -> None:
    findings = Findings()
    findings.source("b", ())
    findings.source("a", ())
    for line in range(MAX_FINDINGS + 20, 0, -1):
        findings.add("RT201", "m", Place("a", line, 1))
    findings.add("RT201", "m", Place("b", 5, 1))
    findings.add("RT201", "m", Place("b", 5, 1))

    found = findings.sorted()

    assert [(one.file, one.line) for one in found[:3]] == [("b", 5), ("a", 1), ("a", 2)]
    assert len(found) == MAX_FINDINGS + 1
    assert (found[-1].code, found[-1].message) == ("RT208", "21 more findings are not shown")


def test_warnings_break_nothing() -> None:
    findings = Findings()
    findings.add("RT201", "m", Place("a", 1, 1), severity="warning")

    assert not findings.broken


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("histroy", "did you mean 'history'?"),
        ("zzz", "known: history, symbol"),
    ],
)
def test_hints(word: str, hint: str) -> None:
    assert did_you_mean(word, ["symbol", "history"]) == hint


def test_too_many_known_words_are_not_listed() -> None:
    assert did_you_mean("zzz", [f"word{n}" for n in range(30)]) == ""
    assert did_you_mean("zzz", []) == ""


def test_shown_text_is_short_and_visible() -> None:
    assert shown("a\x1b[31m\n") == "a?[31m?"
    assert shown("x" * 100) == "x" * 60 + "…"


def test_long_and_strange_lines_are_not_shown(check: Callable[..., list[Diagnostic]]) -> None:
    (found, *_) = check("a: 1 # " + "x" * 400 + "\n")

    assert found.source == ""
