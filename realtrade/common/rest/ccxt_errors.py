"""Say in our words what ccxt's classes mean, for exchanges without a dialect of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.rest.errors import NoAnswer, NotSent, RestError
from realtrade.common.rest.redaction import blot
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAID = 300
_SERVER_FAILED = 500
_CALM_DOWN = frozenset({418, 429})
_MEANINGS: Sequence[tuple[str, Outcome]] = (
    # The first class that fits decides: below each base stand those that are more exact.
    ("InsufficientFunds", Outcome.MARGIN),
    ("OrderNotFound", Outcome.ABSENT),
    ("DuplicateOrderId", Outcome.EXISTS),
    ("RateLimitExceeded", Outcome.THROTTLED),
    ("InvalidNonce", Outcome.CLOCK),
    ("AuthenticationError", Outcome.AUTH),
    ("InvalidOrder", Outcome.REJECTED),
    ("BadSymbol", Outcome.REJECTED),
    ("ArgumentsRequired", Outcome.REJECTED),
    ("NotSupported", Outcome.REJECTED),
)


class Told(RestError):
    """ccxt made an exception of an answer; `outcome` is what its class usually means."""

    def __init__(self, message: str, outcome: Outcome) -> None:
        super().__init__(message)
        self.outcome = outcome


def translated(error: Exception, status: int) -> RestError:
    """Return one of our errors for one that ccxt raised, or that something broke inside it.

    Where the request had got by then is not known: what is not named here may have been done.

    Args:
        error: as it was raised.
        status: of the answer; 0 where there was none.
    """
    from ccxt.base import errors

    said = blot(f"{type(error).__name__}: {error}")[:_SAID]
    if status in _CALM_DOWN or status >= _SERVER_FAILED:
        return Told(said, Outcome.THROTTLED if status in _CALM_DOWN else Outcome.UNKNOWN)
    for name, outcome in _MEANINGS:
        if isinstance(error, getattr(errors, name)):
            return Told(said, outcome)
    if isinstance(error, errors.InvalidProxySettings):
        return NotSent(said)
    return NoAnswer(said)
