"""YAML to a tree with places: events of the C parser, our own resolver, and caps on everything.

Events instead of composed nodes, because a composer follows nesting and aliases as deep as the
author of a hostile file likes; here every node is counted as it arrives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import yaml

from realtrade.recipe.findings import Findings, shown
from realtrade.recipe.flow import Events
from realtrade.recipe.scalars import NotANumber, resolve
from realtrade.recipe.source import Source, is_visible
from realtrade.recipe.tree import Entry, Items, Map, Node, Place, Scalar

if TYPE_CHECKING:
    from yaml.events import Event

MAX_DEPTH = 24
MAX_NODES = 10_000
MAX_ALIASES = 200
MAX_KEY = 100

_LOADER: Any = getattr(yaml, "CLoader", yaml.SafeLoader)
_HINTS = {
    "found character that cannot start any token": (
        "indent with spaces, not tabs; quote text that begins with @, ` or %"
    ),
    "mapping values are not allowed in this context": (
        "check the indentation; quote text with ': ' in it"
    ),
    "did not find expected ',' or '}'": (
        "close every { with }, and quote text inside that holds , : { or }"
    ),
    "did not find expected ',' or ']'": (
        "close every [ with ], and quote text inside that holds , [ or ]"
    ),
    "did not find expected key": "check the indentation of this line and the one above",
    "could not find expected ':'": "every key needs a colon and a space before its value",
}


class Refused(Exception):
    """Reading this file must stop here; the finding is already noted."""


def read_tree(source: Source, findings: Findings) -> Map | None:
    """Return the one mapping a recipe file holds, or None when there is no telling.

    Findings name everything wrong that reading on allowed to find.
    """
    findings.source(source.file, source.lines)
    node = _read(source, findings, Place(source.file, 1, 1))
    if node is None or isinstance(node, Map):
        return node
    empty = isinstance(node, Scalar) and node.value is None
    message = "the file is empty" if empty else "a recipe is a mapping of keys and values"
    findings.add("RT108", message, node.place)
    return None


def read_value(text: str, start: Place, findings: Findings) -> Node | None:
    """Return the value written in `text`, as in `--set path=value`; `start` is its place."""
    return _read(Source(start.file, text), findings, start)


def _read(source: Source, findings: Findings, start: Place) -> Node | None:
    directive = re.search(r"^%", source.text, re.MULTILINE)
    if directive:
        line = source.text.count("\n", 0, directive.start()) + 1
        message = "YAML directives are not used in recipes"
        findings.add("RT103", message, Place(start.file, line, 1))
        return None
    reader = _Reader(source, findings, start)
    try:
        return reader.document()
    except Refused:
        pass
    except yaml.YAMLError as error:
        reader.report(error)
    except (ValueError, RecursionError):  # broken escapes reach us as UnicodeError
        findings.add("RT101", "the file cannot be read as YAML", start)
    finally:
        reader.close()
    return None


class _Reader:
    def __init__(self, source: Source, findings: Findings, start: Place) -> None:
        self._loader = _LOADER(source.text)
        self._events = Events(self._loader, source.text)
        self._findings = findings
        self._start = start
        self._nodes = 0
        self._aliases = 0
        self._anchors: dict[str, tuple[Node, int] | None] = {}

    def close(self) -> None:
        self._loader.dispose()

    def document(self) -> Node:
        """Read one document and insist on the end of the file; nothing at all reads as null."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return Scalar(None, self._start)
        node = self._node(self._next(), 0)
        self._next()
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            message = "a recipe file holds one document; '---' starts a second"
            self._refuse("RT109", message, self._place(end))
        return node

    def report(self, error: yaml.YAMLError) -> None:
        """Note a syntax error at its mark."""
        mark = getattr(error, "problem_mark", None)
        problem = str(getattr(error, "problem", None) or "this is not YAML")
        hint = _HINTS.get(problem, "")
        place = self._at(mark.line, mark.column) if mark else self._start
        self._findings.add("RT101", f"YAML syntax: {problem}", place, hint=hint)

    def _next(self) -> Event:
        return self._events.next()

    def _at(self, line: int, column: int) -> Place:
        first = self._start.column - 1 if line == 0 else 0
        return Place(self._start.file, line + self._start.line, column + first + 1)

    def _place(self, event: Event) -> Place:
        mark: Any = event.start_mark
        return self._at(mark.line, mark.column)

    def _refuse(self, code: str, message: str, place: Place, hint: str = "") -> None:
        self._findings.add(code, message, place, hint=hint)
        raise Refused

    def _count(self, place: Place, nodes: int = 1) -> None:
        self._nodes += nodes
        if self._nodes > MAX_NODES:
            message = f"the recipe has more than {MAX_NODES} values, aliases counted in full"
            self._refuse("RT106", message, place)

    def _node(self, event: Any, depth: int) -> Node:
        place = self._place(event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), place)
        self._count(place)
        if depth > MAX_DEPTH:
            self._refuse("RT106", f"nesting is deeper than the limit of {MAX_DEPTH}", place)
        if event.tag is not None:
            message = "YAML tags are not used in recipes: values say themselves what they are"
            self._findings.add("RT103", message, place, hint="remove the tag that begins with '!'")
        anchor, before = event.anchor, self._nodes
        if anchor is not None:
            self._anchors[anchor] = None
        node = self._content(event, place, depth)
        if anchor is not None:
            self._anchors[anchor] = (node, self._nodes - before + 1)
        return node

    def _content(self, event: Any, place: Place, depth: int) -> Node:
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._items(place, depth)
        return self._map(place, depth)

    def _alias(self, anchor: str, place: Place) -> Node:
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._refuse("RT105", f"more than {MAX_ALIASES} aliases", place)
        found = self._anchors.get(anchor)
        if found is None:
            known = anchor in self._anchors
            reason = "holds itself" if known else "has no anchor above it"
            self._refuse("RT105", f"the alias '*{shown(anchor)}' {reason}", place)
            raise Refused  # not reached: _refuse raises; said again for the type checker
        node, nodes = found
        self._count(place, nodes)
        return node

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> Scalar:
        text = event.value
        if not is_visible(text):
            self._bad("RT107", "an escape stands for a character that cannot be shown", place)
            return Scalar("", place)
        if event.style:  # quoted, or a block
            return Scalar(text, place)
        try:
            return Scalar(resolve(text), place)
        except NotANumber as error:
            self._bad("RT110", str(error), place)
            return Scalar(text, place)

    def _bad(self, code: str, message: str, place: Place) -> None:
        self._findings.add(code, message, place)
        self._findings.spoil(place)

    def _items(self, place: Place, depth: int) -> Items:
        items: list[Node] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            items.append(self._node(event, depth + 1))
        return Items(tuple(items), place)

    def _map(self, place: Place, depth: int) -> Map:
        entries: dict[str, Entry] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            at = self._place(event)
            key = self._key(event, depth)
            node = self._node(self._next(), depth + 1)
            if key is None:
                continue
            if key in entries:
                first = entries[key].key.line
                message = f"the key '{shown(key)}' is written twice, in line {first} and {at.line}"
                self._findings.add("RT102", message, at, hint="keep one of them")
                continue
            entries[key] = Entry(at, node)
        return Map(entries, place)

    def _key(self, event: Any, depth: int) -> str | None:
        place = self._place(event)
        if not isinstance(event, yaml.ScalarEvent):
            self._node(event, depth + 1)
            hint = 'templates need quotes: "{{ … }}"'
            self._findings.add("RT111", "a key must be plain text", place, hint=hint)
            return None
        self._count(place)
        return self._checked_key(event, place)

    def _checked_key(self, event: yaml.ScalarEvent, place: Place) -> str | None:
        key = event.value
        problem = None
        if event.tag is not None:
            problem = "RT103", "YAML tags are not used in recipes", ""
        elif key == "<<" and not event.style:
            message = "merge keys ('<<') are not used in recipes"
            problem = "RT104", message, "use 'extends' or write the keys out"
        elif not key or not is_visible(key):
            problem = "RT111", "a key must be plain text", ""
        elif len(key) > MAX_KEY:
            problem = "RT111", f"a key may have at most {MAX_KEY} characters", ""
        elif "{{" in key or "{%" in key:
            problem = "RT111", "templates are for values, never for keys", ""
        if problem is None:
            return key
        code, message, hint = problem
        self._findings.add(code, message, place, hint=hint)
        return None
