"""A bot on the simulated exchange: real HTTP and WebSocket, a real journal, real threads."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from time import monotonic, sleep  # noqa: TID251  # a test's own patience
from typing import TYPE_CHECKING, Any, Self

from realtrade.binance import BinanceStore
from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.user_stream import BinanceAccountStream, user_stream_base
from realtrade.common.streaming.settings import SocketSettings
from realtrade.execution import Naming, State, is_over
from realtrade.storage import open_journal
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.scenario.invariants import (
    Books,
    Ledger,
    Traded,
    check,
    check_footprint,
    footprint,
)
from tests.scenario.trader import Trader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.model.instrument import MarketType
    from realtrade.model.order import Fill, OrderIntent, OrderStatus
    from realtrade.plugins.ports.venue import Report

D = Decimal
KEY, SECRET = "the-key", "the-secret"
PATIENCE_S = 40.0
SYMBOLS = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}
HASTY = SocketSettings(retry_s=0.02, retry_most_s=0.1, steady_s=0.0)


@dataclass
class Kept:
    """What the journal was told, for comparing: it is read by `recall` only at a start."""

    intents: dict[str, OrderIntent] = field(default_factory=dict)
    fills: dict[tuple[str, str], Fill] = field(default_factory=dict)
    status: dict[str, OrderStatus] = field(default_factory=dict)


def asked_for(exchange: SimExchange) -> frozenset[str]:
    """Return the client ids in all requests to place an order, whatever became of them."""
    names = ("newClientOrderId", "clientAlgoId")
    placed = (one.params for one in exchange.requests if one.method == "POST")
    return frozenset(words[name] for words in placed for name in names if name in words)


class WireBot(Trader):
    """One bot, one account, one exchange; `stop` and `take_up` are a restart."""

    threads = True

    def __init__(self, folder: Path, market: MarketType = "spot", **words: Any) -> None:
        super().__init__()
        self.market: MarketType = market
        self.clock = SystemClock()
        self.bar_ms = self.clock.now_ms() + 3_600_000  # bars of after the start, also of a restart
        self.folder = folder
        self.exchange = SimExchange()
        self.symbol = SYMBOLS[market]
        balances = {} if market == "swap" else {"USDT": 100_000}
        futures = {"USDT": 100_000} if market == "swap" else None
        self.exchange.add_account(KEY, SECRET, balances, futures=futures, **words)
        self.kept = Kept()

    def __enter__(self) -> Self:
        self._before = footprint()
        self.exchange.start()
        self.exchange.move(self.symbol, 100)
        self.begin()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        self.exchange.close()
        check_footprint(self._before)

    def begin(self, state: State = State.LIVE) -> None:
        """Start a process, and see it come so far."""
        self.connect()
        instrument = self.gateway.instrument(self.symbol)
        assert instrument is not None
        self.traded = instrument
        self.naming = Naming(self.gateway.account, "bot")
        self.journal = open_journal(
            "sqlite:///bot.db",
            account=self.gateway.account,
            bot="bot",
            folder=self.folder,
            clock=self.clock,
            locks=self.folder,
        )
        self.take_up()
        self.until(lambda: self.standing.state is state)

    def connect(self) -> None:
        """Make store, gateway and stream."""
        self.store: Any = BinanceStore(
            market_type=self.market,
            endpoints=self.exchange.url,
            apikey=KEY,
            secret=SECRET,
            proxy="none",
        )
        self.store.clock.measure()
        self.gateway: Any = BinanceGateway(self.store)
        base = user_stream_base(self.market, testnet=False, base=self.exchange.ws_url)
        self.stream = BinanceAccountStream(self.store, base=base, clock=self.clock, socket=HASTY)

    def end(self) -> None:
        """End the process, in good order."""
        self.venue.stop()
        self.drain()
        self.journal.close()
        self.store.close()

    def until(self, done: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Take what arrives until something is so."""
        ends_s = monotonic() + seconds
        while monotonic() < ends_s:
            self.drain()
            if done():
                return
            sleep(0.005)
        states = {name[-8:]: str(status) for name, status in self.status.items()}
        msg = f"not so within {seconds} s; orders: {states}, {self.standing.state}"
        raise AssertionError(msg)

    def wait(self, seconds: float) -> None:
        """Take what arrives for so long."""
        ends_s = monotonic() + seconds
        while monotonic() < ends_s:
            self.drain()
            sleep(0.005)

    def until_over(self, name: str, seconds: float = PATIENCE_S) -> OrderStatus:
        self.until(lambda: is_over(self.status[name]), seconds)
        return self.status[name]

    def place(self, *intents: OrderIntent) -> str:
        self.kept.intents |= {each.client_order_id: each for each in intents}
        return super().place(*intents)

    def _take(self, report: Report) -> None:
        super()._take(report)
        if report.fill is not None:
            self.kept.fills[report.fill.symbol, report.fill.trade_id] = report.fill

    # -- what is true -------------------------------------------------------------------------

    def settle(self, seconds: float = PATIENCE_S) -> None:
        """Compare once everything told has come: ours with the exchange's ledger."""
        self.exchange.faults.clear()
        self.until(self._agreed, seconds)
        check(self.books(), self.ledger())
        booked = {(self.symbol, trade.trade_id) for trade in self.ledger().trades}
        assert {key for key in booked if self.journal.booked(*key)} == booked
        assert self.journal.recall().seen <= booked

    def _agreed(self) -> bool:
        books, ledger = self.books(), self.ledger()
        same = books.positions == ledger.positions and books.cash == ledger.cash
        return same and {t.trade_id for t in books.trades} == {t.trade_id for t in ledger.trades}

    def books(self) -> Books:
        self.kept.status |= self.status
        books = self.books_of(self.kept, moves=self.moves)
        return replace(books, cash=self.venue.money.balances["USDT"].total)

    def ledger(self) -> Ledger:
        truth = self.exchange.truth(KEY)
        symbol = self.symbol
        by_hand = {order.client_order_id for order in truth.orders if order.external}
        # A conditional order that has fired is told again as the order it became.
        told = [o for o in truth.orders if o.symbol == symbol and o.status != "triggered"]
        ours = [order for order in told if not order.external]
        spot = self.market == "spot"
        wallet = truth.balances if spot else truth.futures
        base = truth.balances.get("BTC")
        swap = truth.positions.get(symbol)
        held = (
            (D(0) if base is None else base.free + base.locked)
            if spot
            else (D(0) if swap is None else swap.quantity)
        )
        done = {"filled", "canceled", "expired", "rejected", "triggered"}
        return Ledger(
            accepted=[order.client_order_id for order in ours if order.status != "rejected"],
            asked=asked_for(self.exchange),
            open=frozenset(o.client_order_id for o in ours if o.status not in done),
            trades=[
                Traded(
                    str(f.id),
                    f.client_order_id,
                    f.symbol,
                    f.side,
                    f.quantity,
                    f.price,
                    f.fee,
                    f.fee_asset,
                )
                for f in truth.fills
                if f.symbol == symbol and f.client_order_id not in by_hand
            ],
            positions={symbol: held},
            cash=wallet["USDT"].total,
        )
