"""What an error means for an order: ccxt's class for it counts only where nothing else may be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.common.rest.ccxt_errors import Told
from realtrade.common.rest.errors import Gated, Refused, RestError
from realtrade.generic_ccxt.leaving import Withheld
from realtrade.plugins.ports.gateway import Answer, Outcome

if TYPE_CHECKING:
    from realtrade.generic_ccxt.store import CcxtStore

_THERE_ALREADY = (
    "duplicate", "already exist", "repeated", "already been used", "not unique", "orderlinkid"
)  # fmt: skip
"""Words for an order that is there: ccxt calls that an invalid order on many exchanges."""


def what_came(store: CcxtStore, error: RestError) -> Answer:
    """Return the answer to a request that may have left."""
    outcome = store.outcome_of(error)
    if outcome is Outcome.REJECTED and any(one in str(error).lower() for one in _THERE_ALREADY):
        outcome = Outcome.EXISTS
    if isinstance(error, Withheld):
        outcome = Outcome.UNKNOWN
    return _answer(store, error, outcome)


def unsent(store: CcxtStore, error: RestError) -> Answer:
    """Return the answer to an order that has certainly not left."""
    told = isinstance(error, Told) and error.outcome in {Outcome.REJECTED, Outcome.MARGIN}
    if told or isinstance(error, Withheld):
        return _answer(store, error, Outcome.REJECTED)
    outcome = store.outcome_of(error)
    kept = {Outcome.THROTTLED, Outcome.CLOCK, Outcome.AUTH}
    return _answer(store, error, outcome if outcome in kept else Outcome.NOT_SENT)


def _answer(store: CcxtStore, error: RestError, outcome: Outcome) -> Answer:
    wait_s = error.retry_after_s if isinstance(error, Refused | Gated) else None
    if wait_s is None and outcome is Outcome.THROTTLED:
        wait_s = store.exchange.wiring.session.retry_after_s
    code = error.code if isinstance(error, Refused) else None
    return Answer(outcome=outcome, code=code, reason=str(error), retry_after_s=wait_s)
