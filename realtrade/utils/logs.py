"""One place for the log: its form, and the redaction of secrets from every line of it."""

from __future__ import annotations

import base64
import json
import logging
import re
import threading
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Literal
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

BLOT = "***"
_MIN_LENGTH = 4
_OURS = "realtrade"
_IN_TEXT = ("event", "client_order_id")
"""Fields that a line of text ends with; a line of JSON has them all."""
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What would end a line, or write over another, in a terminal."""


class Redactor:
    """Knows the secrets of this process and blots them out of text. Safe to use from any thread.

    A secret is also found as URLs, base64 and JSON write it. Secrets shorter than four characters
    are not blotted: that would take half of every line along.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: tuple[str, ...] = ()

    def add(self, value: str) -> None:
        """Blot `value` from now on."""
        forms = {form for form in _forms(value) if len(form) >= _MIN_LENGTH}
        with self._lock:
            self._forms = tuple(sorted({*self._forms, *forms}, key=len, reverse=True))

    def redact(self, text: str) -> str:
        """Return `text` with every known secret blotted out."""
        for form in self._forms:
            if form in text:
                text = text.replace(form, BLOT)
        return text


def _forms(value: str) -> Iterable[str]:
    encoded = base64.b64encode(value.encode("utf-8", "surrogatepass")).decode()
    yield from (value, *value.splitlines(), encoded, encoded.rstrip("="))
    yield from (quote(value, "", errors="replace"), quote_plus(value, errors="replace"))
    yield from (json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1])
    yield repr(value)[1:-1]


class _Redacting(logging.Formatter):
    """Formats with another formatter, then redacts: arguments and tracebacks are covered too."""

    def __init__(self, inner: logging.Formatter, redactor: Redactor) -> None:
        super().__init__()
        self._inner = inner
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.redact(self._inner.format(record))


class _Text(logging.Formatter):
    """One line an event, whatever is in it; only a traceback of ours has lines of its own."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the standard library's name
        line = super().formatMessage(record)
        named = {key: value for key, value in _fields(record).items() if key in _IN_TEXT and value}
        line += "".join(f" {key}={value}" for key, value in named.items())
        return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), line)

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - the standard library's name
        return _moment(record)


class _Json(logging.Formatter):
    """One JSON object a line; texts are redacted before JSON escapes them."""

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redact = redactor.redact

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        for key, value in _fields(record).items():
            line.setdefault(key, self._redact(str(value)))
        if record.exc_info:
            line["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _fields(record: logging.LogRecord) -> Mapping[str, object]:
    """Return what was given along as `extra={"fields": …}`, such as a `client_order_id`."""
    fields = getattr(record, "fields", None)
    return fields if isinstance(fields, dict) else {}


def _moment(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class TailHandler(logging.Handler):
    """Hands every line, redacted and on one line, to somebody who shows the latest."""

    def __init__(self, redactor: Redactor, show: Callable[[str], None]) -> None:
        super().__init__()
        self.setFormatter(_Redacting(_Text(), redactor))
        self._show = show

    def emit(self, record: logging.LogRecord) -> None:
        """Show one line."""
        self._show(self.format(record))


def configure(
    redactor: Redactor,
    *,
    level: Literal["debug", "info", "warning", "error"] = "info",
    form: Literal["text", "json"] = "text",
    stream: IO[str] | None = None,
) -> logging.Handler:
    """Send every log line, redacted, to `stream` (stderr when None); return the handler.

    Repeating it replaces the handler of the time before. `level` holds for our own loggers,
    other people's speak from `warning` on.
    """
    handler = logging.StreamHandler(stream)
    handler.set_name(_OURS)
    handler.setFormatter(_Redacting(_Json(redactor) if form == "json" else _Text(), redactor))
    root = logging.getLogger()
    for old in [one for one in root.handlers if one.get_name() == _OURS]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OURS).setLevel(level.upper())
    return handler
