"""The stages that bring bars: where they come from and how the strategy sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.wrong import built
from realtrade.model.events import Event, EventType
from realtrade.plugins.plugin import Kind
from realtrade.plugins.ports.exchange import FeedRequest
from realtrade.plugins.ports.feed import Feed, FeedError
from realtrade.recipe.blocks import ExchangeFeed, Plugged, ResampledFeed

if TYPE_CHECKING:
    from contextlib import ExitStack
    from datetime import datetime

    from realtrade.engine.parts import Parts
    from realtrade.model.bar import BarColumns
    from realtrade.model.instrument import Instrument
    from realtrade.utils.timeframes import Timeframe


_RESERVE = 1024
"""Batches of bars that fit beside ticks, which wait when the strategy is behind."""


def find_markets(parts: Parts, stack: ExitStack) -> None:
    """Make the feeds that are not made of others; nothing is read yet."""
    from realtrade.feeds import finest_timeframe

    for name, block in parts.recipe.feeds.items():
        ready = banked(parts, name)
        if ready is not None:
            parts.sources[name] = ready
        elif isinstance(block, ExchangeFeed):
            wanted = (block.symbol, block.timeframe, block.history, block.source)
            request = FeedRequest(name, *wanted)
            parts.sources[name] = _exchange(parts).feed(request)
        elif isinstance(block, Plugged):
            parts.sources[name] = built(parts, Kind.FEED, block, f"feeds.{name}", name=name)
    timeframes = [_timeframe(parts, name) for name in parts.recipe.feeds]
    parts.finest = finest_timeframe(timeframes)


def banked(parts: Parts, name: str) -> Feed | None:
    """Return feed `name` where its bars were read before this run."""
    return None if parts.bank is None else parts.bank.feed(name, parts.recipe.feeds[name])


def read_feeds(parts: Parts, stack: ExitStack) -> None:
    """Read the bars there are, of the span the recipe wants, and connect what is live."""
    from realtrade.feeds import check_stamps, within

    span = parts.recipe.backtest
    for name, feed in parts.sources.items():
        columns = feed.history()
        if _is_file(parts, name) or banked(parts, name) is not None:
            columns = within(columns, name, _ms(span.start), _ms(span.end))
        elif parts.live and not feed.timeframe.is_tick:
            columns = parts.recovery.cut(name, columns)
        check_stamps(columns, name, ticks=feed.timeframe.is_tick)
        parts.columns[name] = columns
    if parts.live:
        _connect(parts, stack)


def resample_feeds(parts: Parts, stack: ExitStack) -> None:
    """Make the longer bars, then put every feed before the strategy in its order."""
    from realtrade.feeds import Resampler, resample

    for name in _parents_first(parts):
        parent = _parent(parts, name)
        base, wanted = _timeframe(parts, parent), _timeframe(parts, name)
        parts.columns[name] = resample(parts.columns[parent], base, wanted)
        if parts.hub is not None:
            seen = _seen(parts, parent)
            made = Resampler.after(seen, base, wanted) if seen else Resampler(base, wanted)
            parts.hub.resample(name, parent, made)
    for name in parts.traded:
        parts.datas[name] = _data(parts, name)


def instrument_of(parts: Parts, name: str) -> Instrument:
    """Return what the bars of feed `name` are of; a resampled feed's are of its parent's."""
    while name not in parts.sources:
        name = _parent(parts, name)
    return parts.sources[name].instrument


def _data(parts: Parts, name: str) -> Any:
    from realtrade.common import BaseData

    words: dict[str, Any] = {
        "name": name,
        "timeframe": _timeframe(parts, name),
        "finest": parts.finest,
        "instrument": instrument_of(parts, name),
    }
    if parts.hub is None:
        return BaseData.historical(parts.columns[name], **words)
    return BaseData.live(parts.hub, columns=_seen(parts, name), **words)


def _connect(parts: Parts, stack: ExitStack) -> None:
    """Make the hub, and the stream that will fill it; it starts with the last stage."""
    from realtrade.common import FeedHub
    from realtrade.feeds import ReadyFeed

    _no_files_beside_the_market(parts)
    parts.hub = FeedHub(
        reserve=_RESERVE,
        on_gap=lambda gap: parts.say("warning", _gap_text(gap)),
        on_lost=lambda reason: parts.tell(_connection(reason, parts.clock.now_ms())),
    )
    stack.callback(parts.hub.stop)
    streamed: dict[str, Feed] = {}
    for name, feed in parts.sources.items():
        streamed[name] = feed
        if _is_file(parts, name):
            streamed[name] = ReadyFeed(
                parts.columns[name], instrument=feed.instrument, timeframe=feed.timeframe
            )
        if name not in parts.traded:
            parts.hub.history(name, feed.timeframe, _seen(parts, name))
    parts.stream = _exchange(parts).stream(streamed)


def _no_files_beside_the_market(parts: Parts) -> None:
    files = [name for name in parts.sources if _is_file(parts, name)]
    if files and not getattr(parts.exchange, "streams_files", False):
        msg = f"feed '{files[0]}' is a file: its bars are past, and only a replay plays them"
        raise FeedError(msg)


def _seen(parts: Parts, name: str) -> BarColumns | None:
    """Return what is known before the first live bar; of a replayed file, nothing."""
    root = name
    while root not in parts.sources:
        root = _parent(parts, root)
    return None if _is_file(parts, root) else parts.columns[name]


def _is_file(parts: Parts, name: str) -> bool:
    return isinstance(parts.recipe.feeds[name], Plugged)


def _parent(parts: Parts, name: str) -> str:
    block = parts.recipe.feeds[name]
    assert isinstance(block, ResampledFeed)  # noqa: S101 - every other feed is a source
    return block.resample


def _parents_first(parts: Parts) -> list[str]:
    ordered: list[str] = []
    waiting = [name for name in parts.recipe.feeds if name not in parts.sources]
    while waiting:
        ready = [name for name in waiting if _parent(parts, name) not in waiting]
        if not ready:
            msg = f"the feeds {', '.join(waiting)} are resampled from one another in a circle"
            raise FeedError(msg)
        ordered += ready
        waiting = [name for name in waiting if name not in ready]
    return ordered


def _timeframe(parts: Parts, name: str) -> Timeframe:
    if name in parts.sources:
        return parts.sources[name].timeframe
    block = parts.recipe.feeds[name]
    assert isinstance(block, ResampledFeed)  # noqa: S101 - every other feed is a source
    return block.timeframe


def _exchange(parts: Parts) -> Any:
    if parts.exchange is None:
        msg = "the recipe names no exchange to bring these bars"
        raise FeedError(msg)
    return parts.exchange


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else round(moment.timestamp() * 1000)


def _connection(reason: str | None, now_ms: int) -> Event:
    """Return what people are told when bars are lost, and when they come again."""
    if reason is None:
        return Event(EventType.CONNECTION_RESTORED, now_ms, "bars come as they close again")
    return Event(EventType.CONNECTION_LOST, now_ms, f"bars are lost for now: {reason}")


def _gap_text(gap: Any) -> str:
    from realtrade.feeds.checks import utc_text

    span = f"from {utc_text(gap.from_ms)} to {utc_text(gap.to_ms)}"
    return f"feed '{gap.feed}': no bar opened {span}"
