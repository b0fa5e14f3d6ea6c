"""How a fill or a bar changes what is remembered of an open position."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.model.order import Side
from realtrade.model.remembered import ClosedTrade, Entry
from realtrade.risk.steps import exact

if TYPE_CHECKING:
    from realtrade.model.bar import Bar
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import Fill, Position
    from realtrade.plugins.ports.account import AccountView


def after_fill(
    entry: Entry | None, fill: Fill, account: AccountView
) -> tuple[Entry | None, ClosedTrade | None]:
    """Return the symbol's entry after `fill`, and the trade it closed, if it did.

    The account is the truth about what is held: fees taken in the base currency and positions
    that were there before us make it differ from the sum of fills.
    """
    held = account.position(fill.symbol).quantity
    instrument = account.instrument(fill.symbol)
    delta = fill.quantity if fill.side is Side.BUY else -fill.quantity
    fee = _fee(fill, instrument)
    if entry is None:
        return _opened(fill, held, fee, instrument) if held * delta > 0 else None, None
    if entry.quantity * delta > 0:
        return _grown(entry, fill, held, fee, instrument), None
    closing = min(abs(entry.quantity), fill.quantity)
    share = fee * closing / fill.quantity
    won = entry.direction * closing * (fill.price - entry.price) * instrument.contract_size
    rest = replace(entry, quantity=held, realised=entry.realised + won - share)
    if held * entry.quantity > 0:
        return rest, None
    trade = _closed(rest, fill.time_ms)
    return (_opened(fill, held, fee - share, instrument) if held else None), trade


def on_bars(fill: Fill, account: AccountView) -> int:
    """Return when the bar began within which `fill` happened, as far as bars are known.

    An exchange stamps a fill some milliseconds behind the bar it was decided on. Taken as it is,
    three hours later would be one bar later than in a backtest.
    """
    now_ms, time_ms = account.now_ms, fill.time_ms
    if time_ms >= now_ms:
        return now_ms or time_ms  # before the first bar of a start there is no such moment
    for bar in account.bars(fill.symbol, 1):
        if bar.time_ms < time_ms < bar.due_ms:
            return bar.time_ms
    return time_ms


def adopted(symbol: str, position: Position, now_ms: int, instrument: Instrument) -> Entry:
    """Return an entry for a position that was not seen to be opened."""
    return Entry(
        symbol=symbol,
        quantity=position.quantity,
        price=position.price,
        opened_ms=now_ms,
        largest=abs(position.quantity),
        notional=abs(position.quantity) * position.price * instrument.contract_size,
        highest=position.price,
        lowest=position.price,
    )


def with_bar(entry: Entry, bar: Bar) -> Entry:
    """Return `entry` with a bar's prices taken in.

    A bar seen before, or begun before the position was opened, gives its close only: its high and
    low may be older than the position, or were weighed already.
    """
    low, high = prices(entry, bar)
    return replace(
        entry,
        lowest=min(low, entry.lowest),
        highest=max(high, entry.highest),
        seen_ms=max(entry.seen_ms, bar.time_ms),
    )


def is_new(bar: Bar, entry: Entry) -> bool:
    """Tell whether the position has lived through all of `bar`, which was not seen before."""
    return bar.time_ms > entry.seen_ms and bar.time_ms >= entry.opened_ms


def prices(entry: Entry, bar: Bar) -> tuple[Decimal, Decimal]:
    """Return the lowest and the highest price of `bar` that the position has lived through."""
    if is_new(bar, entry):
        return exact(bar.low), exact(bar.high)
    close = exact(bar.close)
    return close, close


def _opened(fill: Fill, held: Decimal, fee: Decimal, instrument: Instrument) -> Entry:
    return Entry(
        symbol=fill.symbol,
        quantity=held,
        price=fill.price,
        opened_ms=fill.time_ms,
        largest=abs(held),
        notional=abs(held) * fill.price * instrument.contract_size,
        highest=fill.price,
        lowest=fill.price,
        realised=-fee,
    )


def _grown(
    entry: Entry, fill: Fill, held: Decimal, fee: Decimal, instrument: Instrument
) -> Entry | None:
    if held * entry.quantity <= 0:
        return None
    before = abs(entry.quantity)
    return replace(
        entry,
        quantity=held,
        price=(before * entry.price + fill.quantity * fill.price) / (before + fill.quantity),
        largest=max(entry.largest, abs(held)),
        notional=entry.notional + fill.quantity * fill.price * instrument.contract_size,
        highest=max(entry.highest, fill.price),
        lowest=min(entry.lowest, fill.price),
        realised=entry.realised - fee,
    )


def _closed(entry: Entry, now_ms: int) -> ClosedTrade:
    return ClosedTrade(
        symbol=entry.symbol,
        opened_ms=entry.opened_ms,
        closed_ms=now_ms,
        pnl=entry.realised,
        gain=entry.realised / entry.notional if entry.notional else Decimal(0),
    )


def _fee(fill: Fill, instrument: Instrument) -> Decimal:
    """Return the fee in quote currency.

    One paid in a third currency, such as an exchange's own coin, is no money of this account, as
    in the ledger: its price is not known here.
    """
    if fill.fee_currency == instrument.base:
        return fill.fee * fill.price
    return fill.fee if fill.fee_currency == instrument.quote else Decimal(0)
