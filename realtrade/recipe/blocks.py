"""The core of a recipe as frozen models; plugins' own models check every `type:` block."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import ConfigDict, Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.events import EventType
from realtrade.model.order import Money
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.secret import SecretRef
from realtrade.plugins.values import (
    Bars,
    Duration,
    MoneyAmount,
    Percent,
    PriceDistance,
    RateLimit,
    TimeframeText,
)
from realtrade.recipe.tree import Map, Place, loc_of, place_at
from realtrade.recipe.words import (
    Address,
    Cron,
    Days,
    Host,
    Hours,
    Key,
    Moment,
    Slug,
    Symbol,
    Url,
    Zone,
)

if TYPE_CHECKING:
    from pathlib import Path


class Mode(StrEnum):
    """What a recipe does when run."""

    BACKTEST = "backtest"
    PAPER = "paper"
    TESTNET = "testnet"
    LIVE = "live"


class Plugged(PluginConfig):
    """A `type:` block once its plugin has checked it."""

    type: str
    """Name of the plugin."""
    config: PluginConfig
    """The block as the plugin's own settings model; a strategy's without `feeds`."""


class ExchangeFeed(PluginConfig):
    """Bars of one symbol from the recipe's exchange, or with `timeframe: tick` each of its trades.

    Quotes have no history, and fills simulated on them ignore half the spread.
    """

    symbol: Symbol
    """What the bars are of, such as `BTC/USDT` or `BTC/USDT:USDT`."""
    timeframe: TimeframeText
    """Length of a bar, such as `1h`; `tick` for every single trade."""
    history: Bars = 0
    """Closed bars wanted before the first live one, such as `500 bars`."""
    source: Literal["trades", "quotes"] = "trades"
    """What ticks are: `trades`, or `quotes`: best bid as low, best ask as high, their middle."""

    @model_validator(mode="after")
    def _quotes_are_ticks(self) -> Self:
        if self.source == "quotes" and not self.timeframe.is_tick:
            message = "bars are made of trades: quotes come as they change, with timeframe: tick"
            raise PydanticCustomError("realtrade_source", message)
        return self


class FeedGroup(PluginConfig):
    """The same feed for several symbols: `alts` becomes `alts_ETH`, `alts_SOL` and so on."""

    symbols: tuple[Symbol, ...] = Field(min_length=1, max_length=500)
    """What the bars are of; each becomes a feed named after the group and the symbol's base."""
    timeframe: TimeframeText
    """Length of a bar, such as `1h`; `tick` for every single trade."""
    history: Bars = 0
    """Closed bars wanted before the first live one, such as `500 bars`."""
    source: Literal["trades", "quotes"] = "trades"
    """What ticks are: `trades`, or `quotes`: best bid as low, best ask as high, their middle."""


class ResampledFeed(PluginConfig):
    """Longer bars made of another feed's."""

    resample: Key
    """Name of the feed they are made of."""
    timeframe: TimeframeText
    """Length of a bar; a multiple of the other feed's."""


FeedBlock = ExchangeFeed | ResampledFeed | Plugged


class StrategyBlock(Plugged):
    """The strategy and what it trades on."""

    feeds: tuple[Key, ...] = ()
    """Feeds in the order of `self.datas`; all of them, in the recipe's order, when left out."""


class Fees(PluginConfig):
    """Fees as fractions of notional."""

    maker: Percent = Decimal(0)
    """Paid when a resting order is filled, such as `2 bps`."""
    taker: Percent = Decimal(0)
    """Paid when an order is filled at once, such as `5 bps`."""


class BacktestBlock(PluginConfig):
    """How a backtest is run."""

    start: Moment | None = Field(default=None, alias="from")
    """First bar, by open time; the first there is when left out."""
    end: Moment | None = Field(default=None, alias="to")
    """First bar no longer in, by open time."""
    cash: MoneyAmount = Money(Decimal(10_000), "USDT")
    """Money at the start, such as `10000 USDT`."""
    fees: Fees = Fees()
    """Fees of simulated fills."""
    slippage: Percent = Decimal(0)
    """Fraction of the price lost on market and stop orders."""


class PaperBlock(PluginConfig):
    """How simulated fills on live data are made."""

    cash: MoneyAmount = Money(Decimal(10_000), "USDT")
    """Money at the start, such as `10000 USDT`."""
    fees: Fees = Fees()
    """Fees of simulated fills."""
    slippage: Percent = Decimal(0)
    """Fraction of the price lost on market and stop orders."""


class OrderStyle(PluginConfig):
    """How a signal becomes an order."""

    type: Literal["market", "limit"] = "market"
    """Kind of order."""
    offset: PriceDistance | None = None
    """How far inside the last close a limit order is placed."""
    replace_after: Duration | None = None
    """Cancel an unfilled limit order after this long and place it anew."""

    @model_validator(mode="after")
    def _fits_type(self) -> Self:
        if self.type == "market" and (self.offset is not None or self.replace_after is not None):
            code, message = "realtrade_style", "`offset` and `replace_after` are for type limit"
            raise PydanticCustomError(code, message)
        return self


class OrdersBlock(PluginConfig):
    """Order defaults and what happens to orders at start and stop."""

    entry: OrderStyle = OrderStyle()
    """Orders that open or add to a position."""
    exit: OrderStyle = OrderStyle()
    """Orders that reduce or close one."""
    on_start: Literal["reconcile"] = "reconcile"
    """What is done first: compare with the exchange."""
    on_stop: Literal["cancel_orders", "keep_orders", "flatten"] = "cancel_orders"
    """What is done last."""
    dead_man: bool = True
    """Have the exchange cancel resting entries when the bot falls silent; Binance USDⓈ-M can."""
    on_difference: Literal["reduce_only", "adopt", "flatten", "halt"] = "reduce_only"
    """What is done about a position that differs from the exchange's, and nothing tells why."""


class TradeWindow(PluginConfig):
    """When new exposure is allowed."""

    days: Days = "mon-sun"
    """Days of the week, such as `mon-fri`."""
    hours: Hours | None = None
    """Hours of the day, such as `08:00-22:00`; the whole day when left out."""


class Blackout(PluginConfig):
    """A time without new exposure that comes again and again."""

    cron: Cron
    """When it begins: minute, hour, day, month, weekday."""
    lasts: Duration = Field(alias="for")
    """How long it lasts, such as `30m`."""


class ScheduleBlock(PluginConfig):
    """When the bot trades."""

    timezone: Zone = "UTC"
    """Zone of all times here."""
    trade: TradeWindow = TradeWindow()
    """When new exposure is allowed."""
    blackout: dict[Key, Blackout] = Field(default_factory=dict)
    """When it is not, by name."""
    flatten: dict[Key, Cron] = Field(default_factory=dict)
    """When every position is closed, by name: cron times, such as "50 20 * * 5"."""
    rebalance: dict[Key, Cron] = Field(default_factory=dict)
    """When the strategy's own method `rebalance(name)` is called, by name: cron times, such as
    "0 0 1 * *". It is called with the first bar known by then, before `next`, in every mode."""


class Route(PluginConfig):
    """Which events go to which channels."""

    events: tuple[EventType, ...] = Field(min_length=1)
    """Events to tell of."""
    to: tuple[Key, ...] = Field(min_length=1)
    """Names of channels."""
    rate: RateLimit | None = None
    """At most so many, such as `20/1h`; the rest is told in one summary."""
    text: str | None = Field(default=None, max_length=2_000)
    """Template of the message, filled in when it is sent: `order`, `trade`, `event`, `recipe`."""
    severity: Literal["info", "warning", "critical"] = "info"
    """How urgent it is."""
    digest: Duration | None = None
    """Gather for this long and tell everything in one message, such as `15m`."""
    repeat: Duration | None = None
    """Tell the same again only after this long; what differs in numbers only is the same."""


class QuietHours(PluginConfig):
    """When people are left in peace."""

    hours: Hours
    """Hours of the day, such as `22:00-07:00`."""
    days: Days = "mon-sun"
    """Days on which they begin."""
    timezone: Zone = "UTC"
    """Zone of the hours."""


class TelegramBlock(PluginConfig):
    """A Telegram bot that takes commands."""

    token: SecretRef
    """The bot's token, as BotFather gave it."""
    chats: tuple[int, ...] = Field(min_length=1, max_length=50)
    """Chats that may ask and act, by number; everybody else is ignored."""
    endpoint: Url = "https://api.telegram.org"
    """The Bot API: Telegram's, or a server of your own."""


class NotifyBlock(PluginConfig):
    """Who is told what."""

    channels: dict[Key, Plugged] = Field(default_factory=dict)
    """Ways to reach people, by name."""
    routes: dict[Key, Route] = Field(default_factory=dict)
    """Which events go where, by name."""
    quiet: QuietHours | None = None
    """When only critical routes tell; the rest is told afterwards, in one message."""
    telegram: TelegramBlock | None = None
    """Lets people ask and act from a chat; needs `pip install 'realtrade[telegram]'`."""


class LogBlock(PluginConfig):
    """The log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    """Least severity written."""
    format: Literal["text", "json"] = "text"
    """Form of a line."""


class MonitorBlock(PluginConfig):
    """How the bot is watched."""

    http: Address | None = None
    """Where page, health and metrics are served, such as `127.0.0.1:9464`; port 0 is any."""
    token: SecretRef | None = None
    """Lets the page act, and look from afar; made and kept in the state folder when left out."""
    hosts: tuple[Host, ...] = ()
    """More names the page is reached by, such as a proxy's."""
    report: Literal["never", "daily", "weekly"] = "never"
    """How often a report is written."""
    log: LogBlock = LogBlock()
    """The log."""


class StorageBlock(PluginConfig):
    """Where the journal is kept."""

    url: Url | SecretRef
    """A database, such as `sqlite:///state/bot.db`, or a reference when it holds a password."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a recipe was made of: its file, its effective tree, its hash."""

    path: Path
    tree: Map
    hash: str
    environment: str | None


class Recipe(PluginConfig):
    """One bot, checked and frozen."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    realtrade: Literal["v1"]
    """Format version."""
    name: Slug
    """Stable identity for state, metrics and order ids."""
    description: str = Field(default="", max_length=2_000)
    """What the bot is for."""
    vars: dict[Key, Any] = Field(default_factory=dict)
    """Values for templates, by name."""
    mode: Mode
    """What running it does: simulate on history, on live data, on a test network, or trade."""
    exchange: Plugged | None = None
    """Where bars come from and orders go; may be left out when every feed is a file."""
    feeds: dict[Key, FeedBlock] = Field(min_length=1)
    """Market data, by name."""
    strategy: StrategyBlock
    """What decides."""
    sizing: Plugged | None = None
    """How much is traded on a signal."""
    orders: OrdersBlock = OrdersBlock()
    """How signals become orders."""
    risk: dict[Key, Plugged] = Field(default_factory=dict)
    """Rules every order must pass, by name."""
    schedule: ScheduleBlock = ScheduleBlock()
    """When the bot trades."""
    notify: NotifyBlock = NotifyBlock()
    """Who is told what."""
    monitor: MonitorBlock = MonitorBlock()
    """How the bot is watched."""
    storage: StorageBlock | Plugged | None = None
    """Where the journal is kept; `state/<name>.db` when left out, in memory for paper trading."""
    backtest: BacktestBlock = BacktestBlock()
    """How a backtest is run."""
    paper: PaperBlock = PaperBlock()
    """How simulated fills on live data are made."""

    _origin: Origin | None = PrivateAttr(default=None)

    def _made_of(self) -> Origin:
        if self._origin is None:
            msg = "this recipe was not loaded from a file"
            raise LookupError(msg)
        return self._origin

    def bind(self, origin: Origin) -> Recipe:
        """Remember what the recipe was loaded from."""
        self._origin = origin
        return self

    @property
    def path(self) -> Path:
        """The recipe's file."""
        return self._made_of().path

    @property
    def folder(self) -> Path:
        """The recipe's folder: relative paths in settings start here."""
        return self._made_of().path.parent

    @property
    def hash(self) -> str:
        """Hash of what the recipe says after merging, the same wherever its file lies."""
        return self._made_of().hash

    @property
    def tree(self) -> Map:
        """What was written, after merging; every value knows its place."""
        return self._made_of().tree

    @property
    def environment(self) -> str | None:
        """The environment it was loaded with."""
        return self._made_of().environment

    def at(self, path: str) -> Place:
        """Return where `path`, such as `feeds.btc_1h.symbol`, was written.

        A value's own place; of a block its key's; of what was not written the nearest key above.
        """
        return place_at(self.tree, loc_of(path))
