from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Side
from realtrade.plugins.ports.gateway import Answer, Outcome
from realtrade.plugins.ports.venue import ReportKind as K
from tests.common.live.conftest import Bench
from tests.common.live.exchange import SPOT, SWAP, FakeGateway

if TYPE_CHECKING:
    from realtrade.model.instrument import Instrument

D = Decimal
S = OrderStatus


def a_bracket(
    bench: Bench, quantity: str = "2", *, both: bool = True, **words: Any
) -> list[OrderIntent]:
    parent = bench.intent(quantity, type=words.pop("type", OrderType.LIMIT))
    exits: dict[str, Any] = {"parent_id": parent.client_order_id, **words}
    stop = bench.intent(quantity, Side.SELL, type=OrderType.STOP, stop_price=D(80), **exits)
    target = bench.intent(quantity, Side.SELL, type=OrderType.LIMIT, limit_price=D(120), **exits)
    return [parent, stop, target] if both else [parent, stop]


def a_swap(**words: Any) -> Bench:
    return Bench(SWAP, **words).live()


def names(orders: list[OrderIntent]) -> list[str]:
    return [order.client_order_id for order in orders]


def test_children_wait_for_their_parent_and_are_sent_when_it_is_filled() -> None:
    bench = a_swap()
    orders = a_bracket(bench)
    parent, stop, target = names(orders)
    bench.submit(*orders)
    bench.run(5)
    assert bench.exchange.accepted == [parent]

    bench.exchange.fill(parent, D(1))
    bench.run(5)
    assert bench.exchange.accepted == [parent]

    bench.exchange.fill(parent, D(1))
    bench.run(1)
    assert bench.exchange.accepted == [parent, stop, target]
    assert bench.status[stop] is OrderStatus.ACCEPTED


def test_a_parent_cancelled_in_part_gets_exits_for_that_part() -> None:
    bench = a_swap()
    orders = a_bracket(bench)
    parent, stop, _ = names(orders)
    bench.submit(*orders)
    bench.run()
    bench.exchange.fill(parent, D("0.5"))
    bench.venue.cancel(parent)
    bench.run(3)

    assert bench.exchange.orders[stop].quantity == D("0.5")
    assert bench.exchange.orders[stop].status is OrderStatus.ACCEPTED

    bench.exchange.fill(stop, D("0.5"))
    bench.run(3)
    assert bench.status[stop] is OrderStatus.FILLED


@pytest.mark.parametrize("status", [OrderStatus.CANCELLED, OrderStatus.EXPIRED])
def test_a_parent_that_bought_nothing_takes_its_exits_along(status: OrderStatus) -> None:
    bench = a_swap()
    orders = a_bracket(bench)
    parent, stop, target = names(orders)
    bench.submit(*orders)
    bench.run()
    bench.exchange.end(parent, status)
    bench.run(3)

    assert bench.exchange.accepted == [parent]
    assert (bench.status[stop], bench.status[target]) == (OrderStatus.CANCELLED,) * 2


def test_exits_on_spot_are_cut_to_what_fees_have_left() -> None:
    bench = Bench(SPOT, fee_currency="BTC").live()
    orders = a_bracket(bench, "1", both=False, type=OrderType.MARKET)
    bench.submit(*orders)
    bench.run(3)

    stop = bench.exchange.orders[orders[1].client_order_id]
    assert stop.quantity == D("0.999")


def test_an_exit_that_would_be_nothing_is_not_sent() -> None:
    bench = Bench(SPOT, fee_currency="BTC").live()
    orders = a_bracket(bench, "0.001", both=False, type=OrderType.MARKET)
    bench.submit(*orders)
    bench.run(3)

    assert bench.exchange.accepted == [orders[0].client_order_id]
    assert bench.status[orders[1].client_order_id] is OrderStatus.CANCELLED


def test_one_exit_filled_cancels_the_other() -> None:
    bench = a_swap()
    orders = a_bracket(bench, type=OrderType.MARKET, reduce_only=True)
    _, stop, target = names(orders)
    bench.submit(*orders)
    bench.run(2)

    bench.exchange.fill(target, D(1))
    bench.run(2)
    assert bench.exchange.orders[stop].status is OrderStatus.ACCEPTED

    bench.exchange.fill(target, D(1))
    bench.run(2)
    assert bench.status[stop] is OrderStatus.CANCELLED


def test_exits_that_could_take_more_than_there_is_do_not_share_it() -> None:
    bench = a_swap()
    orders = a_bracket(bench, type=OrderType.MARKET)
    _, stop, target = names(orders)
    bench.submit(*orders)
    bench.run(2)

    bench.exchange.fill(target, D(1))
    bench.run(2)
    assert bench.status[stop] is OrderStatus.CANCELLED
    assert bench.status[target] is OrderStatus.PARTIALLY_FILLED


def test_cancelling_an_exit_cancels_the_other_and_refusing_it_does_not() -> None:
    bench = a_swap()
    first = a_bracket(bench, type=OrderType.MARKET)
    bench.submit(*first)
    bench.run(2)
    bench.venue.cancel(first[1].client_order_id)
    bench.run(3)
    assert bench.status[first[2].client_order_id] is OrderStatus.CANCELLED

    second = a_bracket(bench, type=OrderType.MARKET)
    bench.exchange.refused = lambda intent: None
    bench.submit(*second)
    bench.exchange.place_refuses = {second[2].client_order_id}
    bench.run(3)
    assert bench.status[second[2].client_order_id] is OrderStatus.REJECTED
    assert bench.status[second[1].client_order_id] is OrderStatus.ACCEPTED


def test_an_exit_cancelled_while_it_waits_never_leaves() -> None:
    bench = a_swap()
    orders = a_bracket(bench)
    parent, stop, target = names(orders)
    bench.submit(*orders)
    bench.run()
    bench.venue.cancel(stop)
    bench.run(2)

    assert (bench.status[stop], bench.status[target]) == (OrderStatus.CANCELLED,) * 2
    assert bench.exchange.accepted == [parent]


def test_a_bracket_one_of_which_cannot_be_placed_is_refused_whole() -> None:
    bench = a_swap()
    bench.exchange.refused = lambda intent: (
        "no stops here" if intent.type is OrderType.STOP else None
    )
    orders = a_bracket(bench)
    bench.submit(*orders)
    bench.run(2)

    assert bench.exchange.accepted == []
    assert [bench.status[name] for name in names(orders)] == [
        OrderStatus.REJECTED,
        OrderStatus.CANCELLED,
        OrderStatus.CANCELLED,
    ]
    assert "sell stop BTC/USDT:USDT: no stops here" in bench.told[0].reason


def test_two_exits_on_one_spot_holding_are_refused_by_name_where_nobody_pairs_them() -> None:
    bench = Bench(SPOT).live()
    orders = a_bracket(bench)
    bench.submit(*orders)
    bench.run(2)

    assert bench.exchange.accepted == []
    assert bench.kinds() == [K.REJECTED] * 3
    assert bench.told[0].reason.startswith("2 exits on spot rest on one holding")


class Pairing(FakeGateway):
    """A gateway whose exchange cancels one of a pair when the other is executed."""

    def __init__(self, exchange: Any) -> None:
        super().__init__(exchange)
        self.pairs: list[tuple[OrderIntent, OrderIntent]] = []
        self.breaks = self.is_terse = False

    def place_pair(self, limit: OrderIntent, stop: OrderIntent) -> list[Answer]:
        self.pairs.append((limit, stop))
        answers = [self._exchange.accept(limit), self._exchange.accept(stop)]
        if self.breaks:
            msg = "a bug"
            raise RuntimeError(msg)
        return answers[:1] if self.is_terse else answers


@pytest.fixture
def pairing() -> tuple[Bench, Pairing]:
    bench = Bench(SPOT)
    gateway: Any = Pairing(bench.exchange)
    bench.venue = bench.make(gateway)
    return bench.live(), gateway


@pytest.mark.parametrize("odd", ["", "breaks", "is_terse"])
def test_two_exits_on_one_spot_holding_go_out_in_one_request(
    pairing: tuple[Bench, Pairing], odd: str
) -> None:
    bench, gateway = pairing
    vars(gateway).update({odd: True} if odd else {})
    orders = a_bracket(bench, type=OrderType.MARKET)
    _, stop, target = names(orders)
    bench.submit(*orders)
    bench.run(3)

    ((limit_sent, stop_sent),) = gateway.pairs
    assert (limit_sent.client_order_id, stop_sent.client_order_id) == (target, stop)
    assert (bench.status[stop], bench.status[target]) == (OrderStatus.ACCEPTED,) * 2
    outcomes = {a.outcome for a in bench.journal.attempts if a.client_order_id == stop}
    assert outcomes == {Outcome.NOT_SENT, None, Outcome.UNKNOWN if odd else Outcome.ACK}


def test_a_pair_that_cannot_be_remembered_is_not_sent(pairing: tuple[Bench, Pairing]) -> None:
    bench, gateway = pairing
    orders = a_bracket(bench)
    bench.submit(*orders)
    bench.run()
    bench.exchange.fill(orders[0].client_order_id, D(2))
    bench.fail_attempts = True
    bench.run(2)

    assert gateway.pairs == []
    assert bench.status[orders[1].client_order_id] is OrderStatus.REJECTED
    assert bench.standing.state.value == "halted"


def test_a_pair_whose_sending_broke_is_looked_for(
    pairing: tuple[Bench, Pairing], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench, gateway = pairing
    orders = a_bracket(bench, type=OrderType.MARKET)
    monkeypatch.setattr(bench.venue.dispatch.sender, "place_pair", lambda *_: 1 // 0)

    bench.submit(*orders)
    bench.run(90)

    assert gateway.pairs == []
    assert [bench.status[name] for name in names(orders)[1:]] == [OrderStatus.REJECTED] * 2
    assert "the courier broke: ZeroDivisionError" in bench.standing.reason


def rivals(bench: Bench, side: Side) -> list[str]:
    first = bench.intent(type=OrderType.LIMIT, side=side)
    second = bench.intent(type=OrderType.LIMIT, side=side, oco_id=first.client_order_id)
    bench.submit(first)
    bench.submit(second)
    bench.run(2)
    return names([first, second])


@pytest.mark.parametrize(("instrument", "side"), [(SWAP, Side.SELL), (SPOT, Side.BUY)])
def test_one_of_two_rivals_executed_cancels_the_other(instrument: Instrument, side: Side) -> None:
    bench = Bench(instrument).live()
    first, second = rivals(bench, side)
    bench.exchange.fill(second, D("0.4"))
    bench.run(3)

    assert bench.status[first] is OrderStatus.CANCELLED
    assert bench.status[second] is OrderStatus.PARTIALLY_FILLED


def test_rival_sales_of_one_spot_holding_are_refused_by_name() -> None:
    bench = Bench(SPOT).live()
    first, second = rivals(bench, Side.SELL)

    assert bench.status[first] is OrderStatus.ACCEPTED
    assert bench.status[second] is OrderStatus.REJECTED
    (refused,) = [report for report in bench.told if report.client_order_id == second]
    assert "one-cancels-other sales on spot" in refused.reason


def test_an_exit_of_a_parent_nobody_knows_is_refused() -> None:
    bench = a_swap()
    orphan = bench.intent(parent_id="rt-unknown", type=OrderType.STOP, stop_price=D(80))
    bench.submit(orphan)
    bench.run(1)

    assert bench.status[orphan.client_order_id] is OrderStatus.REJECTED
    assert bench.told[0].reason == "its parent is not known"


def test_brackets_over_long_ago_are_forgotten_and_the_newest_stay_whole(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("realtrade.common.live.dispatch._KEPT", 4)
    bench = a_swap()
    groups, parent, stop, target = bench.venue._groups, "", "", ""
    for _ in range(5):
        orders = a_bracket(bench)
        parent, stop, target = names(orders)
        bench.submit(*orders)
        bench.run(5)
        bench.exchange.fill(parent, D(2))
        bench.run(5)
        bench.exchange.fill(target, D(2))
        bench.run(5)
        assert (bench.status[stop], bench.status[target]) == (S.CANCELLED, S.FILLED)

    assert set(bench.venue.dispatch.orders) <= {order.id for order in bench.venue.dispatch._done}
    assert len(groups._exclusive) <= 2
    assert {one.id for one in groups._exclusive[parent]} == {stop, target}


def test_orders_that_exclude_each_other_are_forgotten_together() -> None:
    bench = a_swap()
    groups = bench.venue._groups
    first = bench.intent("1", type=OrderType.LIMIT)
    second = bench.intent("1", type=OrderType.LIMIT, oco_id=first.client_order_id)
    bench.submit(first, second)
    orders = [bench.venue.dispatch.orders[name] for name in names([first, second])]

    groups.forget(orders[0])
    assert groups._exclusive == {first.client_order_id: [orders[1]]}
    groups.forget(orders[1])

    assert groups._exclusive == {}
