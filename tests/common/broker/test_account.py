from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import backtrader as bt
import pytest

from realtrade.common import BaseBroker
from realtrade.model.bar import Bar
from realtrade.model.instrument import Instrument

if TYPE_CHECKING:
    from collections.abc import Callable

    Script = dict[int, Callable[[Any], Any]]


D = Decimal
O = bt.Order  # noqa: E741  # short on purpose: it stands in every script
SPOT = Instrument("BTC/USDT", "BTC", "USDT")


def test_the_account_tells_decimals_and_bars(play: Any) -> None:
    seen: list[Any] = []

    def look(actor: Any) -> None:
        account = actor.broker.account
        seen.extend([account.cash, account.equity, account.position("btc"), account.price("btc")])
        seen.extend([account.bar("btc"), account.bars("btc", 2), account.now_ms])
        seen.append([(o.type.value, o.quantity) for o in account.open_orders])
        seen.append((list(account.positions), account.spread("btc")))
        seen.append((account.position("eth").quantity, account.instrument("btc").may_short))

    script: Script = {
        1: lambda s: [s.buy(size=2), s.sell(size=1, price=500, exectype=O.Limit)],
        3: look,
    }

    play(BaseBroker(), script)

    hour, start = 3_600_000, 1_577_836_800_000
    cash, equity, held, price, bar, bars, now_ms, waiting, rest, other = seen
    assert (cash, equity, price) == (D("9780.0"), D("10040.0"), D("130.0"))
    assert (held.quantity, held.price) == (D("2.0"), D("110.0"))
    third = Bar(start + 2 * hour, start + 2 * hour, 120, 132, 118, 130, 10)
    assert (bar, bars[-1], len(bars), now_ms) == (third, third, 2, start + 2 * hour)
    assert waiting == [("limit", D("1.0"))]
    assert rest == (["btc"], None)
    assert other == (0, True)


def test_a_symbol_nobody_carries_is_an_error() -> None:
    with pytest.raises(KeyError, match="eth"):
        BaseBroker().account.price("eth")


def test_what_is_left_of_a_partly_filled_order_is_told(play: Any) -> None:
    left: list[Any] = []
    broker = BaseBroker()
    broker.set_filler(bt.broker.fillers.FixedSize(size=3))
    script: Script = {
        1: lambda s: s.buy(size=10),
        3: lambda s: left.extend(s.broker.account.open_orders),
    }

    play(broker, script)

    assert [intent.quantity for intent in left] == [D("4.0")]


def test_feeds_of_one_symbol_share_one_position(play: Any) -> None:
    broker = BaseBroker()
    sizes: list[float] = []
    script: Script = {
        1: lambda s: s.buy(data=s.datas[0], size=1),
        3: lambda s: s.sell(data=s.datas[1], size=1),
        2: lambda s: sizes.extend(s.getposition(data).size for data in s.datas),
    }

    actor = play(broker, script, instrument=SPOT, names=("fast", "slow"))

    assert sizes == [1, 1]
    assert actor.position.size == 0
    assert broker.getvalue() == pytest.approx(10_020)
