"""Text from an exchange, made harmless for people: no control characters, no mentions."""

from __future__ import annotations

import re

MOST = 3_500
"""Characters of a message; Telegram takes 4,096 of a message, marks included."""
_TITLE_MOST = 200
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029]+")
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""What reverses or hides text."""
_MENTION = re.compile(r"(?<![\w.])@(?=\w)|<(?=[@!#])")
"""`@everyone`, `<!channel>`, `<@U123>`; not the `@` of an address or a price."""
_APART = "\u2060"
"""A word joiner: it shows as nothing, and keeps a service from seeing a mention."""


def harmless(text: str, most: int = MOST) -> str:
    """Return a message's text: lines stay, everything that acts is taken out or broken up.

    It has `most` characters at most.
    """
    text = _INVISIBLE.sub("", text.replace("\r\n", "\n"))
    text = _CONTROL.sub(" ", text)
    text = _MENTION.sub(lambda found: found[0] + _APART, text)
    return text if len(text) <= most else text[: most - 1] + "…"


def title(text: str) -> str:
    """Return a title: one line, which a mail's header or a link cannot be ended in."""
    line = " ".join(harmless(text).split())
    return line if len(line) <= _TITLE_MOST else line[: _TITLE_MOST - 1] + "…"
