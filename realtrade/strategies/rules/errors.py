"""What is wrong with an expression, and at which character."""

from __future__ import annotations


class ExpressionError(Exception):
    """An expression cannot be used.

    Attributes:
        message: the fact, without the place.
        at: index of the character it begins at, from 0.
        hint: what to write instead, or empty.
    """

    def __init__(self, message: str, at: int, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.at = at
        self.hint = hint
