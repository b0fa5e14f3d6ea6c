"""What Binance's error numbers mean for an order; the table the whole dialect decides by.

Sources: Binance's error code pages for spot and USDⓈ-M. A number that is not here, and every
answer with a status from 500 on, leaves the outcome unknown: nothing is ever assumed undone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.rest.errors import Refused
from realtrade.common.rest.reading import general_outcome
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from realtrade.common.rest.errors import RestError

_SERVER_FAILED = 500
_CLIENT_FAILED = 400
_CLOCK = frozenset({-1021, -5028})
_AUTH = frozenset({-1002, -1011, -1022, -2014, -2015, -2017})
_THROTTLED = frozenset({-1003, -1015})
_MARGIN = frozenset({-2018, -2019})
_EXISTS = frozenset({-4116})
_ABSENT = frozenset({-2011, -2013})
_UNKNOWN = frozenset({-1000, -1001, -1006, -1007, -1008})
_NEW_ORDER = -2010
_DUPLICATE = "duplicate order sent"
_NO_MONEY = "insufficient balance"
_REFUSED = frozenset({-1010, -1013, -1014, -1020, -2007, _NEW_ORDER})
_REFUSED_RANGES = (
    range(-1199, -1099),
    range(-2028, -2019),
    range(-4999, -3999),
    range(-5043, -5020),
)
"""Mistakes in a request, rules of a symbol, and orders that could not be placed as asked."""
FILTERS = frozenset({-1013, -1111, -4003, -4004, -4005, -4014, -4023, -4164})
"""The order did not fit the symbol's rules: they may have changed since they were read."""


def outcome_of(error: RestError) -> Outcome:
    """Say what an error means for the request that met it."""
    if not isinstance(error, Refused) or error.code is None:
        return general_outcome(error)
    if not _CLIENT_FAILED <= error.status < _SERVER_FAILED:
        return Outcome.UNKNOWN
    if error.code == _NEW_ORDER:
        return _new_order(error.said.lower())
    return _by_number(error.code) or general_outcome(error)


def _new_order(said: str) -> Outcome:
    """-2010 is the one number whose words decide: three different things share it."""
    if _DUPLICATE in said:
        return Outcome.EXISTS
    return Outcome.MARGIN if _NO_MONEY in said else Outcome.REJECTED


def _by_number(code: int) -> Outcome | None:
    for numbers, outcome in (
        (_CLOCK, Outcome.CLOCK),
        (_AUTH, Outcome.AUTH),
        (_THROTTLED, Outcome.THROTTLED),
        (_MARGIN, Outcome.MARGIN),
        (_EXISTS, Outcome.EXISTS),
        (_ABSENT, Outcome.ABSENT),
        (_UNKNOWN, Outcome.UNKNOWN),
        (_REFUSED, Outcome.REJECTED),
    ):
        if code in numbers:
            return outcome
    return Outcome.REJECTED if any(code in numbers for numbers in _REFUSED_RANGES) else None
