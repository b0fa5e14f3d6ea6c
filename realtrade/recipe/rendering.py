"""Findings as text for people, JSON for programs, annotations for GitHub, SARIF for scanners."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from realtrade.recipe.codes import codes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.recipe.diagnostic import Diagnostic

Format = Literal["text", "json", "github", "sarif"]
FORMAT_VERSION = 1


def render(diagnostics: Sequence[Diagnostic], fmt: Format | str = "text") -> str:
    """Return the findings in one of `text`, `json`, `github`, `sarif`, without a last newline.

    Raises:
        KeyError: no such format.
    """
    return _FORMATS[fmt](diagnostics)


def _text(diagnostics: Sequence[Diagnostic]) -> str:
    return "\n\n".join(_one(found) for found in diagnostics)


def _one(found: Diagnostic) -> str:
    place = f"  ({found.path})" if found.path else ""
    lines = [
        f"{found.severity}[{found.code}]: {found.message}",
        f"  --> {found.file}:{found.line}:{found.column}{place}",
    ]
    if found.source:
        lines += _caret(found)
    elif found.hint:
        lines.append(f"   = {found.hint}")
    return "\n".join(lines)


def _caret(found: Diagnostic) -> list[str]:
    number = f" {found.line:>4} | "
    before = found.source[: found.column - 1]
    pad = "".join("\t" if letter == "\t" else " " * _width(letter) for letter in before)
    blank = " " * (len(number) - 2)
    return [f"{number}{found.source}", f"{blank}| {pad}^ {found.hint}".rstrip()]


def _width(letter: str) -> int:
    from unicodedata import combining, east_asian_width

    if combining(letter):
        return 0
    return 2 if east_asian_width(letter) in "WF" else 1


def _json(diagnostics: Sequence[Diagnostic]) -> str:
    found = [
        {
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "hint": one.hint,
            "path": one.path,
            "file": one.file,
            "line": one.line,
            "column": one.column,
        }
        for one in diagnostics
    ]
    valid = all(one.severity != "error" for one in diagnostics)
    whole = {"format_version": FORMAT_VERSION, "valid": valid, "diagnostics": found}
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _github(diagnostics: Sequence[Diagnostic]) -> str:
    return "\n".join(_annotation(one) for one in diagnostics)


def _annotation(one: Diagnostic) -> str:
    message = f"{one.message}; {one.hint}" if one.hint else one.message
    properties = {
        "file": one.file,
        "line": str(one.line),
        "col": str(one.column),
        "title": one.code,
    }
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{one.severity} {written}::{_escaped(message)}"


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


def _sarif(diagnostics: Sequence[Diagnostic]) -> str:
    used = sorted({one.code for one in diagnostics})
    rules = [{"id": code, "shortDescription": {"text": _title(code)}} for code in used]
    driver = {"name": "realtrade", "rules": rules}
    run = {"tool": {"driver": driver}, "results": [_result(one) for one in diagnostics]}
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(log, indent=2, ensure_ascii=False)


def _title(code: str) -> str:
    known = codes()
    return known[code].title if code in known else code


def _result(one: Diagnostic) -> dict[str, Any]:
    from urllib.parse import quote

    region = {"startLine": max(one.line, 1), "startColumn": max(one.column, 1)}
    location = {"artifactLocation": {"uri": quote(one.file)}, "region": region}
    message = f"{one.message}; {one.hint}" if one.hint else one.message
    return {
        "ruleId": one.code,
        "level": one.severity,
        "message": {"text": message},
        "locations": [{"physicalLocation": location}],
    }


_FORMATS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {
    "text": _text,
    "json": _json,
    "github": _github,
    "sarif": _sarif,
}
