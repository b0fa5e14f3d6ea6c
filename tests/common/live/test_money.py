from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, cast

from realtrade.common.live.money import Money
from realtrade.model.account import AccountState, Balance, BalancesChanged
from realtrade.model.instrument import Instrument
from realtrade.model.order import Fill, Position, Side

if TYPE_CHECKING:
    from realtrade.plugins.ports.account import AccountView

D = Decimal


class View:
    """Our own books and prices."""

    def __init__(self) -> None:
        self.positions: dict[str, Position] = {}

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(symbol, "BTC", "USDT")

    def price(self, symbol: str) -> Decimal:
        return D(100)


def fill(time_ms: int, side: Side = Side.BUY, **changes: str) -> Fill:
    words = {"symbol": "BTC/USDT", "fee_currency": "BTC", **changes}
    return Fill(
        trade_id="1",
        client_order_id="rt-1",
        side=side,
        quantity=D(2),
        price=D(100),
        fee=D("0.1"),
        maker=False,
        time_ms=time_ms,
        **words,
    )


def account(*, spot: bool = True) -> tuple[Money, View]:
    money, view = Money("USDT", spot=spot), View()
    money.bind(cast("AccountView", view))
    money.check(AccountState(balances={"USDT": Balance(D(1000))}, time_ms=10))
    return money, view


def told(free: int, time_ms: int) -> BalancesChanged:
    return BalancesChanged({"USDT": Balance(D(free))}, time_ms=time_ms)


def test_equity_stands_still_while_an_execution_is_ahead_of_its_balance() -> None:
    money, view = account()

    money.executed(fill(20))
    view.positions = {"BTC/USDT": Position(D(2), D(100))}
    before = money.cash, money.equity
    money.changed(told(800, 20))

    assert before == (D(800), D(1000))
    assert (money.cash, money.equity) == (D(800), D(1000))


def test_a_balance_from_before_the_execution_does_not_end_the_wait() -> None:
    money, _ = account()
    money.executed(fill(20))

    money.changed(told(1000, 19))

    assert money.cash == 800


def test_an_execution_the_balance_has_in_it_changes_nothing() -> None:
    money, _ = account()
    money.changed(told(800, 20))

    money.executed(fill(20))

    assert money.cash == 800


def test_a_sale_brings_its_price_less_its_fee() -> None:
    money, _ = account()

    money.executed(fill(20, Side.SELL, fee_currency="USDT"))

    assert money.cash == D("1199.9")


def test_other_quotes_and_swaps_are_no_cash_of_ours() -> None:
    spot, _ = account()
    swap, _ = account(spot=False)

    spot.executed(fill(20, symbol="ETH/BTC"))
    swap.executed(fill(20, symbol="BTC/USDT:USDT", fee_currency="USDT"))

    assert (spot.cash, swap.cash) == (D(1000), D(1000))
