"""Bars from outside made fit to be played: on the market's steps, interleaved by time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from realtrade.model.bar import Bar, BarColumns
from realtrade.testing.exchange.player import Played

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.testing.exchange.core import Core
    from realtrade.testing.exchange.market import SimMarket

Rows = BarColumns | Sequence[Bar]
"""Bars of one market, in columns or one by one."""


def played(market: SimMarket, values: Sequence[object]) -> Played:
    """Return open, high, low, close and volume on the market's steps."""
    first, high, low, last, volume = (Decimal(str(value)) for value in values)
    prices = [market.on_tick(price) for price in (first, high, low, last)]
    return Played(prices[0], max(prices), min(prices), prices[3], market.on_lot(volume))


def groups(core: Core, bars: Mapping[str, Rows]) -> Iterator[tuple[int, dict[str, Played]]]:
    """Return open times, rising, each with the bars of the markets that have one then."""
    rows = sorted(
        (row.time_ms, symbol, row) for symbol, given in bars.items() for row in _rows(given)
    )
    for open_ms, together in groupby(rows, key=lambda each: each[0]):
        yield (
            open_ms,
            {symbol: played(core.desk(symbol).market, row[2:7]) for _, symbol, row in together},
        )


def _rows(given: Rows) -> Iterator[Bar]:
    if not isinstance(given, BarColumns):
        yield from given
        return
    for index in range(len(given)):
        yield given.bar(index)
