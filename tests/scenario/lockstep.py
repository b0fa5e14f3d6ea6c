"""A recipe traded on the simulated exchange, bar by bar: the next one comes when all is settled.

So the exchange fills by the rules of the simulated broker. What is decided on a bar's close is at
the exchange before the next bar begins: orders at the market find the price at its open, limit
orders rest while its path is walked. Everything between is the real thing: ccxt, WebSockets, the
courier, a journal in a file.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from realtrade.engine import TradingRunner
from realtrade.engine.lifecycle import Phase
from realtrade.recipe import load_recipe
from realtrade.testing import SimExchange, SimMarket
from realtrade.testing.playing import played
from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from realtrade.model.bar import Bar
    from realtrade.testing import AccountTruth

CLOCK = SystemClock()
SECRET = "secret-of-a-test"  # noqa: S105 - of an exchange on loopback
LOT, TICK = Decimal("0.0001"), Decimal("0.01")
MAKER, TAKER = Decimal("0.0002"), Decimal("0.0005")
PATIENCE_S = 90.0
_LOOK_S = 0.0005
_MOVING = """
    select count(*) from "order" join intent using (client_order_id)
    where status not in ('filled', 'cancelled', 'expired', 'denied', 'rejected', 'margin')
    and (type = 'market' or status != 'accepted')
"""


class Filled(NamedTuple):
    """An execution in words that every mode has."""

    bar: int
    """Number of the bar during which it happened; the market is met at its open."""
    symbol: str
    side: str
    quantity: Decimal
    price: Decimal
    fee: Decimal


@dataclass(frozen=True)
class Traded:
    """What came of a run at the exchange."""

    fills: list[Filled]
    truth: AccountTruth
    lines: list[str]
    """What the bot said of itself that was a warning or worse."""


class _Lines:
    """An observer that keeps what went wrong."""

    def __init__(self) -> None:
        self.wrong: list[str] = []

    def stage(self, name: str) -> None: ...

    def progress(self, done: int, total: int | None) -> None: ...

    def log(self, level: str, line: str) -> None:
        if level != "info":
            self.wrong.append(line)

    def event(self, level: str, event: Any) -> None:
        self.log(level, event.message)

    def finished(self, outcome: object) -> None: ...


class LiveBot:
    """A recipe that runs on a thread of this process."""

    def __init__(self, recipe: Path) -> None:
        self.lines = _Lines()
        loaded = load_recipe(recipe)
        self._runner = TradingRunner(loaded, out=recipe.parent / "out", observer=self.lines)
        self._journal = recipe.parent / "state" / f"{loaded.name}.db"
        self._thread = Thread(target=self._run)
        self._database: sqlite3.Connection | None = None
        self.failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        self.until(lambda: self._runner.lifecycle.phase is Phase.TRADING)
        self._database = sqlite3.connect(f"file:{self._journal}?mode=ro", uri=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._database is not None:
            self._database.close()
        self._runner.stop()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        try:
            outcome = self._runner.run()
            self.failure = None if outcome.crash is None else outcome.crash.error
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame; the test looks
            self.failure = error

    def until(self, holds: Callable[[], bool]) -> None:
        """Wait for something, or fail with what the bot died of."""
        ends_s = CLOCK.monotonic_s() + PATIENCE_S
        while not holds():
            assert self.failure is None, self.failure
            assert self._thread.is_alive(), "the bot has ended"
            assert CLOCK.monotonic_s() < ends_s, f"it never came to that: {self.lines.wrong}"
            CLOCK.sleep(_LOOK_S)

    def has_booked(self, count: int) -> bool:
        """Tell whether so many executions are in the journal."""
        return int(self._ask("select count(*) from fill")) == count

    def has_done(self, time_ms: int, feeds: int) -> bool:
        """Tell whether the strategy is done with that many feeds' bars of that time."""
        return int(self._ask("select count(*) from bar_mark where time_ms >= ?", time_ms)) >= feeds

    @property
    def waits(self) -> bool:
        """Tell whether an order is on its way, or a cancel, or an answer."""
        known = list(self._venue.dispatch.orders.values())
        return bool(
            int(self._ask(_MOVING)) or any(one.cancel_wanted and not one.over for one in known)
        )

    def knows(self, account: Any, currency: str) -> bool:
        """Tell whether the account's events have told it what the exchange has booked."""
        money = self._venue.money
        wallet = account.spot if money.spot else account.futures
        told = money.balances.get(currency)
        held = {symbol: one.quantity for symbol, one in dict(money.positions).items()}
        true = {symbol: one.quantity for symbol, one in account.positions.items() if one.quantity}
        return told is not None and told.total == wallet.total(currency) and held == true

    @property
    def _venue(self) -> Any:
        return self._runner._parts.recovery.venue

    def _ask(self, query: str, *values: int) -> Any:
        assert self._database is not None
        return self._database.execute(query, values).fetchone()[0]


class Stage:
    """An exchange that plays bars of some symbols in step with one bot."""

    def __init__(self, symbols: Sequence[str], cash: int, key: str, **account: Any) -> None:
        self.key = key
        self.exchange = SimExchange([_market(symbol) for symbol in symbols])
        # Hundreds of bars in a second are more orders than an exchange takes in that time.
        services = self.exchange.dialect.services
        for limits in (services.spot_limits, services.usdm_limits):
            limits.order_limits = ()
        money = {"USD": cash}
        self.exchange.add_account(key, SECRET, money, futures=money, **account)

    def __enter__(self) -> Self:
        self.exchange.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.exchange.close()

    def trade(
        self, recipe: Path, bars: Mapping[str, Sequence[Bar]], timeframe: str, *, walks: bool
    ) -> Traded:
        """Play all bars, of all symbols at once.

        With `walks` every bar's path is walked, and what it fills is waited for, before it closes.
        """
        rows = [dict(zip(bars, group, strict=True)) for group in zip(*bars.values(), strict=True)]
        opens = [{symbol: bar.open for symbol, bar in row.items()} for row in rows[1:]]
        begun: list[int] = []
        with LiveBot(recipe) as bot:
            # Before it listens a bar would be lost: there is none before it to tell of a gap.
            bot.until(lambda: all(map(self._is_heard, bars)))
            for row, following in zip(rows, [*opens, {}], strict=True):
                if walks:
                    self._walk(row)
                    bot.until(lambda: self._is_booked(bot))
                begun.append(len(self._fills))
                self._play(row, following, timeframe)
                bot.until(partial(bot.has_done, next(iter(row.values())).time_ms, len(row)))
                bot.until(lambda: not bot.waits and self._is_booked(bot))
        assert bot.failure is None, bot.failure
        truth = self.exchange.truth(self.key)
        return Traded(_numbered(truth, begun), truth, bot.lines.wrong)

    @property
    def _fills(self) -> Sequence[Any]:
        return self.exchange.account(self.key).fills

    def _is_booked(self, bot: LiveBot) -> bool:
        account = self.exchange.account(self.key)
        return bot.has_booked(len(account.fills)) and bot.knows(account, "USD")

    def _is_heard(self, symbol: str) -> bool:
        name = symbol.partition(":")[0].replace("/", "")
        wanted = self.exchange.dialect.streams._wanted(":" not in symbol, name)
        return any("kline" in kind for kind in wanted)

    def _walk(self, row: Mapping[str, Bar]) -> None:
        for symbol, bar in row.items():
            for price in played(_market(symbol), bar[2:7]).path():
                self.exchange.player.walk(symbol, price, grow=False)
        self.exchange.flush()

    def _play(self, row: Mapping[str, Bar], following: Mapping[str, float], timeframe: str) -> None:
        """Close a bar of every symbol, and be at the next one's open before anybody hears of it."""
        exchange = self.exchange
        group = {symbol: played(_market(symbol), bar[2:7]) for symbol, bar in row.items()}
        with exchange.core.lock:
            exchange.player.play(group, timeframe, next(iter(row.values())).time_ms)
            for symbol, price in following.items():
                exchange.player.walk(symbol, Decimal(str(price)), grow=False)
        exchange.flush()


def _market(symbol: str) -> SimMarket:
    return SimMarket(
        symbol=symbol,
        tick=TICK,
        lot=LOT,
        min_quantity=LOT,
        maker=MAKER,
        taker=TAKER,
        spread_ticks=0,
    )


def _numbered(truth: AccountTruth, begun: Sequence[int]) -> list[Filled]:
    """Return fills with the number of their bar; `begun` tells how many there were as each closed.

    What was filled behind the last bar is left out.
    """
    return [
        Filled(
            sum(count <= number for count in begun),
            *(fill.symbol, fill.side, fill.quantity, fill.price, fill.fee),
        )
        for number, fill in enumerate(truth.fills[: begun[-1]])
    ]
