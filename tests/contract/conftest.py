"""Every gateway there is, each with an exchange behind it that a test can turn."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

import pytest

from realtrade.binance import BinanceStore
from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.user_stream import BinanceAccountStream, user_stream_base
from realtrade.common.streaming.settings import SocketSettings
from realtrade.generic_ccxt.capability import find_ways
from realtrade.generic_ccxt.gateway import CcxtGateway
from realtrade.generic_ccxt.names import Names
from realtrade.generic_ccxt.store import store_class
from realtrade.generic_ccxt.stream import PollingAccount
from realtrade.generic_ccxt.traits import traits_of
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.plugins.ports.gateway import MarksTrades, Outcome
from realtrade.testing import SimExchange
from realtrade.utils.clock import ManualClock, SystemClock
from tests.common.live.exchange import SPOT, SWAP, FakeExchange, FakeGateway, Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.model.order import Fill
    from realtrade.plugins.ports.gateway import AccountStream, Gateway

KEY, SECRET = "the-key", "the-secret"
HASTY = SocketSettings(retry_s=0.02, retry_most_s=0.1, steady_s=0.0)


@dataclass
class Subject:
    """A gateway and its stream, and what can be done to the exchange behind them."""

    gateway: Gateway
    stream: AccountStream
    symbol: str
    lose_answer: Callable[[], None]
    """The next order is executed, and its answer lost."""
    fail_questions: Callable[[], None]
    """The next questions are not answered."""
    cut: Callable[[], None]
    """The stream is interrupted; it comes back by itself."""
    number: int = 0

    def cursor(self, fill: Fill) -> str:
        """Return what goes on behind an execution."""
        gateway: Any = self.gateway
        return gateway.cursor(fill) if isinstance(gateway, MarksTrades) else fill.trade_id

    def intent(self, quantity: str = "0.5", side: Side = Side.BUY, **words: Any) -> OrderIntent:
        self.number += 1
        if words.get("type") is OrderType.LIMIT:
            words.setdefault("limit_price", Decimal(90))
        given: dict[str, Any] = {"type": OrderType.MARKET, **words}
        return OrderIntent(
            client_order_id=f"rttest-{self.number:022}-0",
            symbol=self.symbol,
            feed="btc",
            side=side,
            quantity=Decimal(quantity),
            reference_price=Decimal(100),
            **given,
        )


def fake(instrument: Any) -> Iterator[Subject]:
    exchange = FakeExchange(ManualClock(1_700_000_000_000), instrument)

    def cut() -> None:
        assert exchange.sink is not None
        exchange.sink.lost("cut")
        exchange.sink.connected()

    yield Subject(
        gateway=cast("Gateway", FakeGateway(exchange)),
        stream=cast("AccountStream", exchange),
        symbol=instrument.symbol,
        lose_answer=lambda: exchange.faults.append(Fault(Outcome.UNKNOWN, executed=True)),
        fail_questions=lambda: setattr(exchange, "questions_fail", 9),
        cut=cut,
    )


def binance(market: Any, symbol: str) -> Iterator[Subject]:
    with SimExchange() as exchange:
        exchange.add_account(KEY, SECRET, {"USDT": 10_000}, futures={"USDT": 10_000})
        exchange.move(symbol, 100)
        store = BinanceStore(
            market_type=market, endpoints=exchange.url, apikey=KEY, secret=SECRET, proxy="none"
        )
        store.clock.measure()
        base = user_stream_base(market, testnet=False, base=exchange.ws_url)
        stream = BinanceAccountStream(store, base=base, clock=SystemClock(), socket=HASTY)
        yield Subject(
            gateway=BinanceGateway(store),
            stream=stream,
            symbol=symbol,
            lose_answer=lambda: _arm(exchange, "lost_answer", method="POST", path="*/order"),
            fail_questions=lambda: _arm(exchange, "server_error", method="GET"),
            cut=lambda: _cut(exchange),
        )
        stream.stop()
        store.close()


def generic(name: str, market: Any, symbol: str) -> Iterator[Subject]:
    with SimExchange() as exchange:
        exchange.add_account(KEY, SECRET, {"USDT": 10_000}, futures={"USDT": 10_000})
        exchange.move(symbol, 100)
        store = store_class(name)(
            market_type=market, endpoints=exchange.url, apikey=KEY, secret=SECRET, proxy="none"
        )
        store.clock.measure()
        names = Names(traits_of(name).spelling)
        stream = PollingAccount(store, names, every_s=0.05)
        ways = find_ways(store, names, (symbol,))
        names.trade(symbol)
        yield Subject(
            gateway=CcxtGateway(store, names, ways),
            stream=stream,
            symbol=symbol,
            lose_answer=lambda: _arm(exchange, "lost_answer", method="POST", path="*/order"),
            fail_questions=lambda: _arm(exchange, "server_error", method="GET"),
            cut=lambda: _fail_a_while(exchange),
        )
        stream.stop()
        store.close()


def _arm(exchange: SimExchange, name: str, **match: str) -> None:
    exchange.arm(name, -1 if match["method"] == "GET" else 1, match)


def _fail_a_while(exchange: SimExchange) -> None:
    exchange.arm("server_error", 4, {"method": "GET"})


def _cut(exchange: SimExchange) -> None:
    exchange.drop_connections()


SUBJECTS: dict[str, Callable[[], Iterator[Subject]]] = {
    "fake-spot": lambda: fake(SPOT),
    "fake-swap": lambda: fake(SWAP),
    "binance-spot": lambda: binance("spot", "BTC/USDT"),
    "binance-swap": lambda: binance("swap", "BTC/USDT:USDT"),
    "ccxt-spot": lambda: generic("binance", "spot", "BTC/USDT"),
    "ccxt-swap": lambda: generic("binanceusdm", "swap", "BTC/USDT:USDT"),
}


@pytest.fixture(params=SUBJECTS)
def subject(request: pytest.FixtureRequest) -> Iterator[Subject]:
    yield from SUBJECTS[request.param]()
