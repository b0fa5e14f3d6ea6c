"""The core of a recipe as frozen models; every `type:` block is checked by its plugin's own model."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from realtrade.model.order import Money
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.values import (
    Bars,
    Duration,
    MoneyAmount,
    Percent,
    PriceDistance,
    TimeframeText,
)


class Mode(StrEnum):
    """What a recipe does when run."""

    BACKTEST = "backtest"
    PAPER = "paper"
    TESTNET = "testnet"
    LIVE = "live"


def _mode(value: Any) -> Any:
    return Mode(value) if isinstance(value, str) and value in set(Mode) else value


def _moment(value: Any) -> Any:
    """Read `2018-01-01` or an ISO 8601 time; without an offset it is UTC."""
    if not isinstance(value, str):
        return value
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,62}$")]
Symbol = Annotated[
    str, StringConstraints(pattern=r"^[A-Z0-9]{1,20}/[A-Z0-9]{1,20}(:[A-Z0-9-]{1,30})?$")
]
Moment = Annotated[datetime, BeforeValidator(_moment)]


class Plugged(PluginConfig):
    """A `type:` block once its plugin has checked it."""

    type: str
    """Name of the plugin."""
    config: PluginConfig
    """The block as the plugin's own settings model; for strategies, the `params`."""


class ExchangeFeed(PluginConfig):
    """Bars of one symbol from the recipe's exchange; `symbols` in YAML becomes one of these each."""

    symbol: Symbol
    timeframe: TimeframeText
    history: Bars = 0
    """Closed bars wanted before the first live one."""


class ResampledFeed(PluginConfig):
    """Longer bars made of another feed's."""

    resample: Key
    """Name of the feed they are made of."""
    timeframe: TimeframeText


FeedBlock = ExchangeFeed | ResampledFeed | Plugged


class StrategyBlock(Plugged):
    """The strategy and what it trades on."""

    feeds: tuple[Key, ...] = ()
    """Feeds in the order of `self.datas`; all of them, in the recipe's order, when left out."""


class Fees(PluginConfig):
    """Fees as fractions of notional."""

    maker: Percent = Decimal(0)
    taker: Percent = Decimal(0)


class BacktestBlock(PluginConfig):
    """How a backtest is run."""

    start: Moment | None = Field(default=None, alias="from")
    """First bar, by open time; the first there is when left out."""
    end: Moment | None = Field(default=None, alias="to")
    """First bar no longer in, by open time."""
    cash: MoneyAmount = Money(Decimal(10_000), "USDT")
    fees: Fees = Fees()
    slippage: Percent = Decimal(0)
    """Fraction of the price lost on market and stop orders."""


class PaperBlock(PluginConfig):
    """How simulated fills on live data are made."""

    cash: MoneyAmount = Money(Decimal(10_000), "USDT")
    fees: Fees = Fees()
    slippage: Percent = Decimal(0)


class OrderStyle(PluginConfig):
    """How a signal becomes an order."""

    type: Literal["market", "limit"] = "market"
    offset: PriceDistance | None = None
    """How far inside the last close a limit order is placed."""
    replace_after: Duration | None = None
    """Cancel an unfilled limit order after this long and place it anew."""


class OrdersBlock(PluginConfig):
    """Order defaults and what happens to orders at start and stop."""

    entry: OrderStyle = OrderStyle()
    exit: OrderStyle = OrderStyle()
    on_start: Literal["reconcile"] = "reconcile"
    on_stop: Literal["cancel_orders", "keep_orders", "flatten"] = "cancel_orders"


class Recipe(PluginConfig):
    """One bot, checked and frozen."""

    realtrade: Literal["v1"]
    """Format version."""
    name: Slug
    """Stable identity for state, metrics and order ids."""
    description: str = ""
    mode: Annotated[Mode, BeforeValidator(_mode)]
    exchange: Plugged | None = None
    feeds: dict[Key, FeedBlock]
    strategy: StrategyBlock
    sizing: Plugged | None = None
    risk: dict[Key, Plugged] = Field(default_factory=dict)
    orders: OrdersBlock = OrdersBlock()
    backtest: BacktestBlock = BacktestBlock()
    paper: PaperBlock = PaperBlock()
