"""Taking over what an exchange holds and nobody here knew: positions, and orders with our names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.common.broker.revival import revive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.common.base_broker import BaseBroker
    from realtrade.common.broker.listing import Listing
    from realtrade.common.broker.restart import OpenTrades
    from realtrade.model.order import Position
    from realtrade.plugins.ports.journal import KnownOrder


def set_position(
    broker: BaseBroker,
    symbol: str,
    position: Position,
    trades: OpenTrades | None = None,
    strategies: Sequence[Any] = (),
) -> None:
    """Have books, strategy and its open trade hold something else; nothing is traded.

    The strategy hears nothing of it: its next look at its position finds it. Risk rules go by the
    account, and take what they have not seen opened for opened now.

    Args:
        broker: whose books.
        symbol: of one of its feeds; a KeyError where there is none.
        position: held from now on.
        trades: open trades that wait for their feed's first bar; None when there are none.
        strategies: those that run already.
    """
    shown = float(broker.books.set(symbol, position).quantity)
    listings = [one for one in broker.listings if one.symbol == symbol]
    price = float(position.price) if shown else 0.0
    listings[0].position.size, listings[0].position.price = shown, price
    if strategies and len(listings[0].tape):
        _set_trades(strategies[0], listings, shown, price)
    elif trades is not None:
        trades.expect(listings[0], position)


def carrier(broker: BaseBroker, symbol: str) -> Listing | None:
    """Return the first feed of a symbol, always the same one; None where there is none."""
    return next((listing for listing in broker.listings if listing.symbol == symbol), None)


def _set_trades(strategy: Any, listings: Sequence[Listing], size: float, price: float) -> None:
    """Bring Backtrader's open trades in line, or the next sale would open a short one."""
    from realtrade.common.broker.restart import open_trade

    carriers = strategy._trades  # noqa: SLF001  # Backtrader's own name
    lists = [trades for one in listings for trades in carriers[one.data].values()]
    found = [trades[-1] for trades in lists if trades and trades[-1].isopen]
    for number, trade in enumerate(found):
        held = 0.0 if number else size
        trade.size, trade.price, trade.value = held, price, held * price
        trade.isopen, trade.isclosed, trade.long = bool(held), not held, held > 0
        trade.status = bt.Trade.Open if held else bt.Trade.Closed
    if size and not found:
        carriers[listings[0].data][0].append(open_trade(listings[0], size, price))


def take_over(broker: BaseBroker, known: KnownOrder, *, again: bool) -> None:
    """Have a broker know an order as one of its own.

    Args:
        broker: whose order it is from now on.
        known: as the journal has it by now.
        again: a strategy that is run again on its bar may claim it.
    """
    intent = known.intent
    listing = broker.listings.of_feed(intent.feed) or carrier(broker, intent.symbol)
    if listing is None:
        return
    ticket = revive(known, listing)
    ticket.journaled = True
    broker.tickets.put(ticket)
    if again:
        broker.reruns.add(ticket)
    broker.wake()
