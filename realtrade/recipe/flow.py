"""Expressions between braces: a comma within their parentheses does not end them.

To YAML `{fast: sma(close, 10)}` is `fast: "sma(close"` and a key `10)` without a value. Nobody who
writes that means it, so such pieces are put together again, as they stand in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from yaml.events import Event

MAX_PIECES = 100
"""Pieces of one expression at most; what is longer is left as YAML read it."""


class Events:
    """The events of a YAML loader, with expressions in one piece."""

    def __init__(self, loader: Any, text: str) -> None:
        self._loader = loader
        self._text = text
        self._ahead: list[Any] = []
        self._in_braces: list[bool] = []

    def next(self) -> Event:
        """Return the next event.

        Raises:
            yaml.YAMLError: the text is no YAML from here on.
        """
        event: Any = self._ahead.pop(0) if self._ahead else self._loader.get_event()
        if isinstance(event, yaml.CollectionStartEvent):
            self._in_braces.append(
                bool(event.flow_style) and isinstance(event, yaml.MappingStartEvent)
            )
        elif isinstance(event, yaml.CollectionEndEvent):
            self._in_braces.pop()
        elif self._in_braces and self._in_braces[-1] and _is_open(event):
            self._complete(event)
        return event  # type: ignore[no-any-return]  # a loader's events have no type

    def _complete(self, event: Any) -> None:
        """Add to an open expression the keys without values that follow it, up to its end."""
        pieces = 0
        while _is_open(event) and pieces < MAX_PIECES and self._piece_follows():
            piece = self._ahead[0]
            whole = self._text[event.start_mark.index : piece.end_mark.index]
            if not whole.startswith(event.value):
                return
            del self._ahead[:2]
            event.value, event.end_mark = whole, piece.end_mark
            pieces += 1

    def _piece_follows(self) -> bool:
        while len(self._ahead) < 2:  # noqa: PLR2004 - a key and its value
            self._ahead.append(self._loader.get_event())
        key, value = self._ahead[:2]
        return _is_plain(key) and bool(key.value) and _is_plain(value) and not value.value


def _is_plain(event: Any) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.style and event.tag is None


def _is_open(event: Any) -> bool:
    return _is_plain(event) and event.value.count("(") > event.value.count(")")
