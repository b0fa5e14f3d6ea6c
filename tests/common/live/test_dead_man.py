"""The dead man's switch: it may cost an entry, never an exit and nothing of others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.live.dead_man import DeadMan
from realtrade.common.live.order import LiveOrder
from realtrade.model.order import OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import GatewayError
from tests.common.live.conftest import Bench
from tests.common.live.exchange import OPEN, SWAP

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent
    from realtrade.plugins.ports.gateway import Answer

D = Decimal
SYMBOL = SWAP.symbol


class Countdown:
    """An exchange's countdown on the bench's clock: it cancels all that rests on the symbol."""

    counts_down = True

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.asked: list[int] = []
        self.due_s: float | None = None
        self.fails = 0

    def count_down(self, symbol: str, seconds: int) -> None:
        assert symbol == SYMBOL
        self.asked.append(seconds)
        if self.fails:
            self.fails -= 1
            raise GatewayError("no answer")
        self.due_s = self._bench.clock.monotonic_s() + seconds if seconds else None

    def pass_time(self, seconds: float) -> None:
        """Let time pass without the bot: it is dead."""
        self._bench.clock.sleep(seconds)
        if self.due_s is not None and self.due_s <= self._bench.clock.monotonic_s():
            self.due_s = None
            exchange = self._bench.exchange
            for name, order in list(exchange.orders.items()):
                if order.status in OPEN:
                    exchange.end(name, OrderStatus.CANCELLED)

    @property
    def runs(self) -> bool:
        return self.due_s is not None


@pytest.fixture
def scene() -> tuple[Bench, Countdown]:
    return begun(Bench(SWAP))


def begun(bench: Bench, *, wanted: bool = True, fresh: bool = True) -> tuple[Bench, Countdown]:
    countdown = Countdown(bench)
    dead_man: Any = DeadMan(bench.venue.dispatch, countdown, [SYMBOL], wanted=wanted)
    dead_man.begin(fresh=fresh)
    bench.dead_man = dead_man  # type: ignore[attr-defined]  # kept for the test
    return bench.live(), countdown


def entry(bench: Bench, quantity: str = "2") -> OrderIntent:
    return bench.intent(quantity, type=OrderType.LIMIT)


def stop(bench: Bench, **words: Any) -> OrderIntent:
    return bench.intent("2", Side.SELL, type=OrderType.STOP, stop_price=D(80), **words)


def test_it_runs_while_entries_rest_and_is_renewed(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    bench.run(60)
    assert countdown.asked == []

    name = bench.submit(entry(bench))
    bench.run(95)
    assert countdown.asked == [120, 120, 120, 120]

    bench.venue.cancel(name)
    bench.run(60)
    assert countdown.asked[4:] == [0]


def test_an_entry_of_a_dead_process_is_cancelled_and_the_next_one_books_it(
    scene: tuple[Bench, Countdown],
) -> None:
    bench, countdown = scene
    name = bench.submit(entry(bench))
    bench.run(30)

    countdown.pass_time(119)
    assert bench.exchange.orders[name].status is OrderStatus.ACCEPTED
    countdown.pass_time(1)
    assert bench.exchange.orders[name].status is OrderStatus.CANCELLED
    bench.run(1)
    assert bench.status[name] is OrderStatus.CANCELLED


@pytest.mark.parametrize("words", [{"reduce_only": True}, {"parent_id": "rt-parent"}, {}])
def test_an_exit_ends_it_before_it_rests(
    scene: tuple[Bench, Countdown], words: dict[str, Any]
) -> None:
    """Also one that only its direction tells of, once something is held."""
    bench, countdown = scene
    bench.submit(bench.intent("2"))
    bench.run(1)
    bench.submit(entry(bench))
    bench.run(1)
    assert countdown.due_s is not None
    ran: list[bool] = []
    accept = bench.exchange.accept

    def look(intent: OrderIntent) -> Answer:
        ran.append(countdown.runs)
        return accept(intent)

    bench.exchange.accept = look  # type: ignore[method-assign]  # to see what runs then
    exit_ = stop(bench, **words)
    bench.journal.intent(exit_)
    bench.status[exit_.client_order_id] = OrderStatus.SUBMITTED
    order = LiveOrder(exit_, bench.clock.monotonic_s())
    bench.venue.dispatch.orders[order.id] = order
    bench.venue.dispatch.send(order)
    bench.run(70)

    assert ran == [False]
    assert not countdown.runs
    assert bench.exchange.orders[exit_.client_order_id].status is OrderStatus.ACCEPTED
    countdown.pass_time(200)
    assert bench.exchange.orders[exit_.client_order_id].status is OrderStatus.ACCEPTED


def test_an_exit_that_leaves_while_it_begins_is_not_caught(
    scene: tuple[Bench, Countdown],
) -> None:
    bench, countdown = scene
    dead_man: Any = bench.dead_man  # type: ignore[attr-defined]  # kept by the fixture
    bench.submit(entry(bench))
    bench.run()
    exits = dead_man._exits[SYMBOL]
    bench.submit(stop(bench, reduce_only=True))
    bench.run()
    countdown.asked.clear()

    dead_man._start(SYMBOL, exits)

    assert countdown.asked == []


def test_what_an_entry_has_bought_makes_a_sale_an_exit(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    bought = bench.submit(entry(bench))
    bench.submit(bench.intent("2", Side.SELL, type=OrderType.LIMIT, limit_price=D(110)))
    bench.run(1)
    assert countdown.runs

    bench.exchange.fill(bought, D(1))
    bench.run(1)
    assert not countdown.runs


def test_an_exit_at_market_waits_for_nothing(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    bench.submit(bench.intent("1"))
    bench.submit(entry(bench))
    bench.run(1)
    bench.submit(bench.intent("1", Side.SELL, reduce_only=True))
    bench.run(1)

    assert bench.exchange.held == 0
    assert countdown.asked == [120]


def test_while_others_have_orders_there_it_is_not_begun(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    foreign = replace(entry(bench), client_order_id="web_1")
    bench.exchange.accept(foreign)
    bench.submit(entry(bench))
    bench.run(40)
    assert countdown.asked == []

    bench.exchange.end("web_1", OrderStatus.CANCELLED)
    bench.run(40)
    assert countdown.runs

    bench.exchange.accept(replace(foreign, client_order_id="web_2"))
    bench.run(40)
    assert not countdown.runs


def test_a_start_ends_what_the_process_before_has_begun_and_asks_until_that_is_done() -> None:
    bench = Bench(SWAP)
    countdown = Countdown(bench)
    dead_man = DeadMan(bench.venue.dispatch, countdown, [SYMBOL], wanted=False)
    countdown.fails, countdown.due_s = 2, 1e9
    dead_man.begin()
    bench.live()
    bench.submit(entry(bench))
    bench.run(60)

    assert countdown.asked == [0, 0, 0]
    assert not countdown.runs


def test_an_end_in_good_order_leaves_what_rests(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    name = bench.submit(entry(bench))
    bench.run(1)

    bench.dead_man.end()  # type: ignore[attr-defined]  # kept by the fixture
    bench.run(1)
    countdown.pass_time(500)

    assert bench.exchange.orders[name].status is OrderStatus.ACCEPTED


def test_people_are_told_when_it_cannot_be_begun(scene: tuple[Bench, Countdown]) -> None:
    bench, countdown = scene
    countdown.fails = 2
    bench.submit(entry(bench))
    bench.run(40)

    told = f"{SYMBOL}: entries may outlive this process: no answer"
    assert bench.messages().count(told) == 1
    bench.run(31)
    assert countdown.runs
