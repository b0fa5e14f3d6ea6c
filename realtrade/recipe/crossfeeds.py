"""Feeds among themselves and with their exchange: resample parents, timeframes, markets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.recipe.blocks import ExchangeFeed, Mode, ResampledFeed
from realtrade.recipe.findings import did_you_mean, shown
from realtrade.recipe.tree import Scalar

if TYPE_CHECKING:
    from realtrade.plugins.config import PluginConfig
    from realtrade.recipe.parts import Parts
    from realtrade.recipe.plugged import Checker
    from realtrade.utils.timeframes import Timeframe


def check_feeds(checker: Checker, parts: Parts) -> None:
    """Note resamples of nothing, of themselves, of bars that do not fit; unknown timeframes."""
    for name, feed in parts.feeds.items():
        if isinstance(feed, ResampledFeed):
            _resample(name, feed, checker, parts)
        elif isinstance(feed, ExchangeFeed):
            _on_exchange(name, feed, checker, parts)


def _resample(name: str, feed: ResampledFeed, checker: Checker, parts: Parts) -> None:
    loc = ("feeds", name, "resample")
    parent = feed.resample
    known = checker.tree.get("feeds")
    names = set(getattr(known, "entries", ()))
    if parent in parts.groups:
        hint = f"name one of them: {', '.join(parts.groups[parent])}"
        checker.say("RT301", f"'{parent}' is a group of feeds", loc, hint)
    elif parent not in names:
        message = f"there is no feed '{shown(parent)}'"
        checker.say("RT301", message, loc, did_you_mean(parent, names - {name}))
    elif circle := _circle(name, parts):
        checker.say("RT303", f"feeds are made of each other in a circle: {circle}", loc)
    else:
        _fits(name, feed, checker, parts)


def _circle(name: str, parts: Parts) -> str:
    """Return `a → b → a` when following parents from `name` comes back to it."""
    chain = [name]
    feed = parts.feeds.get(name)
    while isinstance(feed, ResampledFeed) and feed.resample not in chain:
        chain.append(feed.resample)
        feed = parts.feeds.get(feed.resample)
    back = isinstance(feed, ResampledFeed) and feed.resample == name
    return " → ".join((*chain, name)) if back else ""


def _fits(name: str, feed: ResampledFeed, checker: Checker, parts: Parts) -> None:
    length = _timeframe(feed.resample, parts)
    if length is None or (length != feed.timeframe and length.divides(feed.timeframe)):
        return
    message = f"{feed.timeframe} bars cannot be made of the {length} bars of '{feed.resample}'"
    hint = f"the timeframe must be a whole multiple of {length}, and longer"
    checker.say("RT304", message, ("feeds", name, "timeframe"), hint)


def _timeframe(name: str, parts: Parts) -> Timeframe | None:
    feed = parts.feeds.get(name)
    found = getattr(feed, "timeframe", None) or getattr(
        getattr(feed, "config", None), "timeframe", None
    )
    return found if found is None or hasattr(found, "divides") else None


def _on_exchange(name: str, feed: ExchangeFeed, checker: Checker, parts: Parts) -> None:
    config = parts.exchange.config if parts.exchange else None
    known = getattr(config, "TIMEFRAMES", None)
    if feed.timeframe.is_tick:
        _ticks(name, feed, checker, config)
    elif known and str(feed.timeframe) not in known:
        message = f"the exchange has no {feed.timeframe} bars"
        hint = f"it has {', '.join(known)}; others can be made with 'resample'"
        checker.say("RT312", message, ("feeds", name, "timeframe"), hint)
    market = getattr(config, "market", None)
    is_swap = ":" in feed.symbol
    if market in ("spot", "swap") and is_swap is not (market == "swap"):
        message = f"the symbol {feed.symbol} is not of the exchange's market '{market}'"
        hint = "swaps are written BTC/USDT:USDT, spot BTC/USDT"
        checker.say("RT313", message, ("feeds", name, "symbol"), hint)


def _ticks(name: str, feed: ExchangeFeed, checker: Checker, config: PluginConfig | None) -> None:
    """Note ticks an exchange does not stream, and a past that no exchange has kept."""
    loc = ("feeds", name, "timeframe")
    if config is not None and feed.source not in getattr(config, "TICKS", ()):
        hint = "make it of bars, such as 1m"
        checker.say("RT312", f"the exchange streams no {feed.source} one by one", loc, hint)
        return
    mode = checker.tree.get("mode")
    if not isinstance(mode, Scalar) or mode.value != Mode.BACKTEST:
        return
    if feed.source == "quotes":
        message, hint = "no exchange tells quotes of the past", "backtest on trades, or on bars"
    elif not feed.history:
        message = "a backtest of ticks needs a past, and 'history' asks for none"
        hint = "{type: file, path: …, timeframe: tick} reads them; or give history: 5000 bars"
    else:
        return
    checker.say("RT314", message, loc, hint)
