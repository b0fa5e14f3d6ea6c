"""What is about to leave: read back from the bytes, so that nothing has to be believed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

from realtrade.common.rest.errors import RestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from realtrade.common.rest.session import Session

_READS = frozenset({"GET", "HEAD"})


class Withheld(RestError):
    """A request was kept back: it was not what was asked for. Nothing has left."""


class Rehearsed(RestError):
    """A request came as far as the door, where somebody only wanted to see it."""

    def __init__(self, leaving: Leaving) -> None:
        super().__init__("rehearsed")
        self.leaving = leaving


@dataclass(frozen=True, slots=True)
class Leaving:
    """One request, taken apart."""

    method: str
    path: str
    values: Mapping[str, str]
    """By the name they leave under, those inside others with a dot between."""

    def name_of(self, text: str) -> str | None:
        """Return under which name a text leaves, `path` where it is in the address, or None."""
        for name, value in self.values.items():
            if value == text:
                return name
        return "path" if text in self.path.split("/") else None

    def has_number(self, wanted: Decimal) -> bool:
        """Tell whether a number leaves as it is, however many zeros behind the point."""
        return any(_number(value) == wanted for value in self.values.values())


def read(method: str, url: str, body: bytes | None) -> Leaving:
    """Take a request apart: what its query and its body, a form or JSON, say."""
    parts = urlsplit(url)
    values = dict(parse_qsl(parts.query, keep_blank_values=True))
    text = (body or b"").decode("utf-8", "replace")
    try:
        values.update(_flat(json.loads(text, parse_float=str, parse_int=str)))
    except ValueError:
        values.update(parse_qsl(text, keep_blank_values=True))
    return Leaving(method.upper(), unquote(parts.path), values)


def _flat(told: Any, name: str = "") -> Iterator[tuple[str, str]]:
    inner: Any = ()
    if isinstance(told, dict):
        inner = told.items()
    elif isinstance(told, list):
        inner = enumerate(told)
    else:
        yield name, "" if told is None else str(told)
    for key, value in inner:
        yield from _flat(value, f"{name}.{key}" if name else str(key))


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


class Departure:
    """Lets the one request of a call through that changes something, if it is as wanted."""

    def __init__(self, objection: Callable[[Leaving], str | None]) -> None:
        self._objection = objection
        self.left = False
        """The request has been handed on: from here on it may have arrived."""
        self.asked = False
        """Something was asked behind it: an error may be of that."""

    def __call__(self, method: str, url: str, body: bytes | None) -> None:
        """Look at a request.

        Raises:
            Withheld: it is not as wanted, or the second one.
        """
        if method.upper() in _READS:
            self.asked = self.asked or self.left
            return
        if self.left:
            raise Withheld("ccxt was about to send a second request for one order")
        why = self._objection(read(method, url, body))
        if why is not None:
            raise Withheld(why)
        self.left = True


@contextmanager
def guarded(session: Session, guard: Callable[[str, str, bytes | None], None]) -> Iterator[None]:
    """Have a guard look at everything that a client sends meanwhile."""
    session.guard = guard
    try:
        yield
    finally:
        session.guard = None


def rehearse(client: Any, act: Callable[[], Any], text: str) -> Leaving | None:
    """Return the request by which `act` would change something, or ask by `text`; none leaves.

    Harmless questions on the way there are asked.

    Raises:
        RestError: one of these was not answered.
        Exception: whatever ccxt has against it.
    """

    def look(method: str, url: str, body: bytes | None) -> None:
        leaving = read(method, url, body)
        if leaving.method not in _READS or leaving.name_of(text) is not None:
            raise Rehearsed(leaving)

    wiring = client.wiring
    wiring.rehearses = True
    try:
        with guarded(wiring.session, look):
            act()
    except Rehearsed as seen:
        return seen.leaving
    finally:
        wiring.rehearses = False
    return None
