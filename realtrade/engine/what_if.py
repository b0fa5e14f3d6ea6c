"""A recipe's risk block at a supposed equity and price: built as for a run, and asked."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from realtrade.engine.observer import Silent
from realtrade.engine.parts import Parts
from realtrade.engine.wrong import built
from realtrade.model.instrument import Instrument
from realtrade.plugins.plugin import Kind
from realtrade.plugins.registry import Registry
from realtrade.recipe.blocks import ExchangeFeed, ResampledFeed
from realtrade.risk.what_if import Supposition, allowances, sized, together

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from realtrade.plugins.ports.risk import RiskRule, RiskWatch, Sizer
    from realtrade.recipe import Recipe
    from realtrade.risk.what_if import Allowance
    from realtrade.utils.clock import Clock


class PriceMissing(LookupError):
    """No price was given for a symbol, and none can be had without a network."""

    def __init__(self, symbol: str) -> None:
        super().__init__(symbol)
        self.symbol = symbol


@dataclass(frozen=True, slots=True, kw_only=True)
class SymbolAnswer:
    """What may be bought of one symbol."""

    symbol: str
    price: Decimal
    contract_size: Decimal
    allowed: tuple[Allowance, ...]
    """One a rule, in the recipe's order."""
    wanted: Decimal | None
    """What the sizer would buy; None without one, or where it looks at bars."""
    left: Decimal | None
    """What of it passes all rules."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """The whole answer."""

    equity: Decimal
    start: Decimal
    currency: str
    types: Mapping[str, str]
    """Each rule's type, by name."""
    symbols: tuple[SymbolAnswer, ...]


def what_if(
    recipe: Recipe,
    *,
    clock: Clock,
    equity: Decimal | None = None,
    prices: Mapping[str, Decimal] | None = None,
    registry: Registry | None = None,
) -> WhatIf:
    """Ask every rule, stop and the sizer of a recipe; nothing leaves the machine.

    Args:
        recipe: its rules and its sizer are built as for a run.
        clock: the moment that hours and blackouts are asked about.
        equity: the account's; the recipe's cash when left out.
        prices: by symbol; the last close of a file where left out.
        registry: the plugins there are.

    Raises:
        PriceMissing: a symbol of an exchange has no price.
        RecipeInvalid: a setting that only building shows to be wrong.
        FeedError: a file cannot be read.
    """
    parts = Parts(recipe=recipe, registry=registry or Registry(), clock=clock, observer=Silent())
    rules: dict[str, RiskRule | RiskWatch] = {
        name: built(parts, Kind.RISK_RULE, block, f"risk.{name}", name=name)
        for name, block in recipe.risk.items()
    }
    found = dict(_symbols(parts, prices or {}))
    start = parts.money.cash.amount
    supposed = Supposition(
        now_ms=clock.now_ms(),
        equity=start if equity is None else equity,
        start=start if equity is None else max(start, equity),
        prices={symbol: price for symbol, (_, price) in found.items()},
        instruments={symbol: instrument for symbol, (instrument, _) in found.items()},
        fee_rate=parts.money.fees.taker,
    )
    sizer = None if recipe.sizing is None else built(parts, Kind.SIZER, recipe.sizing, "sizing")
    return WhatIf(
        equity=supposed.equity,
        start=supposed.start,
        currency=parts.money.cash.currency,
        types={name: block.type for name, block in recipe.risk.items()},
        symbols=tuple(_answer(symbol, rules, sizer, supposed) for symbol in found),
    )


def _answer(
    symbol: str,
    rules: Mapping[str, RiskRule | RiskWatch],
    sizer: Sizer | None,
    supposed: Supposition,
) -> SymbolAnswer:
    allowed = allowances(rules, symbol, supposed)
    wanted = None if sizer is None else sized(sizer, rules, symbol, supposed)
    return SymbolAnswer(
        symbol=symbol,
        price=supposed.prices[symbol],
        contract_size=supposed.instruments[symbol].contract_size,
        allowed=tuple(allowed),
        wanted=wanted,
        left=None if wanted is None else together(wanted, allowed, symbol, supposed),
    )


def _symbols(
    parts: Parts, prices: Mapping[str, Decimal]
) -> Iterator[tuple[str, tuple[Instrument, Decimal]]]:
    """Yield each traded symbol with its instrument and price, a resampled feed's parent for it."""
    feeds = parts.recipe.feeds
    for name in parts.traded:
        while isinstance(block := feeds[name], ResampledFeed):
            name = block.resample  # noqa: PLW2901  # up to the feed that has bars of its own
        if isinstance(block, ExchangeFeed):
            if block.symbol not in prices:
                raise PriceMissing(block.symbol)
            yield block.symbol, (_instrument(block.symbol), prices[block.symbol])
            continue
        feed = built(parts, Kind.FEED, block, f"feeds.{name}", name=name)
        symbol = feed.instrument.symbol
        price = prices[symbol] if symbol in prices else _last_close(feed, symbol)
        yield symbol, (feed.instrument, price)


def _last_close(feed: object, symbol: str) -> Decimal:
    columns = feed.history()  # type: ignore[attr-defined]  # a feed, as its builder promises
    if not len(columns):
        raise PriceMissing(symbol)
    return Decimal(repr(float(columns.close[-1])))


def _instrument(symbol: str) -> Instrument:
    """Return what a symbol's name tells; steps are only known to the exchange."""
    pair, _, settled = symbol.partition(":")
    base, _, quote = pair.partition("/")
    return Instrument(symbol, base, quote, "swap" if settled else "spot")
