from __future__ import annotations

from threading import Timer
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseData, FeedHub
from realtrade.plugins.ports import FeedError
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.model.bar import Bar, BarColumns

HOUR = Timeframe.parse("1h")
HOUR_MS = 3_600_000


class Listener(bt.Strategy):
    """Writes down statuses and bars in the order in which it is told of them."""

    params = (("on_bar", None),)

    def __init__(self) -> None:
        self.told: list[str] = []

    def notify_data(self, data: Any, status: int, *args: Any, **kwargs: Any) -> None:
        self.told.append(f"{data._name} {data._getstatusname(status)}")

    def next(self) -> None:
        self.told.append(" ".join(str(len(data)) for data in self.datas))
        if self.p.on_bar:
            self.p.on_bar(self)


def run(*datas: BaseData, on_bar: Callable[[Any], None] | None = None, **kwargs: Any) -> list[str]:
    cerebro = bt.Cerebro(stdstats=False, **kwargs)
    for data in datas:
        cerebro.adddata(data)
    cerebro.addstrategy(Listener, on_bar=on_bar)
    told: list[str] = cerebro.run()[0].told
    return told


def live(hub: FeedHub, name: str, columns: BarColumns | None = None, **kwargs: Any) -> BaseData:
    return BaseData.live(hub, name=name, timeframe=HOUR, columns=columns, **kwargs)


def soon(action: Callable[[], None]) -> Timer:
    timer = Timer(0.1, action)
    timer.start()
    return timer


def after(columns: BarColumns, hours: int) -> Bar:
    last = columns.bar(len(columns) - 1)
    at = last.time_ms + hours * HOUR_MS
    return last._replace(time_ms=at, due_ms=at + HOUR_MS)


def test_live_is_said_after_history_and_before_the_first_live_bar(sample: BarColumns) -> None:
    hub = FeedHub()
    past = sample.part(0, 3)
    hub.publish([("a", after(past, 1)), ("b", after(past, 1))])
    hub.finish()

    told = run(live(hub, "a", past), live(hub, "b", sample.part(1, 3)))

    assert told == [
        "a CONNECTED",
        "b CONNECTED",
        "a DELAYED",
        "b DELAYED",
        "2 1",  # the first call with a bar of both
        "3 2",
        "a LIVE",
        "b LIVE",
        "4 3",
        "a DISCONNECTED",
        "b DISCONNECTED",
    ]


def test_live_is_said_while_no_bar_has_come_yet(sample: BarColumns) -> None:
    hub = FeedHub()
    data = live(hub, "a", sample.part(0, 1), qcheck=0.02)
    later = soon(hub.finish)

    told = run(data)

    later.join()
    assert told == ["a CONNECTED", "a DELAYED", "1", "a LIVE", "a DISCONNECTED"]


def test_a_feed_is_live_to_cerebro() -> None:
    assert live(FeedHub(), "a").islive()


def test_stopping_the_hub_ends_the_run(sample: BarColumns) -> None:
    hub = FeedHub()
    hub.publish([("a", after(sample, hours)) for hours in range(100)])

    told = run(live(hub, "a"), on_bar=lambda me: hub.stop() if len(me) == 3 else None)

    assert told == ["a CONNECTED", "a LIVE", "1", "2", "3", "a DISCONNECTED"]


def test_a_failure_of_the_stream_ends_the_run_with_its_error(sample: BarColumns) -> None:
    hub = FeedHub()
    hub.publish([("a", after(sample, 1))])
    hub.fail(OSError("connection reset"))

    with pytest.raises(FeedError, match="connection reset"):
        run(live(hub, "a"))


def test_oldsync_is_refused() -> None:
    with pytest.raises(FeedError, match="'a' is live and cannot run in a Cerebro with oldsync"):
        run(live(FeedHub(), "a"), oldsync=True)


def test_a_filter_may_drop_live_bars(sample: BarColumns) -> None:
    hub = FeedHub()
    past = sample.part(0, 4)
    hub.publish([("a", after(past, 1)), ("a", after(past, 2))])
    hub.finish()
    data = live(hub, "a", past)
    data.addfilter_simple(lambda each: len(each) % 3 == 0)

    told = run(data)

    assert told == ["a CONNECTED", "a DELAYED", "1", "2", "a LIVE", "a DISCONNECTED"]


def test_haslivedata_tells_whether_bars_wait(sample: BarColumns) -> None:
    hub = FeedHub()
    data = live(hub, "a")

    assert not data.haslivedata()
    hub.publish([("a", after(sample, 1))])

    assert data.haslivedata()
    assert not BaseData.historical(sample, name="h", timeframe=HOUR).haslivedata()


def test_from_timeframe_string_with_a_hub_is_live(sample: BarColumns) -> None:
    class Store:
        instrument = None
        timeframe = HOUR

        def feed(self, request: Any) -> Any:
            return self

        def history(self) -> BarColumns:
            return sample.part(0, 2)

    hub, store = FeedHub(), Store()
    hub.publish([("BTC/USD", after(sample.part(0, 2), 1))])
    hub.finish()
    exchange: Any = store

    data = BaseData.from_timeframe_string("1h", exchange, symbol="BTC/USD", hub=hub)

    assert data.islive()
    assert run(data)[-2:] == ["3", "BTC/USD DISCONNECTED"]
