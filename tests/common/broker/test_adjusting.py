"""Taking over what an exchange holds: positions are set, orders become known, nothing is traded."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import backtrader as bt
import pytest

from realtrade.common.broker.adjusting import set_position, take_over
from realtrade.common.broker.restart import OpenTrades, restore
from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.journal import Recalled
from tests.common.broker.restarting import SPOT, Bot, known, sent_by

if TYPE_CHECKING:
    from tests.common.broker.restarting import Script

D = Decimal


class Setting(bt.Analyzer):
    """Sets the position on a bar, as an adjustment does."""

    params = (("bar", 0), ("position", None), ("trades", None))

    def next(self) -> None:
        if len(self.strategy) == self.p.bar:
            running = [self.strategy] if self.p.trades is None else []
            broker = self.strategy.broker
            set_position(broker, "BTC/USDT", self.p.position, self.p.trades, running)


@pytest.mark.parametrize(
    ("after", "sells"),
    [(Position(D(5), D(7)), 5), (Position(), 0), (Position(D("0.0000001"), D(7)), 0)],
)
def test_a_position_that_is_set_is_what_the_strategy_trades_on_with(
    after: Position, sells: int
) -> None:
    """The trade that was open goes on with another size: its sale opens no short one."""
    held: list[float] = []
    instrument = replace(SPOT, lot=D("0.001"))
    script: Script = {
        1: lambda actor: actor.buy(size=2),
        4: lambda actor: held.append(actor.position.size),
        5: lambda actor: actor.sell(size=sells) if sells else None,
    }
    bot = Bot(script)
    bot.cerebro.datas[0].instrument = instrument
    bot.exchange.fills_all = True
    bot.cerebro.addanalyzer(Setting, bar=3, position=after)

    actor = bot.run()

    assert held == [float(sells)]
    (trades,) = [trades[0] for trades in actor._trades.values() if trades[0]]
    assert [trade.isopen for trade in trades] == [False]
    assert bot.broker.exact.position("BTC/USDT").quantity == after.quantity - sells


def test_a_position_that_is_set_where_none_was_is_an_open_trade() -> None:
    script: Script = {5: lambda actor: actor.sell(size=3)}
    bot = Bot(script)
    bot.exchange.fills_all = True
    bot.cerebro.addanalyzer(Setting, bar=3, position=Position(D(3), D(100)))

    actor = bot.run()

    (trade,) = next(trades[0] for trades in actor._trades.values() if trades[0])
    assert (trade.isopen, trade.price, trade.status) == (False, 100.0, bt.Trade.Closed)


def test_a_position_that_is_set_before_the_first_bar_is_given_back_with_it() -> None:
    bot = Bot({})
    data = bot.cerebro.datas[0]
    before = Recalled(positions={"BTC/USDT": Position(D(2), D(90))})
    restore(bot.broker, before, [data])
    trades = OpenTrades(bot.broker, before)

    set_position(bot.broker, "BTC/USDT", Position(D(5), D(95)), trades)

    assert trades.held == [("BTC/USDT", 5.0, 95.0)]
    set_position(bot.broker, "BTC/USDT", Position(), trades)
    assert trades.held == []


def test_an_order_taken_over_is_known_and_may_be_claimed() -> None:
    bot = Bot({})
    bot.broker.listings.of(bot.cerebro.datas[0])
    (intent,) = sent_by({1: lambda actor: actor.buy(size=2)})

    take_over(bot.broker, known(intent, OrderStatus.ACCEPTED), again=True)
    unlisted = replace(intent, symbol="ETH/USDT", feed="x")
    take_over(bot.broker, known(unlisted, OrderStatus.ACCEPTED), again=True)

    assert [one.client_order_id for one in bot.broker.open_intents()] == [intent.client_order_id]
    assert bot.broker.reruns
