"""What `realtrade doctor` hears of an exchange, with every secret blotted out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.plugins import Kind, PluginError, Registry
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.checks import Check, Examines
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.recipe.blocks import ExchangeFeed, Mode
from realtrade.recipe.secrets import SecretMissing, SecretResolver
from realtrade.utils.clock import SystemClock
from realtrade.utils.logs import Redactor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.plugins.ports.exchange import Exchange
    from realtrade.recipe.blocks import Plugged, Recipe

_ORDERS = frozenset({Mode.TESTNET, Mode.LIVE})


def examined(recipe: Recipe) -> Iterator[Check]:
    """Yield what the recipe's exchange finds out about itself; nothing where none is needed."""
    feeds = [
        FeedRequest(name, feed.symbol, feed.timeframe, feed.history, feed.source)
        for name, feed in recipe.feeds.items()
        if isinstance(feed, ExchangeFeed)
    ]
    if recipe.exchange is None or not (feeds or recipe.mode in _ORDERS):
        return
    redactor = Redactor()
    try:
        exchange = _connected(recipe, recipe.exchange, redactor)
    except (PluginError, SettingWrong, SecretMissing) as error:
        yield Check("fail", "exchange", redactor.redact(str(error)), getattr(error, "hint", ""))
        return
    try:
        if isinstance(exchange, Examines):
            for check in exchange.examine(feeds, orders=recipe.mode in _ORDERS):
                yield check._replace(found=redactor.redact(check.found))
    except SecretMissing as error:
        yield Check("fail", "exchange", str(error))
    finally:
        exchange.close()


def _connected(recipe: Recipe, block: Plugged, redactor: Redactor) -> Exchange:
    context = BuildContext(
        name="exchange",
        folder=recipe.folder.resolve(),
        clock=SystemClock(),
        secret=SecretResolver(recipe.folder, redactor),
        blot=redactor.add,
        testnet=recipe.mode is Mode.TESTNET,
    )
    exchange: Exchange = Registry().builder(Kind.EXCHANGE, block.type)(block.config, context)
    return exchange
