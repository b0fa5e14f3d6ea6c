from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.model.order import TimeInForce
from tests.common.broker.test_exchange import SPOT, exchange_broker

if TYPE_CHECKING:
    from realtrade.model.order import OrderIntent


def sent_for(play: Any, **words: Any) -> OrderIntent:
    exchange, broker = exchange_broker()
    limit = {"exectype": bt.Order.Limit, "price": 100.0}
    play(broker, {1: lambda s: s.buy(size=1, **limit, **words)}, instrument=SPOT)
    (intent,) = exchange.sent
    return intent


@pytest.mark.parametrize(
    ("words", "terms"),
    [
        ({}, (False, False, TimeInForce.GTC)),
        ({"post_only": True}, (True, False, TimeInForce.GTC)),
        ({"reduce_only": True}, (False, True, TimeInForce.GTC)),
        ({"time_in_force": "ioc"}, (False, False, TimeInForce.IOC)),
        ({"time_in_force": "FOK", "post_only": False}, (False, False, TimeInForce.FOK)),
        ({"why": "a signal"}, (False, False, TimeInForce.GTC)),
    ],
)
def test_what_a_strategy_says_beside_backtraders_words_reaches_the_exchange(
    play: Any, words: dict[str, Any], terms: tuple[bool, bool, TimeInForce]
) -> None:
    intent = sent_for(play, **words)

    assert (intent.post_only, intent.reduce_only, intent.time_in_force) == terms


def test_a_time_in_force_that_there_is_not_is_named(play: Any) -> None:
    with pytest.raises(ValueError, match=r"time_in_force 'day' is none: there are gtc, ioc, fok"):
        sent_for(play, time_in_force="day")


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ({"price": 1_000.0, "post_only": True}, bt.Order.Rejected),
        ({"price": 1.0, "time_in_force": "ioc"}, bt.Order.Expired),
        ({"price": 1_000.0, "time_in_force": "fok"}, bt.Order.Completed),
        ({"price": 1_000.0}, bt.Order.Completed),
    ],
)
def test_simulated_orders_are_held_to_their_terms(
    play: Any, words: dict[str, Any], end: int
) -> None:
    placed: list[Any] = []

    def buy(strategy: Any) -> None:
        placed.append(strategy.buy(size=1, exectype=bt.Order.Limit, **words))

    play(BaseBroker(), {1: buy}, instrument=SPOT)

    assert placed[0].status == end
