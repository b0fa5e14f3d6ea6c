"""Where orders go: a simulated venue, or the exchange's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins.ports.gateway import TradingExchange
from realtrade.plugins.registry import PluginError
from realtrade.recipe.blocks import Mode

if TYPE_CHECKING:
    from realtrade.common.live import LiveVenue
    from realtrade.engine.parts import Parts
    from realtrade.plugins.ports import Venue


def make_venue(parts: Parts) -> Venue:
    """Return the venue of the recipe's mode.

    Raises:
        PluginError: orders are to go to an exchange that takes none.
    """
    recipe = parts.recipe
    if recipe.mode in (Mode.BACKTEST, Mode.PAPER):
        return _simulated(parts)
    if isinstance(parts.exchange, TradingExchange):
        return _live(parts, parts.exchange)
    venue = parts.exchange.venue() if parts.exchange is not None else None
    if venue is None:
        name = recipe.exchange.type if recipe.exchange is not None else "none"
        msg = f"mode '{recipe.mode}' sends orders, and the exchange '{name}' takes none"
        raise PluginError(msg, hint="use mode paper, or an exchange that takes orders")
    return venue


def _live(parts: Parts, exchange: TradingExchange) -> LiveVenue:
    """Return the venue of a real exchange: nothing of it runs before the stage that recovers."""
    from realtrade.common.live import LiveVenue
    from realtrade.execution import Naming

    if parts.journal is None:
        msg = "orders to an exchange need a journal, and there is none"
        raise PluginError(msg)
    gateway = exchange.gateway()
    venue = parts.recovery.venue = LiveVenue(
        gateway=gateway,
        stream=exchange.account_stream(),
        journal=parts.journal,
        clock=parts.clock,
        standing=parts.recovery.standing,
        naming=Naming(gateway.account, parts.recipe.name),
        symbols=tuple(dict.fromkeys(feed.instrument.symbol for feed in parts.sources.values())),
        wake=parts.wake,
        events=parts.tell,
    )
    return venue


def _simulated(parts: Parts) -> Venue:
    """Return a venue that fills from bars with the fees and slippage of the recipe.

    Two settings are not Backtrader's defaults: slippage is lost on market orders too, and an order
    is never filled from a bar that was over when it was decided, as Backtrader's broker does to
    orders on a longer feed while that feed stands still.
    """
    from realtrade.common.simulated import MakerTaker, Settings, SimulatedVenue, Slippage

    money = parts.money
    fees = MakerTaker(maker=float(money.fees.maker), taker=float(money.fees.taker))
    slippage = Slippage(fraction=float(money.slippage), at_open=True)
    settings = Settings(old_bars=False)
    return SimulatedVenue(cash=money.cash.amount, fees=fees, slippage=slippage, settings=settings)
