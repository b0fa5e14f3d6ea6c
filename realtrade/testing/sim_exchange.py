"""`SimExchange`: the simulated exchange, listening, with everything a test wants to turn."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Self

from aiohttp import web

from realtrade.testing.binance.app import BinanceDialect
from realtrade.testing.by_hand import ByHand
from realtrade.testing.control import control_routes
from realtrade.testing.exchange.account import SimAccount
from realtrade.testing.exchange.core import Core
from realtrade.testing.exchange.market import DEFAULT_MARKETS, SimMarket
from realtrade.testing.exchange.player import Player
from realtrade.testing.playing import groups, played
from realtrade.testing.server.faults import Faults
from realtrade.testing.server.line import LineRules
from realtrade.testing.server.log import RequestLog
from realtrade.testing.server.web import WebServer
from realtrade.testing.skewed_clock import SkewedClock
from realtrade.testing.ticker import Ticker, made_up_bars
from realtrade.utils.clock import ManualClock, SystemClock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable
    from types import TracebackType

    from realtrade.testing.exchange.bars import SimBar
    from realtrade.testing.exchange.events import PriceMoved
    from realtrade.testing.exchange.truth import AccountTruth
    from realtrade.testing.playing import Rows
    from realtrade.testing.server.faults import Fault
    from realtrade.utils.clock import Clock

Number = Decimal | str | int
_DAY_MS = 86_400_000
_BACK_MS = 30 * _DAY_MS
_FLUSH_S = 5.0
_LOOK_S = 0.0005


class SimExchange:
    """A simulated exchange on `127.0.0.1` that speaks Binance's wire protocol.

    Orders and fills are stamped by `clock`; bars by market time, which moves only by `play`,
    `close_bar` and `advance`. With a `ManualClock` the two are one. Safe to use from any thread.

    Args:
        markets: What can be traded, as `SimMarket` or as symbols with default steps.
        seed: Of random prices.
        clock: The exchange's clock; `exchange.clock.skew_ms` sets it wrong on purpose.
        start_ms: Market time to begin with; else the clock's with a `ManualClock`, and thirty
            days before the clock's, at midnight, with a real one, so that played bars are past.
        port: 0 lets the system choose.

    Example:
        ```python
        with SimExchange() as exchange:
            exchange.add_account("key", "secret", {"USDT": "10000"})
            exchange.move("BTC/USDT", "50000")
            ...                            # a client trades at exchange.url
            exchange.truth("key").fills
        ```
    """

    def __init__(
        self,
        markets: Iterable[SimMarket | str] = DEFAULT_MARKETS,
        *,
        seed: int = 1,
        clock: Clock | None = None,
        start_ms: int | None = None,
        port: int = 0,
    ) -> None:
        self.clock = SkewedClock(clock or SystemClock())
        self.core = Core([_market(one) for one in markets], clock=self.clock)
        follower = clock if isinstance(clock, ManualClock) else None
        if start_ms is None:
            start_ms = self.clock.now_ms()
            if follower is None:
                start_ms = start_ms // _DAY_MS * _DAY_MS - _BACK_MS
        self.player = Player(self.core, start_ms=start_ms, seed=seed, follower=follower)
        self.by_hand = ByHand(self.core)
        self._ticker: Ticker | None = None
        self.faults = Faults()
        self.requests = RequestLog()
        self.rules = LineRules()
        self._server = WebServer(self._application, port=port)
        self.dialect = BinanceDialect(
            self.core,
            self.player,
            faults=self.faults,
            log=self.requests,
            rules=self.rules,
            soon=self._server.soon,
        )
        self.core.listen(self.dialect.take)

    def start(self) -> Self:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        self._server.start()
        return self

    def close(self) -> None:
        """Drop every connection and end; doing it twice is harmless."""
        self.stop_ticking()
        self.drop_connections()
        self._server.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def port(self) -> int:
        """Return the port it listens on."""
        return self._server.port

    @property
    def url(self) -> str:
        """Return the base of REST paths, such as `http://127.0.0.1:8900`."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws_url(self) -> str:
        """Return the base of WebSocket paths, such as `ws://127.0.0.1:8900`."""
        return f"ws://127.0.0.1:{self.port}"

    def add_account(
        self,
        key: str,
        secret: str,
        balances: Mapping[str, Number] | None = None,
        *,
        futures: Mapping[str, Number] | None = None,
        permissions: Iterable[str] = ("read", "trade"),
        fee_asset: str | None = None,
        verify: Callable[[str, str], bool] | None = None,
    ) -> None:
        """Open an account behind an API key.

        Args:
            key: API key.
            secret: Its secret.
            balances: Spot wallet.
            futures: Wallet of perpetuals.
            permissions: Of `read`, `trade`, `withdraw`.
            fee_asset: Pay spot fees in this currency instead of what is received.
            verify: Judges text and signature of an Ed25519 or RSA key; None: HMAC with `secret`.
        """
        account = SimAccount(
            key=key,
            secret=secret,
            permissions=frozenset(permissions),
            fee_asset=fee_asset,
            verify=verify,
        )
        self.core.open_account(account)
        for asset, amount in (balances or {}).items():
            self.core.transfer(account, asset, Decimal(amount))
        for asset, amount in (futures or {}).items():
            self.core.transfer(account, asset, Decimal(amount), futures=True)

    def account(self, key: str) -> SimAccount:
        """Return the living account, to be changed under `core.lock` only."""
        return self.core.accounts[key]

    def truth(self, key: str) -> AccountTruth:
        """Return orders, fills, balances and positions of the account, frozen."""
        return self.core.truth(key)

    def price(self, symbol: str) -> Decimal:
        """Return the last price of a unified symbol."""
        return self.core.desk(symbol).price

    def move(self, symbol: str, price: Number) -> None:
        """Let a trade happen at `price`: a jump, so stops fill where it lands."""
        self.player.move(symbol, Decimal(price))

    def trade(self, symbol: str, price: Number, quantity: Number) -> None:
        """Let a trade of `quantity` happen at `price`."""
        self.player.move(symbol, Decimal(price), Decimal(quantity))

    def trades(self, symbol: str) -> list[PriceMoved]:
        """Return the latest public trades of a market, oldest first."""
        with self.core.lock:
            return list(self.core.desk(symbol).trades)

    def walk(self, symbol: str, price: Number) -> None:
        """Move the price to `price` step by step: stops and limits act at their own prices."""
        self.player.walk(symbol, Decimal(price))

    def advance(self, seconds: float) -> None:
        """Let market time pass; bars close, flat ones where nothing traded."""
        self.player.advance(int(seconds * 1000))

    def close_bar(
        self,
        symbol: str,
        timeframe: str,
        *,
        open: Number,  # noqa: A002 - a bar's own word
        high: Number,
        low: Number,
        close: Number,
        volume: Number = 1,
        open_ms: int | None = None,
    ) -> SimBar:
        """Play one bar and close it; return it.

        Args:
            symbol: Unified.
            timeframe: Such as `1m`; from then on bars are made from this one up.
            open: First price.
            high: Highest price.
            low: Lowest price.
            close: Last price.
            volume: In base units.
            open_ms: When it opens; by default the first interval that has not begun.
        """
        market = self.core.desk(symbol).market
        opened = self.player.next_open_ms(symbol, timeframe) if open_ms is None else open_ms
        bar = played(market, (open, high, low, close, volume))
        self.player.play({symbol: bar}, timeframe, opened)
        return self.core.desk(symbol).bars.series[timeframe].closed[-1]

    def play(
        self,
        bars: Rows | Mapping[str, Rows],
        timeframe: str,
        *,
        symbol: str | None = None,
        speed: float | None = None,
    ) -> int:
        """Play closed bars in the order of time, waiting for sockets after each; return how many.

        The first bars of a market may be of any time; later ones must follow.

        Args:
            bars: Of one market, which `symbol` names, or of several by symbol.
            timeframe: Of all of them.
            symbol: Unified; the first market when left out.
            speed: Times real time; None: as fast as the sockets take them.

        Raises:
            ValueError: a bar opens before the market's own time.
        """
        last_ms, count = None, 0
        for opened, group in groups(self.core, self._by_symbol(bars, symbol)):
            if speed is not None and last_ms is not None:
                SystemClock().sleep((opened - last_ms) / 1000 / speed)
            last_ms, count = opened, count + len(group)
            self.player.play(group, timeframe, opened)
            self.flush()
        return count

    def _by_symbol(self, bars: Rows | Mapping[str, Rows], symbol: str | None) -> Mapping[str, Rows]:
        if isinstance(bars, Mapping):
            return bars
        return {symbol or next(iter(self.core.desks)): bars}

    def preload(self, bars: Rows, timeframe: str, *, symbol: str | None = None) -> int:
        """Play bars as history, before any client is there; return how many."""
        return self.play(bars, timeframe, symbol=symbol)

    def make_up_history(self, count: int, *, timeframe: str = "1m", seed: int = 1) -> None:
        """Play `count` made-up bars of every market, from market time on."""
        bars = {
            symbol: made_up_bars(
                float(desk.price),
                timeframe,
                start_ms=self.player.next_open_ms(symbol, timeframe),
                count=count,
                seed=seed + number,
            )
            for number, (symbol, desk) in enumerate(self.core.desks.items())
        }
        self.play(bars, timeframe)

    def start_ticking(self, *, every_s: float = 1.0, speed: float = 1.0, bps: Number = 5) -> None:
        """Let market time pass and prices wander at random, on a thread, until stopped.

        Args:
            every_s: Seconds between steps.
            speed: Seconds of market time to one of real time.
            bps: Most that a price moves in a step, in hundredths of a percent.
        """
        self.stop_ticking()
        self._ticker = Ticker(
            self.core, self.player, every_s=every_s, speed=speed, bps=Decimal(bps)
        )
        self._ticker.start()

    def stop_ticking(self) -> None:
        """Let prices rest."""
        ticker, self._ticker = self._ticker, None
        if ticker is not None:
            ticker.stop()

    def bars(self, symbol: str, timeframe: str) -> list[SimBar]:
        """Return the closed bars of a market, oldest first."""
        with self.core.lock:
            series = self.core.desk(symbol).bars.series.get(timeframe)
            return [] if series is None else list(series.closed)

    def flush(self) -> None:
        """Wait until every message so far has been handed to its socket."""
        if self._server.running:
            self._server.call(self._drained())

    def refuse_connections(self, refused: bool = True) -> None:
        """Stop listening, so that new connections are refused; False listens again."""
        self._server.listening(not refused)

    def drop_connections(self) -> int:
        """Cut every open WebSocket without a word; return how many."""
        lines = self.dialect.lines
        for line in lines:
            self._server.soon(line.drop)
        return len(lines)

    def shut_down_connections(self) -> int:
        """Announce `serverShutdown` on every open WebSocket and close it; return how many."""
        lines = self.dialect.lines
        for line in lines:
            self._server.soon(line.shut_down)
        return len(lines)

    def end_user_streams(self, key: str | None = None) -> None:
        """End user streams of one account or of all: spot says so, listen keys expire."""
        for owner in [key] if key is not None else list(self.core.accounts):
            self.dialect.services.listen_keys.end(owner)
        self._server.soon(self.dialect.spot_users.terminate, key)

    def arm(
        self, name: str, times: int = 1, match: Mapping[str, str] | None = None, **more: Any
    ) -> Fault:
        """Arm a fault; see `Faults.arm`."""
        return self.faults.arm(name, times, match, **more)

    async def _drained(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + _FLUSH_S
        while loop.time() < ends:
            if all(line.idle for line in self.dialect.lines):
                return
            await asyncio.sleep(_LOOK_S)

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 20)
        app.add_routes([*control_routes(self), *self.dialect.routes()])
        app.cleanup_ctx.append(self._watching)
        return app

    async def _watching(self, app: web.Application) -> AsyncIterator[None]:
        watch = asyncio.create_task(self.dialect.watch())
        yield
        watch.cancel()


def _market(given: SimMarket | str) -> SimMarket:
    return given if isinstance(given, SimMarket) else SimMarket(symbol=given)
