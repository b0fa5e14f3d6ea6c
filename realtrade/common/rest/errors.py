"""What a REST request comes to when it does not succeed; no message has a secret in it."""

from __future__ import annotations


class RestError(Exception):
    """A request was not answered as hoped."""


class NotSent(RestError):
    """No byte of the request left: there was no connection, or we ourselves kept it back."""


class Gated(NotSent):
    """Our own rate gate kept a request back."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class NoAnswer(RestError):
    """At least a part of the request left, and no whole answer came: it may have been done."""


class OddAnswer(RestError):
    """A whole answer came that is none of the exchange's: no JSON, empty, too large."""

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status


class Refused(RestError):
    """The exchange answered with an error of its own."""

    def __init__(
        self,
        message: str,
        *,
        status: int,
        code: int | None = None,
        said: str = "",
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        """The exchange's number for it."""
        self.said = said
        """The exchange's words for it: hostile text, to be escaped where it is shown."""
        self.retry_after_s = retry_after_s
