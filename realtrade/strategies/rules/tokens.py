"""An expression cut into words: names, numbers and signs, each with its place."""

from __future__ import annotations

import re
from typing import NamedTuple

from realtrade.strategies.rules.errors import ExpressionError

MAX_LENGTH = 1_000
"""Characters of one expression."""

_WORDS = re.compile(
    r"""(?P<space>[ \t\r\n]+)
    |(?P<number>[0-9]{1,15}(?:\.[0-9]{1,15})?(?![0-9A-Za-z_.%]))
    |(?P<name>[A-Za-z_][A-Za-z0-9_]{0,62}(?![A-Za-z0-9_]))
    |(?P<sign><=|>=|==|!=|&&|\|\||\*\*|[-+*/<>()\[\],.=!&|^?:%])
    """,
    re.VERBOSE | re.ASCII,
)
_INSTEAD = {
    "=": "to compare, write ==",
    "&&": "write and",
    "||": "write or",
    "&": "write and",
    "|": "write or",
    "!": "write not",
    "**": "multiply: x * x",
    "^": "multiply: x * x",
    "%": "write a percentage as a number: 5% is 0.05",
    "?": "there is no choice between two values; use and, or, not",
    ":": "there is no choice between two values; use and, or, not",
}
_NAME_LIKE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_NUMBER_LIKE = re.compile(r"[0-9][0-9A-Za-z_.]*%?", re.ASCII)


class Token(NamedTuple):
    """One word of an expression."""

    kind: str
    """`name`, `number`, `sign` or `end`."""
    text: str
    at: int
    """Index of its first character."""


def tokens(text: str) -> list[Token]:
    """Return the words of `text`, the last of kind `end`.

    Raises:
        ExpressionError: it is too long, or holds something that is no word.
    """
    if len(text) > MAX_LENGTH:
        message = f"the expression is longer than {MAX_LENGTH} characters"
        hint = "name parts of it under indicators"
        raise ExpressionError(message, MAX_LENGTH, hint)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORDS.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind, word = match.lastgroup or "", match.group()
        if word in _INSTEAD:
            message = f"'{word}' is not part of the language"
            raise ExpressionError(message, at, _INSTEAD[word])
        if kind != "space":
            found.append(Token(kind, word, at))
        at = match.end()
    found.append(Token("end", "", len(text)))
    return found


def _unreadable(text: str, at: int) -> ExpressionError:
    if number := _NUMBER_LIKE.match(text, at):
        return _bad_number(number.group(), at)
    if _NAME_LIKE.match(text, at):
        return ExpressionError("a name has at most 63 characters", at)
    letter = text[at]
    if letter in "\"'`":
        return ExpressionError("there is no text in expressions", at, "write names without quotes")
    code = f"U+{ord(letter):04X}"
    name = f"'{letter}' ({code})" if letter.isprintable() and not letter.isspace() else code
    return ExpressionError(f"the character {name} is not part of the language", at)


def _bad_number(word: str, at: int) -> ExpressionError:
    if word.endswith("%"):
        return ExpressionError("a percentage is not a number here", at, _INSTEAD["%"])
    hint = "numbers look like 30 or 0.05, with at most 15 digits on each side of the point"
    return ExpressionError(f"'{word[:40]}' is not a number", at, hint)
