"""Binance's aggregate trades and best prices as ticks of ours.

An aggregate is what one order of a taker traded at one price at once, so its quantities add up to
the volume of klines; on USDⓈ-M without trades of the insurance fund and of auto-deleveraging.
Aggregates are numbered without a gap, per market.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import OddAnswer
from realtrade.common.streaming.quotes import quote_bar
from realtrade.common.ticks import Tick

if TYPE_CHECKING:
    from realtrade.model.bar import Bar

_AHEAD_MS = 86_400_000
"""A trade a day ahead of the exchange's clock is none: its time is in another unit, say. Our idea
of that clock may be off by minutes after a long sleep, and costs no trade."""


def tick_of(trade: Any, now_ms: int) -> Tick:
    """Return an aggregate trade of a stream or of REST, which spell it alike.

    Raises:
        ValueError: it is none that can be.
        KeyError: a field is missing.
        TypeError: a field is something else.
    """
    id_, time_ms = trade["a"], trade["T"]
    price, quantity = float(trade["p"]), float(trade["q"])
    whole = type(id_) is int and type(time_ms) is int and id_ >= 0
    if not whole or not 0 < time_ms <= now_ms + _AHEAD_MS:
        msg = f"trade {str(id_)[:30]} of {str(time_ms)[:30]} is none: it is {now_ms}"
        raise ValueError(msg)
    if not (0 < price < math.inf and 0 <= quantity < math.inf):
        msg = f"trade {id_} has an impossible price or quantity"
        raise ValueError(msg)
    return Tick.of(id_, time_ms, price, quantity)


def ticks_of(rows: Any, from_id: int | None, now_ms: int) -> list[Tick]:
    """Return the rows of a REST answer, which begin with `from_id` or behind it.

    Raises:
        OddAnswer: they are none, not in order, or others than were asked for.
    """
    try:
        ticks = [tick_of(row, now_ms) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        msg = f"aggregate trades cannot be read: {type(error).__name__}: {error}"
        raise OddAnswer(msg) from error
    ids = [from_id - 1 if from_id is not None else -1, *(tick.id for tick in ticks)]
    if any(after <= before for before, after in pairwise(ids)):
        raise OddAnswer("aggregate trades out of order, or others than were asked for")
    return ticks


def quote_of(quote: Any, now_ms: int) -> tuple[int, Bar]:
    """Return a best bid and ask with its rising number; spot tells no time, so it is `now_ms`.

    Raises:
        ValueError: it is none that can be.
        KeyError: a field is missing.
        TypeError: a field is something else.
    """
    number, time_ms = quote["u"], quote.get("T", now_ms)
    bid, ask = float(quote["b"]), float(quote["a"])
    if type(number) is not int or type(time_ms) is not int or time_ms > now_ms + _AHEAD_MS:
        msg = f"quote {str(number)[:30]} of {str(time_ms)[:30]} is none: it is {now_ms}"
        raise ValueError(msg)
    if not 0 < bid <= ask < math.inf:
        msg = f"quote {number} has impossible prices"
        raise ValueError(msg)
    return number, quote_bar(time_ms, bid, ask)
