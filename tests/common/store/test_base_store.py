"""The store every exchange shares, seen through Binance's dialect and through ccxt's own words."""

from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.store import BinanceStore
from realtrade.common.rest.errors import RestError
from realtrade.model.account import Balance
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderStatus, OrderType, Position, Side
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.timeframes import Timeframe
from tests.common.store.conftest import KEY, NAMES, SECRET, Unified

if TYPE_CHECKING:
    from realtrade.common import BaseStore
    from realtrade.testing import SimExchange
    from tests.common.store.conftest import Make

POOR = "Account has insufficient balance for requested action."
MINUTE = Timeframe.parse("1m")


class TestInstances:
    def test_one_for_each_connection(self, make: Make) -> None:
        first = make()

        assert make() is first
        assert make(market_type="swap") is not first
        assert make(apikey="another-key") is not first
        assert make(Unified) is not first

    def test_one_however_many_threads_ask(self, venue: SimExchange) -> None:
        found: list[BinanceStore] = []
        gate = threading.Barrier(8)

        def ask() -> None:
            gate.wait()
            found.append(BinanceStore.get_instance(endpoints=venue.url))

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len({id(one) for one in found}) == 1
        found[0].close()

    def test_another_after_it_was_closed(self, make: Make) -> None:
        first = make()
        first.close()

        assert make() is not first
        assert first.call("publicGetPing") == {}, "a closed store connects again where it is used"
        first.close()

    def test_a_client_for_each_thread(self, make: Make) -> None:
        store = make()
        others: list[Any] = []
        thread = threading.Thread(target=lambda: others.append(store.exchange))
        thread.start()
        thread.join()

        assert store.exchange is store.exchange
        assert others[0] is not store.exchange
        assert others[0].wiring.gate is store.exchange.wiring.gate

    def test_markets_of_ccxt_are_loaded_once_for_all_threads(
        self, make: Make, venue: SimExchange
    ) -> None:
        store = make()
        loaded: list[Any] = []
        gate = threading.Barrier(6)

        def load() -> None:
            gate.wait()
            loaded.append(store.exchange.load_markets())

        threads = [threading.Thread(target=load) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert all(one is loaded[0] for one in loaded)
        assert len(venue.requests.of("GET", "/api/v3/exchangeInfo")) == 1
        assert len(venue.requests) == 1
        store.exchange.load_markets(True)
        assert len(venue.requests) == 2


class TestConnection:
    def test_with_a_good_key(self, make: Make) -> None:
        store = make()

        assert not store.is_connected
        assert store.test_connection()
        assert store.is_connected

    def test_with_a_bad_key(self, make: Make) -> None:
        assert not make(secret=KEY).test_connection()

    def test_without_a_key(self, make: Make) -> None:
        assert make(apikey=None, secret=None).test_connection()

    def test_that_is_gone(self, make: Make, venue: SimExchange) -> None:
        store = make()
        store.test_connection()
        venue.close()

        assert not store.test_connection()
        assert not store.is_connected

    def test_a_refusal_is_an_answer_too(self, make: Make) -> None:
        store = make()

        with pytest.raises(RestError):
            store.call("privateGetOrder", {"symbol": "BTCUSDT", "orderId": 1})
        assert store.is_connected

    def test_account_questions_without_a_key_are_not_sent(
        self, make: Make, venue: SimExchange
    ) -> None:
        store = make(apikey=None, secret=None)

        with pytest.raises(RestError) as caught:
            store.call("privateGetAccount")
        assert store.outcome_of(caught.value) is not Outcome.ACK
        assert len(venue.requests) == 0

    def test_the_clock_is_measured_before_the_first_question(
        self, make: Make, venue: SimExchange
    ) -> None:
        venue.clock.skew_ms = 40_000
        store = make()

        store.get_balance("USDT")

        assert abs(store.now_ms() - venue.clock.now_ms()) < 1_000

    def test_a_question_heals_a_clock_that_went_off(self, make: Make, venue: SimExchange) -> None:
        store = make()
        store.get_balance("USDT")
        venue.clock.skew_ms = -40_000

        assert store.get_balance("BTC").total == 1


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize("cls", [BinanceStore, Unified])
class TestWhatItTells:
    def test_markets(self, make: Make, cls: type[BaseStore], market: str) -> None:
        store = make(cls, market_type=market)

        assert store.get_markets() == {
            NAMES[market]: Instrument(
                NAMES[market],
                "BTC",
                "USDT",
                "spot" if market == "spot" else "swap",
                tick=Decimal("0.01"),
                lot=Decimal("0.00001"),
                min_quantity=Decimal("0.00001"),
                min_notional=Decimal(5),
            )
        }
        assert store.known(NAMES[market]).id == "BTCUSDT"
        assert store.known(NAMES[market]).max_quantity == 9_000

    def test_bars(self, make: Make, venue: SimExchange, cls: type[BaseStore], market: str) -> None:
        venue.advance(600)
        store = make(cls, market_type=market)
        true = venue.bars(NAMES[market], "1m")
        since, until = true[2].open_ms, true[7].open_ms

        bars = store.fetch_bars(NAMES[market], MINUTE, since, until)

        assert [bars.bar(row) for row in range(len(bars))] == [
            (
                one.open_ms,
                one.open_ms + 60_000,
                float(one.open),
                float(one.high),
                float(one.low),
                float(one.close),
                float(one.volume),
            )
            for one in true[2:7]
        ]

    def test_bars_of_what_is_not_listed(
        self, make: Make, cls: type[BaseStore], market: str
    ) -> None:
        with pytest.raises(LookupError, match=f"binance {market} lists no 'DOGE/USDT'"):
            make(cls, market_type=market).fetch_bars("DOGE/USDT", MINUTE, 0, 1)

    def test_a_ticker(self, make: Make, cls: type[BaseStore], market: str) -> None:
        told = make(cls, market_type=market).get_ticker(NAMES[market])

        assert (told.symbol, told.last) == (NAMES[market], Decimal(50_000))

    def test_balances(self, make: Make, cls: type[BaseStore], market: str) -> None:
        store = make(cls, market_type=market)

        usdt = Decimal(10_000) if market == "spot" else Decimal(500)
        assert store.get_balance("USDT") == Balance(usdt, Decimal(0))
        assert store.get_balance("XRP") == Balance(Decimal(0))

    def test_total_value(self, make: Make, cls: type[BaseStore], market: str) -> None:
        store = make(cls, market_type=market)

        assert store.get_total_value("USDT") == (60_000 if market == "spot" else 500)

    def test_orders_and_positions(
        self, make: Make, venue: SimExchange, cls: type[BaseStore], market: str
    ) -> None:
        store = make(cls, market_type=market)
        path = "privatePostOrder" if market == "spot" else "fapiPrivatePostOrder"
        given = {"symbol": "BTCUSDT", "side": "SELL", "quantity": "0.01"}
        limit = {"type": "LIMIT", "timeInForce": "GTC", "price": "60000"}
        store.call(path, {**given, **limit, "newClientOrderId": "resting"})
        store.call(path, {**given, "type": "MARKET", "newClientOrderId": "done"})

        for found in (store.get_open_orders(NAMES[market]), store.get_open_orders()):
            (order,) = found
            assert (order.client_order_id, order.symbol) == ("resting", NAMES[market])
            assert (order.side, order.type) == (Side.SELL, OrderType.LIMIT)
            assert (order.status, order.quantity) == (OrderStatus.ACCEPTED, Decimal("0.01"))
            assert (order.limit_price, order.filled) == (Decimal(60_000), Decimal(0))
        (fill,) = venue.truth(KEY).fills
        held = {NAMES[market]: Position(Decimal("-0.01"), fill.price)}
        assert store.get_positions() == ({} if market == "spot" else held)
        assert store.get_positions(["ETH/USDT:USDT"]) == {}


def test_the_other_way_round_of_a_price(make: Make) -> None:
    assert make().get_total_value("BTC") == Decimal(10_000) / 50_000 + 1


def test_what_has_no_price_counts_nothing(make: Make, venue: SimExchange) -> None:
    venue.add_account("poor", SECRET, {"XRP": "100"})

    assert make(apikey="poor").get_total_value("USDT") == 0
