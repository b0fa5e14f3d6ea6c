"""Collects what is wrong with a recipe, so that everything is said at once."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from realtrade.recipe.diagnostic import Diagnostic, Severity
from realtrade.recipe.sensitive import hides, looks_sensitive
from realtrade.recipe.tree import Loc, Place, dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAX_FINDINGS = 100
_MAX_SHOWN = 60
_MAX_SOURCE = 300


class Findings:
    """Findings of one check. A value found bad once is not complained about again."""

    def __init__(self) -> None:
        self._found: dict[Diagnostic, None] = {}
        self._bad: set[Place] = set()
        self._order: dict[str, int] = {}
        self._lines: dict[str, tuple[str, ...]] = {}
        self._sensitive: dict[str, set[int]] = {}
        self._literals: set[str] = set()

    def copy(self) -> Findings:
        """Return a collection of its own that begins with what was found so far."""
        other = Findings()
        other._found, other._bad = dict(self._found), set(self._bad)
        other._order, other._lines = dict(self._order), dict(self._lines)
        other._sensitive = {file: set(lines) for file, lines in self._sensitive.items()}
        other._literals = set(self._literals)
        return other

    def source(self, file: str, lines: tuple[str, ...]) -> None:
        """Remember the lines of a file, for showing them; files are reported in this order."""
        self._order.setdefault(file, len(self._order))
        self._lines[file] = lines

    def add(
        self,
        code: str,
        message: str,
        place: Place,
        *,
        loc: Loc = (),
        hint: str = "",
        severity: Severity = "error",
    ) -> None:
        """Note one finding at `place`."""
        finding = Diagnostic(
            code=code,
            severity=severity,
            message=message,
            hint=hint,
            path=dotted(loc),
            file=place.file,
            line=place.line,
            column=place.column,
        )
        self._found[finding] = None

    def spoil(self, place: Place) -> None:
        """Mark the value at `place` as already complained about."""
        self._bad.add(place)

    def is_spoilt(self, place: Place) -> bool:
        """Tell whether the value at `place` was complained about before."""
        return place in self._bad

    def inside(self, place: Place, text: str, offset: int) -> Place:
        """Return the place `offset` characters into the text written at `place`.

        `place` itself where the line does not show that text: folded, escaped or filled in.
        """
        lines = self._lines.get(place.file, ())
        line = lines[place.line - 1] if 0 < place.line <= len(lines) else ""
        for start in (place.column - 1, place.column):  # plain, or behind a quote
            if text and line.startswith(text, start):
                return replace(place, column=start + offset + 1)
        return place

    def hide(self, literals: Iterable[tuple[str, Place]]) -> None:
        """Never show these texts nor the lines they stand on: they may be secrets."""
        for text, place in literals:
            self._sensitive.setdefault(place.file, set()).update(
                range(place.line, place.line + text.count("\n") + 1)
            )
            self._literals.update(word for word in (text, *text.split()) if hides(word))

    @property
    def broken(self) -> bool:
        """Tell whether there is any error."""
        return any(finding.severity == "error" for finding in self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """Return all findings by place, each with its source line if that may be shown."""
        rank = self._order
        ranked = sorted(
            self._found,
            key=lambda found: (rank.get(found.file, len(rank)), found.line, found.column),
        )
        shown = [self._finish(found) for found in ranked[:MAX_FINDINGS]]
        if len(ranked) > MAX_FINDINGS:
            last = shown[-1]
            message = f"{len(ranked) - MAX_FINDINGS} more findings are not shown"
            shown.append(replace(last, code="RT208", message=message, hint="", path=""))
        return tuple(shown)

    def _finish(self, found: Diagnostic) -> Diagnostic:
        return replace(
            found,
            message=self._scrub(found.message),
            hint=self._scrub(found.hint),
            path=self._scrub(found.path),
            source=self._source(found),
        )

    def _scrub(self, text: str) -> str:
        for literal in sorted(self._literals, key=len, reverse=True):
            text = text.replace(literal, "***")
        return text

    def _source(self, found: Diagnostic) -> str:
        lines = self._lines.get(found.file, ())
        number = found.line
        if not 0 < number <= len(lines) or number in self._sensitive.get(found.file, ()):
            return ""
        text = lines[number - 1]
        unread = found.code.startswith("RT1")  # then only the lines can tell what is a secret
        before = lines[number - 2] if unread and number > 1 else ""
        if len(text) > _MAX_SOURCE or not text.replace("\t", " ").isprintable():
            return ""
        secret = looks_sensitive(text) or looks_sensitive(before) or text != self._scrub(text)
        return "" if secret else text


def shown(text: str) -> str:
    """Return `text` fit for a message: short, in one line, nothing invisible."""
    safe = "".join(letter if letter.isprintable() else "?" for letter in text[: _MAX_SHOWN + 1])
    return f"{safe[:_MAX_SHOWN]}…" if len(text) > _MAX_SHOWN else safe


def did_you_mean(word: str, known: Iterable[str] | Mapping[str, object]) -> str:
    """Return a hint naming the closest known word, or all of them when there are few."""
    words = sorted(set(known))
    near = difflib.get_close_matches(word[:_MAX_SHOWN], words, n=1)
    if near:
        return f"did you mean '{near[0]}'?"
    few = 20
    return f"known: {', '.join(words)}" if 0 < len(words) <= few else ""
