from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from realtrade.model.instrument import Instrument
from realtrade.model.order import Position, Side

SIZERS: dict[str, dict[str, Any]] = {
    "fixed_quantity": {"quantity": Decimal(3)},
    "fixed_notional": {"amount": "300 USDT"},
    "percent_equity": {"percent": "30%"},
    "risk_per_trade": {"risk": "3%", "stop": "10%"},
    "volatility_target": {"target": "3%", "period": 1},
    "fractional_kelly": {"win_rate": "60%", "payoff": Decimal(1), "cap": "30%", "fraction": "100%"},
}


def spot(bench: Any, **steps: str) -> None:
    sizes: Any = {name: Decimal(step) for name, step in steps.items()}
    bench.account.instruments["BTC/USDT"] = Instrument("BTC/USDT", "BTC", "USDT", **sizes)


@pytest.fixture
def bench_of_range_ten(bench: Any) -> Any:
    """Equity and cash 1000, price 100, true range 10: each of `SIZERS` wants 3 units, Kelly 2."""
    bench.bar(100)
    bench.bar(100, high=106, low=96)
    return bench


# Kelly for 60% and 1:1 is 0.6 - 0.4 = 20% of equity
WANTED = dict.fromkeys(SIZERS, Decimal(3)) | {"fractional_kelly": Decimal(2)}


@pytest.mark.parametrize("name", SIZERS)
@pytest.mark.parametrize("side", [Side.BUY, Side.SELL])
def test_sizes_an_entry(bench_of_range_ten: Any, name: str, side: Side) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])

    quantity = sizer.quantity(bench_of_range_ten.request(side), bench_of_range_ten.account)

    assert quantity == WANTED[name]


@pytest.mark.parametrize("name", SIZERS)
def test_closes_the_position_itself(bench: Any, name: str) -> None:
    sizer = bench.build(name, **SIZERS[name])
    bench.account.positions["BTC/USDT"] = Position(Decimal("-7.77"), Decimal(100))

    quantity = sizer.quantity(bench.request(Side.BUY, closes=True), bench.account)

    assert quantity == Decimal("7.77")


@pytest.mark.parametrize("name", SIZERS)
def test_never_sells_short_on_spot(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    spot(bench_of_range_ten)

    assert sizer.quantity(bench_of_range_ten.request(Side.SELL), bench_of_range_ten.account) == 0


@pytest.mark.parametrize("name", SIZERS)
def test_buys_nothing_without_a_price(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    request = bench_of_range_ten.request(price=Decimal(0))

    assert sizer.quantity(request, bench_of_range_ten.account) == 0


@pytest.mark.parametrize("name", SIZERS)
def test_buys_cheap_symbols(bench_of_range_ten: Any, name: str) -> None:
    bench_of_range_ten.account.prices["BTC/USDT"] = Decimal("0.5")
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    request = bench_of_range_ten.request(price=Decimal("0.5"))

    assert sizer.quantity(request, bench_of_range_ten.account) > 0


@pytest.mark.parametrize("name", SIZERS)
def test_leaves_fee_and_slippage_in_the_cash(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, slippage="10%", **SIZERS[name])
    bench_of_range_ten.account.cash = Decimal(121)
    spot(bench_of_range_ten)

    quantity = sizer.quantity(
        bench_of_range_ten.request(fee_rate=Decimal("0.1")), bench_of_range_ten.account
    )

    # 3 % of 1000 at risk: 10 to the stop, 20 in fees and 10 in slippage are 40 per unit
    assert quantity == (Decimal("0.75") if name == "risk_per_trade" else 1)


@pytest.mark.parametrize("name", SIZERS)
@pytest.mark.parametrize("cash", [0, -50])
def test_buys_nothing_without_cash(bench_of_range_ten: Any, name: str, cash: int) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    bench_of_range_ten.account.cash = Decimal(cash)

    assert sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account) == 0


@pytest.mark.parametrize("name", SIZERS)
def test_rounds_down_to_the_lot(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    bench_of_range_ten.account.cash = Decimal(189)
    spot(bench_of_range_ten, lot="0.5")

    quantity = sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account)

    assert quantity == Decimal("1.5")


@pytest.mark.parametrize("name", SIZERS)
@pytest.mark.parametrize(
    "steps", [{"min_notional": "300.01"}, {"min_quantity": "3.01"}, {"lot": "4"}]
)
def test_buys_nothing_below_the_least_order(
    bench_of_range_ten: Any, name: str, steps: dict[str, str]
) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    spot(bench_of_range_ten, **steps)

    assert sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account) == 0


@pytest.mark.parametrize("name", SIZERS)
@pytest.mark.parametrize(("market", "quantity"), [("swap", 2), ("spot", 1)])
def test_leverage_is_for_swaps_only(
    bench_of_range_ten: Any, name: str, market: Any, quantity: int
) -> None:
    bench = bench_of_range_ten
    sizer = bench.build(name, leverage=Decimal(2), **SIZERS[name])
    bench.account.cash = Decimal(100)
    bench.account.instruments["BTC/USDT"] = Instrument("BTC/USDT", "BTC", "USDT", market)

    assert sizer.quantity(bench.request(), bench.account) == quantity


def test_a_leveraged_fee_is_of_the_whole_value(bench: Any) -> None:
    sizer = bench.build("fixed_quantity", quantity=Decimal(99), leverage=Decimal(2))

    # 1000 = 100 x (1/2 + 0.125) per unit
    quantity = sizer.quantity(bench.request(fee_rate=Decimal("0.125")), bench.account)

    assert quantity == 16


@pytest.mark.parametrize("name", SIZERS)
def test_counts_in_contracts(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    bench_of_range_ten.account.instruments["BTC/USDT"] = Instrument(
        "BTC/USDT", "BTC", "USDT", "swap", contract_size=Decimal("0.1")
    )

    quantity = sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account)

    assert quantity == (3 if name == "fixed_quantity" else WANTED[name] * 10)


@pytest.mark.parametrize(
    "name", ["percent_equity", "risk_per_trade", "volatility_target", "fractional_kelly"]
)
def test_negative_equity_buys_nothing(bench_of_range_ten: Any, name: str) -> None:
    sizer = bench_of_range_ten.build(name, **SIZERS[name])
    bench_of_range_ten.account.equity = Decimal(-1)

    assert sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account) == 0


# -- risk_per_trade


@pytest.mark.parametrize(
    ("side", "stop_price", "expected"),
    [
        (Side.BUY, "80", "1.5"),
        (Side.SELL, "120", "1.5"),
        (Side.BUY, "100", 0),
        (Side.SELL, "90", 0),
    ],
)
def test_a_stop_named_with_the_order_wins(
    bench: Any, side: Side, stop_price: str, expected: Any
) -> None:
    sizer = bench.build("risk_per_trade", risk="3%", stop="10%")

    quantity = sizer.quantity(bench.request(side, stop_price=Decimal(stop_price)), bench.account)

    assert quantity == Decimal(expected)


def test_the_range_gives_the_distance(bench_of_range_ten: Any) -> None:
    sizer = bench_of_range_ten.build("risk_per_trade", risk="3%", atr_multiple=Decimal(2), period=1)

    assert sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account) == Decimal(
        "1.5"
    )


@pytest.mark.parametrize("settings", [{"atr_multiple": Decimal(2)}, {}])
def test_an_unknown_distance_buys_nothing(bench: Any, settings: dict[str, Any]) -> None:
    sizer = bench.build("risk_per_trade", risk="3%", **settings)
    bench.bar(100)

    assert sizer.quantity(bench.request(), bench.account) == 0


def test_a_symbol_without_any_range_buys_nothing(bench: Any) -> None:
    sizer = bench.build("volatility_target", target="1%", period=1)
    bench.bar(100)
    bench.bar(100)

    assert sizer.quantity(bench.request(), bench.account) == 0


def test_fees_both_ways_and_slippage_are_part_of_the_risk(bench: Any) -> None:
    sizer = bench.build("risk_per_trade", risk="3%", stop="10%", slippage="1%")

    # 30 / (10 + 100 x (2 x 0.02 + 0.01))
    quantity = sizer.quantity(bench.request(fee_rate=Decimal("0.02")), bench.account)

    assert quantity == 2


def test_a_distance_is_written_once(bench: Any) -> None:
    with pytest.raises(ValidationError, match="either `stop` or `atr_multiple`"):
        bench.config("risk_per_trade", risk="1%", stop="1%", atr_multiple=Decimal(1))


# -- volatility_target, fractional_kelly


def test_a_quiet_symbol_does_not_take_all(bench_of_range_ten: Any) -> None:
    sizer = bench_of_range_ten.build("volatility_target", target="50%", period=1, cap="40%")

    assert sizer.quantity(bench_of_range_ten.request(), bench_of_range_ten.account) == 4


@pytest.mark.parametrize(
    "wanted",
    [
        ("60%", "1", "50%", "25%", 1),
        ("60%", "1", "100%", "15%", "1.5"),
        ("50%", "2", "100%", "100%", "2.5"),
        ("50%", "1", "100%", "100%", 0),
        ("40%", "1", "100%", "100%", 0),
        ("40%", "3", "50%", "100%", 1),
    ],
)
def test_bets_a_fraction_of_kelly(bench: Any, wanted: tuple[str, str, str, str, Any]) -> None:
    win_rate, payoff, fraction, cap, expected = wanted
    sizer = bench.build(
        "fractional_kelly", win_rate=win_rate, payoff=Decimal(payoff), fraction=fraction, cap=cap
    )

    assert sizer.quantity(bench.request(), bench.account) == Decimal(expected)


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("fixed_quantity", {"quantity": Decimal(0)}),
        ("percent_equity", {"percent": "0%"}),
        ("percent_equity", {"slippage": "-1%"}),
        ("percent_equity", {"leverage": Decimal("0.5")}),
        ("fractional_kelly", {"win_rate": "101%", "payoff": Decimal(1)}),
        ("fractional_kelly", {"win_rate": "50%", "payoff": Decimal(0)}),
    ],
)
def test_refuses_settings_that_make_no_sense(
    bench: Any, name: str, settings: dict[str, Any]
) -> None:
    with pytest.raises(ValidationError):
        bench.config(name, **settings)


def test_percent_equity_leaves_room_by_default(bench: Any) -> None:
    sizer = bench.build("percent_equity")

    assert sizer.quantity(bench.request(), bench.account) == Decimal("9.5")


_MONEY = st.decimals("0", "1e7", places=2)
_STEP = st.sampled_from(["0", "0.00001", "0.001", "1", "10"])


@given(
    name=st.sampled_from(sorted(SIZERS)),
    slippage=st.sampled_from(["0%", "1%", "25%"]),
    money=st.tuples(_MONEY, _MONEY),
    price=st.decimals("0.0001", "1e5", places=4),
    fee=st.decimals("0", "0.05", places=4),
    steps=st.tuples(_STEP, _STEP, _STEP),
)
def test_no_sizer_exceeds_cash_lot_or_notional(make_bench: Any, **case: Any) -> None:
    bench, settings = make_bench(), {"slippage": case["slippage"], **SIZERS[case["name"]]}
    bench.bar(100)
    bench.bar(100, high=106, low=96)
    lot, least, worth = case["steps"]
    spot(bench, lot=lot, min_quantity=least, min_notional=worth)
    cash, bench.account.equity = case["money"]
    bench.account.cash, price, fee = cash, case["price"], case["fee"]
    sizer = bench.build(case["name"], **settings)

    quantity = sizer.quantity(bench.request(price=price, fee_rate=fee), bench.account)

    slipped = price * (1 + bench.config(case["name"], **settings).slippage)
    assert 0 <= quantity * slipped * (1 + fee) <= cash + cash * Decimal("1e-20")
    assert not Decimal(lot) or quantity % Decimal(lot) == 0
    assert quantity == 0 or quantity >= Decimal(least)
    assert quantity == 0 or quantity * price >= Decimal(worth)
