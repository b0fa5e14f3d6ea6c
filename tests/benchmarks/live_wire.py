"""A server that sends bars at set moments, and the loops that are to hear of them."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
import time  # noqa: TID251 - the very thing that is measured
from queue import Empty, Queue, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from websockets.sync.server import ServerConnection, serve

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

MINUTE_MS = 60_000
GAP_S = 0.05
"""Between two bars."""
WARM_UP = 20
"""Bars that are not counted."""


class Load(NamedTuple):
    """What is sent: so many bars of so many feeds, with so many messages a second beside them."""

    feeds: int
    bars: int
    noise: int


def frame(text: str) -> bytes:
    """Return one unmasked text frame."""
    data = text.encode()
    return b"\x81\x7e" + struct.pack("!H", len(data)) + data


def kline(feed: int, minute: int, *, closed: bool) -> bytes:
    """Return a kline of a combined stream, as Binance writes it."""
    name, opened = f"S{feed}USDT", minute * MINUTE_MS
    told = {"t": opened, "T": opened + MINUTE_MS - 1, "s": name, "i": "1m", "f": 100, "L": 200}
    told |= {"o": "50000.01000000", "c": "50010.02000000", "h": "50020.00000000"}
    told |= {"l": "49990.00000000", "v": "12.34500000", "n": 100, "x": closed, "q": "617283.10"}
    told |= {"V": "6.10000000", "Q": "305000.00000000", "B": "0"}
    data = {"e": "kline", "E": opened, "s": name, "k": told}
    whole = {"stream": f"{name.lower()}@kline_1m", "data": data}
    return frame(json.dumps(whole, separators=(",", ":")))


def send(load: Load, pipe: Connection) -> None:
    """Serve one client, then tell when the last frame of every bar was handed to the system."""
    sent: list[int] = []
    done = threading.Event()

    def handle(ws: ServerConnection) -> None:
        number = json.loads(ws.recv())["id"]
        ws.send(json.dumps({"result": None, "id": number}))
        time.sleep(0.5)
        play(load, ws.socket, sent)
        time.sleep(1)
        done.set()

    with serve(handle, "127.0.0.1", 0, compression=None) as server:
        server.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        pipe.send(server.socket.getsockname()[1])
        threading.Thread(target=server.serve_forever, daemon=True).start()
        done.wait(load.bars * GAP_S + 60)
    pipe.send(sent)


def play(load: Load, wire: socket.socket, sent: list[int]) -> None:
    """Send every bar at its moment, and noise evenly between them."""
    noise = kline(0, first_minute() + 1_000_000, closed=False)
    start = time.perf_counter()
    told = 0
    for bar in range(load.bars):
        while (now := time.perf_counter() - start) < (bar + 1) * GAP_S:
            wanted = int(now * load.noise)
            if wanted > told:
                wire.sendall(noise * (wanted - told))
                told = wanted
            time.sleep(0.001)
        frames = [kline(feed, first_minute() + bar, closed=True) for feed in range(load.feeds)]
        for one in frames[:-1]:
            wire.sendall(one)
        sent.append(time.monotonic_ns())
        wire.sendall(frames[-1])


def first_minute() -> int:
    """Return the minute of the first bar: some days ago, the same for server and client."""
    return int(time.time()) // 86_400 * 1_440 - 10_000


# -- what hears of it -------------------------------------------------------------------------


def bare(port: int, load: Load) -> list[int]:
    """Hear through websocket-client, json and a queue to the thread that acts."""
    import websocket

    client = websocket.create_connection(f"ws://127.0.0.1:{port}/stream", skip_utf8_validation=True)
    client.send(json.dumps({"method": "SUBSCRIBE", "params": ["all"], "id": 1}))
    client.recv()
    queue: SimpleQueue[Any] = SimpleQueue()

    def receive() -> None:
        while text := client.recv():
            told = json.loads(text)["data"]["k"]
            if told["x"]:
                queue.put(told)

    threading.Thread(target=receive, daemon=True).start()
    heard: list[int] = []
    for _ in range(load.bars):
        for _ in range(load.feeds):
            queue.get(timeout=30)
        heard.append(time.monotonic_ns())
    return heard


def ours(port: int, load: Load) -> list[int]:
    """Hear through our stream, hub and loop, in a strategy's `next`."""
    from threading import Timer

    from realtrade.binance.line import Line
    from realtrade.binance.streams import bar_stream
    from realtrade.common import BaseData, FeedHub
    from realtrade.common.history import no_bars
    from realtrade.engine.cerebros import make_cerebro
    from realtrade.utils.clock import SystemClock
    from realtrade.utils.timeframes import Timeframe

    minute = Timeframe.parse("1m")

    class Pages:
        def now_ms(self) -> int:
            return SystemClock().now_ms()

        def fetch_bars(self, *_: Any) -> Any:
            return no_bars()

    class Feed(NamedTuple):
        market_id: str
        symbol: str
        timeframe: Timeframe
        last_ms: int

    last_ms = (first_minute() - 1) * MINUTE_MS
    names = [f"S{number}USDT" for number in range(load.feeds)]
    feeds = {name: Feed(name, name, minute, last_ms) for name in names}
    line = Line(market="spot", base=f"ws://127.0.0.1:{port}", clock=SystemClock())
    stream = bar_stream(feeds, line, pages=Pages())
    hub = FeedHub()
    cerebro = make_cerebro(live=True)
    for name in names:
        cerebro.adddata(BaseData.live(hub, name=name, timeframe=minute))
    heard: list[int] = []
    cerebro.addstrategy(listener(), heard=heard, enough=load.bars)
    stream.start(hub)
    overdue = Timer(load.bars * GAP_S + 20, hub.stop)
    overdue.start()
    cerebro.run()
    overdue.cancel()
    stream.stop()
    return heard


def stock(port: int, load: Load) -> list[int]:
    """Hear through plain Backtrader: a queue and a wait for every feed."""
    import backtrader as bt
    import websocket

    client = websocket.create_connection(f"ws://127.0.0.1:{port}/stream")
    client.send(json.dumps({"method": "SUBSCRIBE", "params": ["all"], "id": 1}))
    client.recv()
    queues: dict[str, Queue[Any]] = {f"S{number}USDT": Queue() for number in range(load.feeds)}

    def receive() -> None:
        while text := client.recv():
            told = json.loads(text)["data"]["k"]
            if told["x"]:
                queues[told["s"]].put(told)

    cerebro = bt.Cerebro(stdstats=False)
    kind = queue_data(queues)
    for name in queues:
        cerebro.adddata(kind(name=name))
    heard: list[int] = []
    cerebro.addstrategy(listener(), heard=heard, enough=load.bars)
    threading.Thread(target=receive, daemon=True).start()
    timer = threading.Timer(load.bars * GAP_S + 20, cerebro.runstop)
    timer.start()
    cerebro.run()
    timer.cancel()
    return heard


def queue_data(queues: dict[str, Queue[Any]]) -> Any:
    """Return a live feed as most of them are: it waits at a queue of its own."""
    import backtrader as bt

    class QueueData(bt.feed.DataBase):
        params = (("qcheck", 0.5), ("timeframe", bt.TimeFrame.Minutes))

        def islive(self) -> bool:
            return True

        def haslivedata(self) -> bool:
            return not queues[self.p.name].empty()

        def _load(self) -> bool | None:
            try:
                told = queues[self.p.name].get(timeout=self._qcheck or 0.001)
            except Empty:
                return None
            self.lines.datetime[0] = 719_163 + told["t"] / 86_400_000
            for line in ("open", "high", "low", "close", "volume"):
                getattr(self.lines, line)[0] = float(told[line[0]])
            return True

    return QueueData


def listener() -> Any:
    """Return a strategy that notes when each bar is there for all feeds."""
    import backtrader as bt

    class Listener(bt.Strategy):
        params = (("heard", None), ("enough", 0))

        def next(self) -> None:
            heard = self.p.heard
            if min(len(data) for data in self.datas) > len(heard):
                heard.append(time.monotonic_ns())
                if len(heard) >= self.p.enough:
                    self.env.runstop()

    return Listener


LOOPS = {"bare": bare, "ours": ours, "stock": stock}


def figures(sent: list[int], heard: list[int]) -> tuple[float, float, float]:
    """Return p50 and p99 in microseconds, and the part of bars that was heard at all."""
    count = min(len(sent), len(heard))
    late = (np.array(heard[:count]) - np.array(sent[:count]))[WARM_UP:] / 1000
    if not len(late):
        return float("nan"), float("nan"), 0.0
    return float(np.quantile(late, 0.5)), float(np.quantile(late, 0.99)), count / len(sent)


if __name__ == "__main__":
    name, port, *numbers = sys.argv[1:]
    told = LOOPS[name](int(port), Load(*map(int, numbers)))
    sys.stdout.write(json.dumps(told))
