"""From a closed bar to the order it leads to, as the exchange sees both."""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time  # noqa: TID251 - the very thing that is measured
from decimal import Decimal
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import live_wire
import numpy as np

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

GAP_S = 0.3
WARM_UP = 5
MINUTE_MS, DAY_MS = 60_000, 86_400_000
KEY, SECRET = "k" * 24, "s" * 24
QUANTITY = "0.1"
_ORDER = "/api/v3/order"


def symbols(feeds: int) -> list[str]:
    """Return made-up markets; the last one is traded."""
    return [f"S{number}/USDT" for number in range(feeds)]


def serve(load: live_wire.Load, lines: int, pipe: Connection) -> None:
    """Be the exchange: close bars one after the other, note when orders arrive."""
    from realtrade.testing import SimExchange, SimMarket
    from realtrade.utils.clock import SystemClock

    feeds, bars = load.feeds, load.bars
    nothing = Decimal(0)  # so that what is bought can be sold again
    markets = [SimMarket(symbol=name, maker=nothing, taker=nothing) for name in symbols(feeds)]
    start_ms = SystemClock().now_ms() // DAY_MS * DAY_MS - 30 * DAY_MS
    sent: list[int] = []
    with SimExchange(markets, start_ms=start_ms) as exchange:
        exchange.add_account(KEY, SECRET, {"USDT": "100000"})
        arrived = arrivals(exchange)
        for number in range(30):
            close(exchange, feeds, start_ms + number * MINUTE_MS)
        pipe.send(exchange.port)
        end_s = time.monotonic() + 60
        while len(exchange.dialect.lines) < lines and time.monotonic() < end_s:
            time.sleep(0.05)
        time.sleep(3)
        over = threading.Event()
        if load.noise:
            threading.Thread(target=chatter, args=(exchange, load.noise, over)).start()
        for number in range(30, 30 + bars):
            sent.append(time.monotonic_ns())
            close(exchange, feeds, start_ms + number * MINUTE_MS)
            time.sleep(GAP_S)
        over.set()
        pipe.send((sent, arrived))
        pipe.recv()


def chatter(exchange: Any, per_s: int, over: threading.Event) -> None:
    """Send so many messages of bars still forming, evenly, beside what the exchange says."""
    noise = live_wire.kline(0, live_wire.first_minute() + 1_000_000, closed=False)
    lines = [line.request.transport for line in exchange.dialect.streams.lines]
    start, told = time.perf_counter(), 0
    while not over.wait(0.002):
        wanted = int((time.perf_counter() - start) * per_s)
        for line in lines:
            if not line.is_closing():
                exchange._server.soon(line.write, noise * (wanted - told))
        told = wanted


def arrivals(exchange: Any) -> list[int]:
    """Return a list that grows with every order that arrives."""
    arrived: list[int] = []
    add = exchange.requests.add

    def note(request: Any) -> None:
        if (request.method, request.path) == ("POST", _ORDER):
            arrived.append(time.monotonic_ns())
        add(request)

    exchange.requests.add = note
    return arrived


def close(exchange: Any, feeds: int, at_ms: int) -> None:
    """Close one bar of every market."""
    from realtrade.model.bar import Bar

    price = 100 + at_ms // MINUTE_MS % 7
    bar = Bar(at_ms, at_ms + MINUTE_MS, price, price + 1, price - 1, price, 1)
    exchange.play({name: [bar] for name in symbols(feeds)}, "1m")


def bare(port: int, feeds: int, bars: int) -> None:
    """Act on websocket-client, json, a queue and ccxt."""
    exchange = client(port)
    queue: SimpleQueue[Any] = SimpleQueue()
    threading.Thread(target=receive, args=(port, feeds, queue.put), daemon=True).start()
    for number in range(bars):
        for _ in range(feeds):
            queue.get(timeout=90)
        order(exchange, feeds, number)


def stock(port: int, feeds: int, bars: int) -> None:
    """Act on plain Backtrader's loop and ccxt, in `next`."""
    from queue import Queue

    import backtrader as bt
    from live_wire import queue_data

    exchange = client(port)
    queues: dict[str, Queue[Any]] = {f"S{number}USDT": Queue() for number in range(feeds)}

    class Acting(bt.Strategy):
        done = 0

        def next(self) -> None:
            if min(len(data) for data in self.datas) > self.done:
                order(exchange, feeds, self.done)
                self.done += 1
                if self.done >= bars:
                    self.env.runstop()

    def put(told: Any) -> None:
        queues[told["s"]].put(told)

    threading.Thread(target=receive, args=(port, feeds, put), daemon=True).start()
    cerebro = bt.Cerebro(stdstats=False)
    kind = queue_data(queues)
    for name in queues:
        cerebro.adddata(kind(name=name))
    cerebro.addstrategy(Acting)
    cerebro.run()


def ours(port: int, feeds: int, bars: int) -> None:
    """Act as a recipe does: stream, hub, loop, risk, journal, courier, ccxt's transport."""
    import os

    from realtrade.engine import TradingRunner
    from realtrade.recipe import load_recipe

    os.environ.update(BENCH_KEY=KEY, BENCH_SECRET=SECRET)  # noqa: TID251 - a script's own process
    lines = [
        f"  f{at}: {{symbol: {name}, timeframe: 1m}}" for at, name in enumerate(symbols(feeds))
    ]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "bench_flip.py").write_text(FLIP)
        recipe = Path(folder, "bench.yaml")
        recipe.write_text(RECIPE.format(port=port, feeds="\n".join(lines)))
        sys.path.insert(0, folder)
        runner = TradingRunner(load_recipe(recipe), out=Path(folder, "out"))
        over = threading.Timer(60 + bars * GAP_S, runner.stop)
        over.daemon = True
        over.start()
        runner.run()


FLIP = f"""
import backtrader as bt

class Flip(bt.Strategy):
    done = 0

    def next(self):
        act = self.sell if self.done % 2 else self.buy
        act(self.datas[-1], size={QUANTITY})
        self.done += 1
"""
RECIPE = """realtrade: v1
name: bench
mode: testnet
exchange:
  type: binance
  market: spot
  endpoints: http://127.0.0.1:{port}
  api_key: {{env: BENCH_KEY}}
  secret: {{env: BENCH_SECRET}}
feeds:
{feeds}
strategy: {{type: python, class: "bench_flip:Flip"}}
"""


def client(port: int) -> Any:
    """Return ccxt, which finds the exchange where Binance would be."""
    import ccxt

    made = ccxt.binance({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
    made.options["fetchMarkets"] = {"types": ["spot"]}
    made.options["fetchMargins"] = False
    made.has["fetchCurrencies"] = False
    for name, address in made.urls["api"].items():
        if isinstance(address, str):
            path = address.partition("://")[2].partition("/")[2]
            made.urls["api"][name] = f"http://127.0.0.1:{port}/{path}"
    made.load_markets()
    return made


def order(exchange: Any, feeds: int, number: int) -> None:
    """Buy and sell in turn."""
    side = "sell" if number % 2 else "buy"
    exchange.create_order(symbols(feeds)[-1], "market", side, float(QUANTITY))


def receive(port: int, feeds: int, put: Any) -> None:
    """Hand on every closed kline."""
    import websocket

    wire = websocket.create_connection(f"ws://127.0.0.1:{port}/stream", skip_utf8_validation=True)
    names = [f"s{number}usdt@kline_1m" for number in range(feeds)]
    wire.send(json.dumps({"method": "SUBSCRIBE", "params": names, "id": 1}))
    while text := wire.recv():
        told = json.loads(text).get("data", {}).get("k")
        if told is not None and told["x"]:
            put(told)


LOOPS = {"bare": bare, "ours": ours, "stock": stock}
LINES = {"bare": 1, "ours": 2, "stock": 1}
"""Connections that must be there before the first bar."""


def figures(sent: list[int], arrived: list[int]) -> tuple[float, float, float]:
    """Return p50 and p99 in microseconds, and the part of bars that led to an order in time."""
    late = []
    for at, until in zip(sent, [*sent[1:], sent[-1] + 10**9], strict=True):
        found = [one for one in arrived if at <= one < until]
        late += [(found[0] - at) / 1000] if found else []
    counted = np.array(late[WARM_UP:])
    if not len(counted):
        return float("nan"), float("nan"), 0.0
    p50, p99 = np.quantile(counted, [0.5, 0.99])
    return float(p50), float(p99), len(late) / len(sent)


if __name__ == "__main__":
    LOOPS[sys.argv[1]](*map(int, sys.argv[2:]))
