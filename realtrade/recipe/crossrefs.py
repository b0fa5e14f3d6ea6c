"""What no block can know alone: names that must exist, and settings that contradict each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic_core import PydanticCustomError

from realtrade.plugins.plugin import Kind
from realtrade.plugins.ports.exchange import TakesNoOrders
from realtrade.plugins.ports.strategy import NamesFeeds
from realtrade.plugins.registry import PluginError
from realtrade.recipe.blocks import ExchangeFeed, Mode, Plugged, ResampledFeed
from realtrade.recipe.crossfeeds import check_feeds
from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.runtime_names import names_for
from realtrade.recipe.sensitive import has_credentials
from realtrade.recipe.templates import TemplateRefused, check_runtime, is_template
from realtrade.recipe.tree import Items, Loc, Map, Scalar, find, leaves
from realtrade.recipe.words import read_moment

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from realtrade.recipe.parts import Parts
    from realtrade.recipe.plugged import Checker

_ORDERS = (Mode.TESTNET, Mode.LIVE)


def cross_check(checker: Checker, parts: Parts, file: str) -> None:
    """Note every contradiction; `file` is the recipe's own file, for what only it may say."""
    _credentials(checker)
    _strategy_feeds(checker, parts)
    _named_feeds(checker, parts)
    check_feeds(checker, parts)
    _routes(checker, parts)
    mode = _mode(checker)
    if mode is not None:
        _exchange_for(mode, checker, parts)
        _live(mode, checker, parts, file)
    _span(checker)


def _credentials(checker: Checker) -> None:
    for loc, scalar in leaves(checker.tree):
        if isinstance(scalar.value, str) and has_credentials(scalar.value):
            message = "a URL with a password in it is a secret; write a reference to it"
            checker.say("RT602", message, loc, "{env: NAME} or {file: PATH} instead of the URL")


def _texts(checker: Checker, loc: Loc) -> Iterable[tuple[Loc, str]]:
    node = find(checker.tree, loc)
    if isinstance(node, Items):
        for index, item in enumerate(node.items):
            if isinstance(item, Scalar) and isinstance(item.value, str):
                yield (*loc, index), item.value


def _strategy_feeds(checker: Checker, parts: Parts) -> None:
    feeds = checker.tree.get("feeds")
    known = {*(feeds.entries if isinstance(feeds, Map) else ()), *parts.groups}
    seen: set[str] = set()
    for loc, name in _texts(checker, ("strategy", "feeds")):
        if name not in known:
            message = f"there is no feed '{shown(name)}'"
            checker.say("RT301", message, loc, did_you_mean(name, known))
        elif name in seen:
            checker.say("RT307", f"the feed '{name}' is named twice", loc)
        seen.add(name)


def _named_feeds(checker: Checker, parts: Parts) -> None:
    """Check feeds a strategy's own settings name: see `NamesFeeds`."""
    block = parts.data.get("strategy")
    config = block.get("config") if isinstance(block, dict) else None
    if not isinstance(config, NamesFeeds):
        return
    given = {name for _, name in _texts(checker, ("strategy", "feeds"))} or set(parts.feeds)
    for named in config.named_feeds():
        loc = ("strategy", *named.loc)
        node = find(checker.tree, loc)
        if named.name in given or not isinstance(node, Scalar):
            continue
        message = f"there is no feed '{shown(named.name)}'"
        hint = did_you_mean(named.name, given)
        if named.name in parts.feeds:
            message = f"the feed '{named.name}' is not among the strategy's"
            hint = "name it under strategy.feeds, behind the one that is traded"
        place = checker.findings.inside(node.place, str(node.value), named.at)
        checker.findings.add("RT301", message, place, loc=loc, hint=hint)


def _routes(checker: Checker, parts: Parts) -> None:
    routes = find(checker.tree, ("notify", "routes"))
    for name in routes.entries if isinstance(routes, Map) else ():
        route: Loc = ("notify", "routes", name)
        for loc, channel in _texts(checker, (*route, "to")):
            if channel not in parts.channels:
                message = f"there is no channel '{shown(channel)}'"
                checker.say("RT302", message, loc, did_you_mean(channel, parts.channels))
        events = [event for _, event in _texts(checker, (*route, "events"))]
        _text(checker, (*route, "text"), events)


def _text(checker: Checker, loc: Loc, events: list[str]) -> None:
    node = find(checker.tree, loc)
    text = node.value if isinstance(node, Scalar) else None
    if not isinstance(text, str) or not is_template(text):
        return
    try:
        check_runtime(text, names_for(events))
    except TemplateRefused as error:
        code = "RT506" if error.code == "RT503" else error.code
        checker.say(code, error.message, loc, error.hint)


def _mode(checker: Checker) -> Mode | None:
    node = checker.tree.get("mode")
    value = node.value if isinstance(node, Scalar) else None
    return Mode(value) if isinstance(value, str) and value in set(Mode) else None


def _exchange_for(mode: Mode, checker: Checker, parts: Parts) -> None:
    if "exchange" in checker.tree.entries:
        if mode in _ORDERS and parts.exchange is not None:
            _takes_orders(mode, parts.exchange, checker)
            _has_key(mode, parts.exchange, checker)
        return
    if mode is not Mode.BACKTEST:
        message = f"mode '{mode}' needs an exchange"
        hint = "exchange: {type: replay} plays files as if they were live"
        checker.say("RT305", message, ("mode",), hint if mode is Mode.PAPER else "")
        return
    for name, feed in parts.feeds.items():
        if isinstance(feed, ExchangeFeed):
            message = f"the feed '{name}' comes from an exchange, and the recipe names none"
            hint = "add an exchange, or make it {type: file, path: …}"
            checker.say("RT305", message, ("feeds", name), hint, key=True)


def _takes_orders(mode: Mode, exchange: Plugged, checker: Checker) -> None:
    name, settings = exchange.type, exchange.config
    why = settings.no_orders() if isinstance(settings, TakesNoOrders) else None
    if why is not None:
        checker.say("RT306", f"mode '{mode}' is impossible: {why}", ("mode",), "use mode paper")
    try:
        orders = checker.registry.get(Kind.EXCHANGE, name).orders
    except PluginError:  # told when the block was checked
        return
    if not orders:
        message = f"the exchange '{name}' takes no orders, so mode '{mode}' is impossible"
        checker.say("RT306", message, ("mode",), "use mode paper")


def _has_key(mode: Mode, exchange: Plugged, checker: Checker) -> None:
    """Note an exchange that would know a key, and is given none to send orders with."""
    if getattr(exchange.config, "api_key", "") is None:
        message = f"mode '{mode}' sends orders, and they need a key: missing key 'api_key'"
        hint = "api_key: {env: NAME}, secret: {env: NAME} name environment variables"
        checker.say("RT202", message, ("exchange",), hint, key=True)


def _live(mode: Mode, checker: Checker, parts: Parts, file: str) -> None:
    node = checker.tree.get("mode")
    if mode is Mode.LIVE and node is not None and node.place.file != file:
        message = f"mode 'live' must be written in the recipe itself, not in {node.place.file}"
        hint = "real money is never a side effect: write it there, or in an environment there"
        checker.say("RT306", message, ("mode",), hint)
    if mode not in _ORDERS:
        return
    for name in _traded(checker, parts):
        feed = parts.feeds.get(name)
        if isinstance(feed, Plugged) and feed.type == "file":
            message = f"mode '{mode}' cannot trade on the file feed '{name}': its bars are past"
            checker.say("RT306", message, ("feeds", name), key=True)


def _traded(checker: Checker, parts: Parts) -> set[str]:
    """Return the feeds the strategy sees, and those they are made of."""
    traded = {name for _, name in _texts(checker, ("strategy", "feeds"))} or set(parts.feeds)
    waiting = list(traded)
    while waiting:
        feed = parts.feeds.get(waiting.pop())
        if isinstance(feed, ResampledFeed) and feed.resample not in traded:
            traded.add(feed.resample)
            waiting.append(feed.resample)
    return traded


def _span(checker: Checker) -> None:
    start, end = (_moment(checker, key) for key in ("from", "to"))
    if start is not None and end is not None and start >= end:
        message = "the backtest ends before it begins: 'to' must be later than 'from'"
        checker.say("RT311", message, ("backtest", "to"))


def _moment(checker: Checker, key: str) -> datetime | None:
    node = find(checker.tree, ("backtest", key))
    try:
        return read_moment(node.value if isinstance(node, Scalar) else None)
    except PydanticCustomError:  # told when the block was checked
        return None
