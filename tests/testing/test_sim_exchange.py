"""The exchange as an object: playing, ticking, acting by hand, starting and ending."""

from __future__ import annotations

import socket
import threading
from decimal import Decimal

import pytest

from realtrade.common.stamps import close_times
from realtrade.testing import SimExchange, SimMarket
from realtrade.testing.exchange.refusal import Refused
from realtrade.testing.skewed_clock import SkewedClock
from realtrade.testing.ticker import made_up_bars
from realtrade.utils.clock import ManualClock, SystemClock
from realtrade.utils.timeframes import Timeframe
from tests.patience import wait_for
from tests.testing.conftest import KEY

BTC, ETH = "BTC/USDT", "ETH/USDT"
START_MS = 1_700_000_100_000


def test_it_ends_without_a_thread_left_and_can_end_twice() -> None:
    before = set(threading.enumerate())
    exchange = SimExchange().start()
    assert set(threading.enumerate()) - before

    exchange.close()
    exchange.close()

    assert set(threading.enumerate()) <= before
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", exchange.port), timeout=1)


def test_a_taken_port_is_an_error() -> None:
    with SimExchange() as first:
        second = SimExchange(port=first.port)

        with pytest.raises(OSError, match=r"(?i)address already in use"):
            second.start()


def test_it_starts_again_on_the_same_port() -> None:
    with SimExchange() as first:
        port = first.port

    with SimExchange(port=port) as second:
        assert second.url == f"http://127.0.0.1:{port}"


def test_a_client_takes_part_in_the_clock_of_a_test() -> None:
    clock = ManualClock(START_MS)
    with SimExchange(clock=clock) as exchange:
        exchange.close_bar(BTC, "5m", open=1, high=1, low=1, close=1)

        assert clock.now_ms() == START_MS + 300_000


def test_bars_of_several_markets_are_played_by_time(exchange: SimExchange) -> None:
    bars = {
        symbol: made_up_bars(100, "1m", start_ms=START_MS, count=5, seed=seed)
        for seed, symbol in enumerate((BTC, ETH))
    }

    assert exchange.play(bars, "1m") == 10

    assert [bar.open_ms for bar in exchange.bars(BTC, "1m")] == [
        START_MS + 60_000 * number for number in range(5)
    ]
    assert exchange.bars(BTC, "5m")[0].open_ms == START_MS
    assert len(exchange.bars(ETH, "5m")) == 1


def test_columns_are_played_like_bars(exchange: SimExchange) -> None:
    import numpy as np

    from realtrade.model.bar import BarColumns

    times = np.arange(3, dtype=np.int64) * 60_000 + START_MS
    prices = np.array([100.0, 101.234, 102.0])
    due = close_times(times, Timeframe.parse("1m"))
    columns = BarColumns(times, due, prices, prices, prices, prices, np.ones(3))

    exchange.preload(columns, "1m", symbol=BTC)

    assert [bar.close for bar in exchange.bars(BTC, "1m")] == [
        Decimal(100),
        Decimal("101.23"),
        Decimal(102),
    ]


def test_played_prices_stand_on_the_tick() -> None:
    with SimExchange([SimMarket(symbol=BTC, tick=Decimal("0.5"))]) as exchange:
        bar = exchange.close_bar(BTC, "1m", open="1.3", high="2.6", low="0.9", close="2")

    assert [bar.open, bar.high, bar.low, bar.close] == [1, Decimal("2.5"), Decimal("0.5"), 2]


def test_bars_follow_one_another_by_themselves(exchange: SimExchange) -> None:
    exchange.move(BTC, 50_000)
    first = exchange.close_bar(BTC, "1m", open=1, high=1, low=1, close=1)
    second = exchange.close_bar(BTC, "1m", open=2, high=2, low=2, close=2)

    assert (first.open, second.open_ms) == (Decimal(1), first.close_ms)


def test_made_up_history_is_of_the_seed() -> None:
    prices = []
    for seed in (1, 1, 2):
        with SimExchange([BTC], start_ms=START_MS) as exchange:
            exchange.make_up_history(50, seed=seed)
            prices.append(exchange.price(BTC))
            assert len(exchange.bars(BTC, "1m")) == 50

    assert prices[0] == prices[1] != prices[2]


def test_a_ticking_exchange_closes_bars_until_it_is_stopped(exchange: SimExchange) -> None:
    exchange.start_ticking(every_s=0.01, speed=3000)
    wait_for(lambda: len(exchange.bars(BTC, "1m")) >= 3)

    exchange.stop_ticking()

    count = len(exchange.bars(BTC, "1m"))
    SystemClock().sleep(0.05)
    assert len(exchange.bars(BTC, "1m")) == count


class TestByHand:
    def test_a_manual_order_is_marked_as_external(self, exchange: SimExchange) -> None:
        order = exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")

        assert (order.external, order.type, order.client_order_id) == (True, "LIMIT", "web_1")

    def test_an_order_is_filled_part_by_part(self, exchange: SimExchange) -> None:
        order = exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")

        part = exchange.by_hand.fill(KEY, order.id, "0.004")
        assert (part.status, part.filled) == ("partially_filled", Decimal("0.004"))
        whole = exchange.by_hand.fill(KEY, order.id, "0.006", "39000")

        assert whole.status == "filled"
        fills = [(fill.price, fill.quantity) for fill in exchange.truth(KEY).fills]
        assert fills == [
            (Decimal(40_000), Decimal("0.004")),
            (Decimal(39_000), Decimal("0.006")),
        ]
        assert exchange.truth(KEY).balances["USDT"].locked == 0

    def test_a_fill_can_come_after_the_cancel(self, exchange: SimExchange) -> None:
        order = exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")
        exchange.by_hand.cancel(KEY, order.id)

        late = exchange.by_hand.fill(KEY, order.id, "0.004")

        assert (late.status, late.filled) == ("canceled", Decimal("0.004"))
        truth = exchange.truth(KEY)
        assert truth.balances["USDT"].free == 9840
        assert truth.balances["USDT"].locked == 0
        assert truth.open_orders == ()

    def test_a_late_fill_needs_the_money(self, exchange: SimExchange) -> None:
        order = exchange.by_hand.order(KEY, BTC, "buy", "0.2", "40000")
        exchange.by_hand.cancel(KEY, order.id)
        exchange.by_hand.deposit(KEY, "USDT", -9000)

        with pytest.raises(Refused):
            exchange.by_hand.fill(KEY, order.id, "0.2")
        with pytest.raises(KeyError):
            exchange.by_hand.fill(KEY, 1, "0.2")

    def test_the_exchange_cancels_and_expires(self, exchange: SimExchange) -> None:
        first = exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")
        second = exchange.by_hand.order(KEY, BTC, "buy", "0.01", "40000")

        exchange.by_hand.cancel(KEY, first.id)
        exchange.by_hand.expire(KEY, second.id)

        assert [one.status for one in exchange.truth(KEY).orders] == ["canceled", "expired"]
        assert exchange.truth(KEY).balances["USDT"].free == 10_000

    def test_what_the_exchange_would_not_take_it_does_not_take_by_hand(
        self, exchange: SimExchange
    ) -> None:
        with pytest.raises(Refused):
            exchange.by_hand.order(KEY, BTC, "buy", "10")

    def test_a_liquidation_closes_the_position(self, exchange: SimExchange) -> None:
        exchange.by_hand.order(KEY, "BTC/USDT:USDT", "sell", "0.1")

        order = exchange.by_hand.liquidate(KEY, "BTC/USDT:USDT")

        assert (order.status, order.side, order.reduce_only) == ("filled", "buy", True)
        assert order.client_order_id.startswith("autoclose-")
        assert exchange.truth(KEY).positions == {}
        with pytest.raises(Refused):
            exchange.by_hand.liquidate(KEY, "BTC/USDT:USDT")

    def test_a_withdrawal(self, exchange: SimExchange) -> None:
        exchange.by_hand.deposit(KEY, "BTC", "-0.5")

        truth = exchange.truth(KEY)
        assert truth.balances["BTC"].free == Decimal("0.5")
        assert truth.transfers[-1].cause == "WITHDRAW"


def test_truth_finds_the_newest_order_of_a_client_id(exchange: SimExchange) -> None:
    for quantity in ("0.01", "0.02"):
        exchange.by_hand.order(KEY, BTC, "buy", quantity, client_order_id="same")

    assert exchange.truth(KEY).order("same").quantity == Decimal("0.02")
    with pytest.raises(KeyError):
        exchange.truth(KEY).order("never")


def test_a_clock_can_be_ahead_and_drift() -> None:
    inner = ManualClock(START_MS)
    clock = SkewedClock(inner)
    clock.skew_ms, clock.drift_ppm = 500, 1000.0

    clock.sleep(10)

    assert clock.now_ms() == START_MS + 10_000 + 500 + 10
    assert clock.monotonic_s() == inner.monotonic_s()
