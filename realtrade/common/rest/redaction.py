"""Blot signatures and keys out of what libraries say; the values themselves are the redactor's."""

from __future__ import annotations

import logging
import re

_PAIRS = re.compile(
    r"(?i)\b(signature|listenKey|api[-_]?key|secret|token|X-MBX-APIKEY)(['\"]?\s*[=:]\s*['\"]?)"
    r"[^&\s'\",)}]+"
)


def blot(text: str) -> str:
    """Return `text` with the values of keys, signatures and listen keys blotted out."""
    return _PAIRS.sub(r"\1\2***", text)


class _Blotting(logging.Filter):
    """Blots out secrets of a log line before any handler sees it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = blot(record.getMessage())
        record.args = ()
        return True


_BLOTTING = _Blotting()


def quiet(name: str) -> None:
    """Have no line of the loggers `name` and below it carry a secret.

    A filter on a logger holds for its own lines only, so its known children get it too.
    """
    known = [one for one in logging.Logger.manager.loggerDict if one.startswith(f"{name}.")]
    for one in (name, *known):
        logging.getLogger(one).addFilter(_BLOTTING)  # adding it twice changes nothing
