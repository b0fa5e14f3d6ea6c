"""Questions that change nothing: asked again while it may help, and their bars read with care."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import numpy as np
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_random_exponential

from realtrade.common.rest.errors import Gated, NoAnswer, NotSent, OddAnswer, Refused, RestError
from realtrade.model.bar import BarColumns
from realtrade.plugins.ports.gateway import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from realtrade.common.rest.connection import Connection
    from realtrade.common.rest.server_clock import ServerClock
    from realtrade.utils.timeframes import Timeframe

T = TypeVar("T")

TRIES = 5
_FIRST_S, _LONGEST_S = 0.25, 4.0
_SERVER_FAILED = 500
_BY_STATUS = {401: Outcome.AUTH, 418: Outcome.THROTTLED, 429: Outcome.THROTTLED}
_PASSING = frozenset({Outcome.THROTTLED, Outcome.CLOCK})
_COLUMNS = 6


class Asker(Protocol):
    """What a question needs of a store."""

    connection: Connection
    clock: ServerClock

    def outcome_of(self, error: RestError) -> Outcome:
        """Say what an error means."""
        ...


def patiently(store: Asker, ask: Callable[[], T], *, tries: int = TRIES) -> T:
    """Ask until there is an answer, `tries` times at most, ever longer apart.

    Raises:
        RestError: the last error, or the first that will not pass.
    """

    def heal(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, RestError) and store.outcome_of(error) is Outcome.CLOCK:
            store.clock.measure()

    retrying = Retrying(
        sleep=store.connection.clock.sleep,
        stop=stop_after_attempt(tries),
        wait=wait_random_exponential(multiplier=_FIRST_S, max=_LONGEST_S),
        retry=retry_if_exception(lambda error: _passes(store, error)),
        before_sleep=heal,
        reraise=True,
    )
    answer: T = retrying(ask)
    return answer


def _passes(store: Asker, error: BaseException) -> bool:
    if isinstance(error, Gated) or not isinstance(error, RestError):
        return False  # the gate has waited already as long as makes sense
    if isinstance(error, Refused | OddAnswer) and error.status >= _SERVER_FAILED:
        return True
    if store.outcome_of(error) in _PASSING:
        return True
    whole = isinstance(error, OddAnswer) and not error.status
    return whole or isinstance(error, NotSent | NoAnswer)


def general_outcome(error: RestError) -> Outcome:
    """Say what an error means on any exchange; whatever is not certain is UNKNOWN."""
    if isinstance(error, Gated):
        return Outcome.THROTTLED
    if isinstance(error, NotSent):
        return Outcome.NOT_SENT
    status = error.status if isinstance(error, Refused | OddAnswer) else 0
    return _BY_STATUS.get(status, Outcome.UNKNOWN)


def columns(
    rows: Sequence[Sequence[Any]], timeframe: Timeframe, since_ms: int, until_ms: int, now_ms: int
) -> BarColumns:
    """Return rows of open time, open, high, low, close, volume as bars that are over.

    Raises:
        OddAnswer: a row is cut short, no number, not on the timeframe's grid, or out of order.
    """
    kept: list[tuple[int, int, float, float, float, float, float]] = []
    last = -1
    for row in rows:
        time_ms, prices = _row(row)
        if time_ms <= last or timeframe.open_ms(time_ms) != time_ms:
            msg = f"a {timeframe} bar opens at {time_ms}: out of order, or not on the grid"
            raise OddAnswer(msg)
        last, due_ms = time_ms, timeframe.close_ms(time_ms)
        if since_ms <= time_ms < until_ms and due_ms <= now_ms:
            kept.append((time_ms, due_ms, *prices))
    numbers = np.array(kept, dtype=np.float64).reshape(-1, _COLUMNS + 1)
    times = np.array([row[:2] for row in kept], dtype=np.int64).reshape(-1, 2)
    return BarColumns(times[:, 0], times[:, 1], *(numbers[:, at] for at in range(2, 7)))


def _row(row: Sequence[Any]) -> tuple[int, tuple[float, float, float, float, float]]:
    try:
        time_ms = int(row[0])
        opened, high, low, close, volume = (float(value) for value in row[1:_COLUMNS])
    except (TypeError, ValueError, IndexError) as error:
        msg = f"a bar is no row of six numbers: {str(row)[:80]}"
        raise OddAnswer(msg) from error
    prices = (opened, high, low, close, volume)
    if (
        not all(map(math.isfinite, prices))
        or not low <= min(opened, close) <= max(opened, close) <= high
    ):
        msg = f"the bar that opens at {time_ms} has impossible prices: {prices}"
        raise OddAnswer(msg)
    return time_ms, prices
