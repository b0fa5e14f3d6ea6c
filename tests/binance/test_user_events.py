"""Events as Binance documents them, read into our values."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.binance.user_events import event_of
from realtrade.model.account import Balance, BalancesChanged, OrderChanged, VenueOrder
from realtrade.model.order import Fill, OrderStatus, OrderType, Position, Side

NAMES = {"ETHBTC": "ETH/BTC", "BTCUSDT": "BTC/USDT:USDT", "BNBUSDT": "BNB/USDT:USDT"}


def read(event: dict[str, Any]) -> Any:
    return event_of(event, lambda name: NAMES.get(name, name))


def report(**changes: Any) -> dict[str, Any]:
    """An `executionReport` of spot."""
    told: dict[str, Any] = {"e": "executionReport", "E": 1499405658658, "s": "ETHBTC", "S": "BUY"}
    told |= {"o": "LIMIT"}
    told |= {"c": "mUvoqJxFIILMdfAW5iGSOW", "f": "GTC", "q": "1.00000000", "p": "0.10264410"}
    told |= {"P": "0.00000000", "F": "0.00000000", "g": -1, "C": "", "x": "NEW", "X": "NEW"}
    told |= {"r": "NONE", "i": 4293153, "l": "0.00000000", "z": "0.00000000", "L": "0.00000000"}
    told |= {"n": "0", "N": None, "T": 1499405658657, "t": -1, "I": 8641984, "w": True, "m": False}
    return {**told, "O": 1499405658657, "Z": "0.00000000", "Y": "0.00000000", **changes}


def update(**changes: Any) -> dict[str, Any]:
    """An `ORDER_TRADE_UPDATE` of USDⓈ-M."""
    told: dict[str, Any] = {
        "s": "BTCUSDT",
        "c": "TEST",
        "S": "SELL",
        "o": "LIMIT",
        "f": "GTC",
        "q": "0.001",
    }
    told |= {"p": "9910", "ap": "0", "sp": "0", "x": "NEW", "X": "NEW", "i": 8886774, "l": "0"}
    told |= {"z": "0", "L": "0", "T": 1568879465651, "t": 0, "m": False, "R": False, "ot": "LIMIT"}
    return {"e": "ORDER_TRADE_UPDATE", "E": 1, "T": 1568879465650, "o": {**told, **changes}}


def algo(**changes: Any) -> dict[str, Any]:
    """An `ALGO_UPDATE` of USDⓈ-M."""
    told: dict[str, Any] = {
        "caid": "Q5xaq5EGKgXXa0fD7fs0Ip",
        "aid": 2148719,
        "at": "CONDITIONAL",
        "s": "BNBUSDT",
    }
    told |= {"o": "TAKE_PROFIT", "S": "SELL", "ps": "BOTH", "f": "GTC", "q": "0.01", "ai": ""}
    told |= {"X": "CANCELED", "ap": "0.00000", "aq": "0.00000", "act": "0", "tp": "750", "p": "740"}
    return {"e": "ALGO_UPDATE", "T": 1750515742297, "E": 1, "o": {**told, "rm": "", **changes}}


def test_a_new_spot_order() -> None:
    assert read(report()) == OrderChanged(
        VenueOrder(
            client_order_id="mUvoqJxFIILMdfAW5iGSOW",
            venue_order_id="4293153",
            symbol="ETH/BTC",
            side=Side.BUY,
            type=OrderType.LIMIT,
            status=OrderStatus.ACCEPTED,
            quantity=Decimal("1.00000000"),
            filled=Decimal(0),
            limit_price=Decimal("0.10264410"),
            time_ms=1499405658657,
        )
    )


def test_a_spot_fill_with_its_fee() -> None:
    event = read(
        report(
            x="TRADE",
            X="PARTIALLY_FILLED",
            l="0.40000000",
            z="0.70000000",
            L="0.10264000",
            n="0.00040000",
            N="ETH",
            t=77,
            m=True,
        )
    )

    assert event.order.status is OrderStatus.PARTIALLY_FILLED
    assert str(event.order.filled) == "0.70000000"
    assert event.fill == Fill(
        trade_id="77",
        client_order_id="mUvoqJxFIILMdfAW5iGSOW",
        symbol="ETH/BTC",
        side=Side.BUY,
        quantity=Decimal("0.4"),
        price=Decimal("0.10264"),
        fee=Decimal("0.0004"),
        fee_currency="ETH",
        maker=True,
        time_ms=1499405658657,
    )


def test_a_cancel_is_told_under_the_id_of_the_order_not_of_the_cancel() -> None:
    event = read(report(x="CANCELED", X="CANCELED", c="theCancel", C="theOrder"))

    assert event.order.client_order_id == "theOrder"
    assert event.order.status is OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("changes", "kind", "status", "reason"),
    [
        ({"o": "LIMIT_MAKER"}, OrderType.LIMIT, OrderStatus.ACCEPTED, ""),
        ({"o": "STOP_LOSS_LIMIT", "P": "0.2"}, OrderType.STOP_LIMIT, OrderStatus.ACCEPTED, ""),
        ({"o": "STOP_LOSS", "d": 100}, OrderType.TRAILING_STOP, OrderStatus.ACCEPTED, ""),
        ({"X": "REJECTED", "r": "-2010"}, OrderType.LIMIT, OrderStatus.REJECTED, "-2010"),
        (
            {"X": "EXPIRED_IN_MATCH"},
            OrderType.LIMIT,
            OrderStatus.EXPIRED,
            "EXPIRED_IN_MATCH",
        ),
        ({"X": "PENDING_NEW"}, OrderType.LIMIT, OrderStatus.ACCEPTED, ""),
    ],
)
def test_types_and_states(
    changes: dict[str, Any], kind: OrderType, status: OrderStatus, reason: str
) -> None:
    order = read(report(**changes)).order

    assert (order.type, order.status, order.reason) == (kind, status, reason)


def test_a_swap_fill_without_a_fee_is_one_of_nothing() -> None:
    event = read(update(x="TRADE", X="FILLED", l="0.001", z="0.001", L="9911", t=5))

    assert (event.fill.fee, event.fill.fee_currency) == (Decimal(0), "")
    assert (event.fill.trade_id, event.fill.symbol) == ("5", "BTC/USDT:USDT")


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (report(x="EXPIRED", X="EXPIRED", eR="INSUFFICIENT_LIQUIDITY"), "INSUFFICIENT_LIQUIDITY"),
        (report(x="EXPIRED", X="EXPIRED"), ""),
        (report(x="CANCELED", X="CANCELED", eR="OCO_TRIGGER"), ""),
        (update(x="EXPIRED", X="EXPIRED", er="2"), "the rest of it could not be filled at once"),
        (update(x="EXPIRED", X="EXPIRED", er="0"), ""),
        (update(x="EXPIRED", X="EXPIRED"), ""),
    ],
)
def test_why_an_order_expired(event: dict[str, Any], reason: str) -> None:
    assert read(event).order.reason == reason


@pytest.mark.parametrize("state", ["FILLED", "NEW_ADL", "NEW_INSURANCE"])
def test_a_liquidation_is_an_execution(state: str) -> None:
    event = read(update(c="autoclose-1", x="CALCULATED", X=state, l="0.014", z="0.014", t=9))

    assert (event.fill.client_order_id, event.fill.trade_id) == ("autoclose-1", "9")
    assert event.fill.quantity == Decimal("0.014")


def test_a_liquidation_that_only_begins_is_none() -> None:
    event = read(update(c="autoclose-1", x="CALCULATED", X="NEW", l="0", t=0))

    assert event.fill is None


def test_what_a_conditional_order_became_keeps_its_type_and_its_id() -> None:
    event = read(update(o="MARKET", ot="STOP_MARKET", sp="9800"))

    assert event.order.type is OrderType.STOP
    assert event.order.stop_price == Decimal(9800)
    assert event.order.client_order_id == "TEST"


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        ("NEW", OrderStatus.ACCEPTED, ""),
        ("TRIGGERED", OrderStatus.ACCEPTED, ""),
        ("CANCELED", OrderStatus.CANCELLED, ""),
        ("REJECTED", OrderStatus.REJECTED, "Reduce Only reject"),
        ("EXPIRED", OrderStatus.EXPIRED, "Reduce Only reject"),
    ],
)
def test_a_conditional_order(state: str, status: OrderStatus, reason: str) -> None:
    event = read(algo(X=state, rm="Reduce Only reject"))

    assert event == OrderChanged(
        VenueOrder(
            client_order_id="Q5xaq5EGKgXXa0fD7fs0Ip",
            venue_order_id="algo-2148719",
            symbol="BNB/USDT:USDT",
            side=Side.SELL,
            type=OrderType.STOP_LIMIT,
            status=status,
            quantity=Decimal("0.01"),
            filled=Decimal(0),
            limit_price=Decimal(740),
            stop_price=Decimal(750),
            reason=reason,
            time_ms=1750515742297,
        )
    )


def test_balances_of_spot() -> None:
    row = {"a": "ETH", "f": "10000.000000", "l": "1.500000"}
    event = {"e": "outboundAccountPosition", "E": 1, "u": 1564034571073, "B": [row]}

    assert read(event) == BalancesChanged(
        {"ETH": Balance(Decimal(10000), Decimal("1.5"))}, {}, 1564034571073
    )


def test_wallets_and_positions_of_swaps() -> None:
    wallet = {"a": "USDT", "wb": "122624.12345678", "cw": "100.12345678", "bc": "50.12345678"}
    held = {"s": "BTCUSDT", "pa": "-20", "ep": "6563.66500", "ps": "BOTH"}
    told = {"m": "ORDER", "B": [wallet], "P": [held, {**held, "pa": "1", "ps": "LONG"}]}
    event = {"e": "ACCOUNT_UPDATE", "E": 1564745798939, "T": 1564745798938, "a": told}

    assert read(event) == BalancesChanged(
        {"USDT": Balance(Decimal("122624.12345678"))},
        {"BTC/USDT:USDT": Position(Decimal(-20), Decimal("6563.66500"))},
        1564745798938,
    )


@pytest.mark.parametrize(
    "event",
    [
        {"e": "balanceUpdate", "a": "BTC", "d": "100.0"},
        {"e": "listStatus"},
        {"e": "MARGIN_CALL"},
        {},
        algo(X="FINISHED"),
    ],
)
def test_what_is_about_something_else_is_nothing(event: dict[str, Any]) -> None:
    assert read(event) is None


@pytest.mark.parametrize(
    "event", [report(X="SURPRISE"), report(o="SURPRISE"), report(S="?"), update(o="?", ot="?")]
)
def test_what_is_not_known_is_not_guessed(event: dict[str, Any]) -> None:
    with pytest.raises(KeyError):
        read(event)
