"""Orders that leave while the account's events are lost: only what reduces, and only if it does.

An exchange may go on answering requests while its stream of events is down, for hours. What is held
is then known from requests alone, some seconds old: an exit that was executed meanwhile may not be
booked yet, and sending another would sell twice. So an order decided on without events is looked
into on the courier's thread, right before it leaves: everything of ours must be booked, and what is
held must be there. On swaps it is made reduce-only besides: what happens in between cannot turn the
position around.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from realtrade.common.live.sender import Sent
from realtrade.model.order import Position
from realtrade.plugins.ports.gateway import Answer, GatewayError, Outcome
from realtrade.plugins.ports.journal import JournalError
from realtrade.plugins.ports.venue import ReportKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.common.live.dispatch import Dispatch
    from realtrade.common.live.order import LiveOrder
    from realtrade.model.instrument import Instrument
    from realtrade.model.order import OrderIntent

FIRST_S = 3.0
"""How long after events stopped the account is asked for: most interruptions are shorter."""
POLL_S = 10.0
"""How often it is asked for while they stay away; symbol by symbol, so more take longer."""
_SYMBOL_S = 2.0


def keep_asking(dispatch: Dispatch, look: Callable[[], object], symbols: int) -> None:
    """Have `look` called while no events come: what reduces may go by what is known from that."""
    lost_s, again_s = dispatch.searches.lost_s, max(POLL_S, _SYMBOL_S * symbols)

    def poll() -> None:
        if dispatch.searches.lost_s == lost_s:
            look()
            dispatch.later(again_s, poll)

    dispatch.later(FIRST_S, poll)


def as_sent(dispatch: Dispatch, order: LiveOrder) -> OrderIntent:
    """Return an order as it goes out: one decided on without events only reduces."""
    instrument = dispatch.gateway.instrument(order.sent.symbol)
    short = instrument is not None and instrument.may_short
    if short and not order.protects and _is_late(dispatch, order):
        return replace(order.sent, reduce_only=True)
    return order.sent


def unheard(dispatch: Dispatch, order: LiveOrder, intent: OrderIntent) -> Callable[[], None] | None:
    """Return what becomes of an order that may not leave while events are lost, or None: it may.

    An exit that hangs on its parent may, and one decided on before: it was known what they sell.
    Anything else that was decided on before waits until events flow again.
    """
    lost = dispatch.searches.lost_s is not None
    if _is_late(dispatch, order) and intent.parent_id is None:
        return _checked(dispatch, order, intent)
    return _wait(dispatch, order, "events are lost") if lost and not order.protects else None


def _checked(
    dispatch: Dispatch, order: LiveOrder, intent: OrderIntent
) -> Callable[[], None] | None:
    try:
        reason = _objection(dispatch, intent)
    except (GatewayError, JournalError) as error:
        return _wait(dispatch, order, f"asked first, for events are lost: {error}")
    told = f"not sent while the account's events are lost: {reason}"
    return partial(dispatch.refuse, order, ReportKind.EXPIRED, told) if reason else None


def _is_late(dispatch: Dispatch, order: LiveOrder) -> bool:
    """Tell whether an order was decided on after events had stopped."""
    lost_s = dispatch.searches.lost_s
    return lost_s is not None and order.since_s > lost_s


def _wait(dispatch: Dispatch, order: LiveOrder, reason: str) -> Callable[[], None]:
    answer = Answer(outcome=Outcome.NOT_SENT, reason=reason)
    return partial(dispatch.placed, order, Sent(answer=answer, dead_at_ms=0, made=False))


def _objection(dispatch: Dispatch, intent: OrderIntent) -> str:
    """Ask the exchange; return why an order is not what the strategy takes it for, or nothing.

    Raises:
        GatewayError: no answer, or none to trust.
        JournalError: what is booked cannot be looked up.
    """
    symbol, gateway = intent.symbol, dispatch.gateway
    for fill in gateway.fills(symbol, dispatch.trades.cursor(symbol)):
        if dispatch.owns(fill.client_order_id) and not dispatch.seen.has(fill):
            return f"{fill.side} {fill.quantity} {symbol} was executed, and is not booked yet"
    instrument, held = gateway.instrument(symbol), dispatch.held(symbol)
    if instrument is None or intent.signed_quantity * held >= 0:
        return f"{held} {symbol} held are not made less by it"
    there = _there(dispatch, instrument)
    if abs(there) < abs(held) or there * held < 0:
        return f"{held} {symbol} held by our own fills, {there} there"
    return ""


def _there(dispatch: Dispatch, instrument: Instrument) -> Decimal:
    """Return what the exchange holds of an instrument, less what others have traded of it."""
    state = dispatch.gateway.state()
    if not instrument.may_short:
        balance = state.balances.get(instrument.base)
        return Decimal(0) if balance is None else balance.total
    theirs = state.positions.get(instrument.symbol, Position()).quantity
    return theirs - dispatch.trades.external().get(instrument.symbol, Decimal(0))
