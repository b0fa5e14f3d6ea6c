"""What Binance cannot place as asked is refused by name, never changed to fit."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.binance import pairs
from realtrade.binance.orders import refusal
from realtrade.common.rest.unified import text
from realtrade.model.order import OrderType, Side, TimeInForce
from tests.binance.orders_made import intent, listing

NOW_MS = 1_700_000_000_000
LIMIT = {"type": OrderType.LIMIT, "limit_price": "40000"}
TRAIL = {"type": OrderType.TRAILING_STOP}
STOP_LIMIT = {"type": OrderType.STOP_LIMIT, "stop_price": "40000", "limit_price": "40000"}

REFUSED: dict[str, tuple[str, dict[str, Any], str]] = {
    "close": ("spot", {"type": OrderType.CLOSE}, "knows no close orders"),
    "trailing-limit": (
        "swap",
        {"type": OrderType.TRAILING_STOP_LIMIT},
        "knows no trailing_stop_limit orders",
    ),
    "trail-amount": ("spot", {**TRAIL, "trail_amount": "100"}, "by a percentage only"),
    "trail-both": (
        "swap",
        {**TRAIL, "trail_amount": "100", "trail_percent": "0.01"},
        "by a percentage only",
    ),
    "trail-nothing": ("swap", TRAIL, "by a percentage only"),
    "spot-trail-fine": ("spot", {**TRAIL, "trail_percent": "0.00105"}, "in steps of 1"),
    "spot-trail-small": ("spot", {**TRAIL, "trail_percent": "0.0009"}, "by 10 to 2000 bps"),
    "spot-trail-large": ("spot", {**TRAIL, "trail_percent": "0.2001"}, "not by 2001 bps"),
    "swap-trail-fine": ("swap", {**TRAIL, "trail_percent": "0.0125"}, "in steps of 0.1, not by 1"),
    "swap-trail-large": ("swap", {**TRAIL, "trail_percent": "0.201"}, "by 0.1 to 20 %"),
    "market-fok": ("spot", {"time_in_force": TimeInForce.FOK}, "has no time in force 'fok'"),
    "stop-ioc": (
        "swap",
        {"type": OrderType.STOP, "stop_price": "40000", "time_in_force": TimeInForce.IOC},
        "has no time in force 'ioc'",
    ),
    "post-only-market": ("spot", {"post_only": True}, "cannot be post-only"),
    "spot-post-only-stop": ("spot", {**STOP_LIMIT, "post_only": True}, "cannot be post-only"),
    "post-only-ioc": (
        "spot",
        {**LIMIT, "post_only": True, "time_in_force": TimeInForce.IOC},
        "no other time in force",
    ),
    "post-only-until": (
        "swap",
        {**LIMIT, "post_only": True, "valid_until_ms": NOW_MS + 3_600_000},
        "no other time in force",
    ),
    "spot-until": (
        "spot",
        {**LIMIT, "valid_until_ms": NOW_MS + 3_600_000},
        "cannot end by itself",
    ),
    "stop-until": (
        "swap",
        {**STOP_LIMIT, "valid_until_ms": NOW_MS + 3_600_000},
        "cannot end by itself",
    ),
    "until-soon": ("swap", {**LIMIT, "valid_until_ms": NOW_MS + 599_000}, "ten minutes ahead"),
    "until-between": ("swap", {**LIMIT, "valid_until_ms": NOW_MS + 600_500}, "a whole second"),
    "until-and-ioc": (
        "swap",
        {**LIMIT, "valid_until_ms": NOW_MS + 3_600_000, "time_in_force": TimeInForce.IOC},
        "not both",
    ),
    "spot-reducing-purchase": ("spot", {"reduce_only": True}, "no short ones"),
    "off-lot": ("spot", {"quantity": "0.000015"}, "no multiple of the lot 0.00001"),
    "nothing": ("spot", {"quantity": "0"}, "below the least"),
    "too-little": ("spot", {"quantity": "0.000001"}, "below the least, 0.00001"),
    "too-much": ("swap", {**LIMIT, "quantity": "9000.1"}, "above the most, 9000"),
    "too-much-at-market": ("swap", {"quantity": "100.1"}, "above the most, 100"),
    "no-limit-price": ("spot", {"type": OrderType.LIMIT}, "a limit order needs a limit price"),
    "no-stop-price": ("swap", {"type": OrderType.STOP}, "a stop order needs a stop price"),
    "off-tick": ("spot", {**LIMIT, "limit_price": "40000.001"}, "no multiple of the tick 0.01"),
    "stop-off-tick": (
        "swap",
        {"type": OrderType.STOP, "stop_price": "40000.001"},
        "stop price 40000.001 is no multiple",
    ),
    "cheap": ("spot", {**LIMIT, "quantity": "0.0001"}, "worth 4 USDT, less than 5"),
    "cheap-at-market": ("swap", {"quantity": "0.00009"}, "worth 4.5 USDT, less than 5"),
    "long-id": ("spot", {"client_order_id": "x" * 37}, "is not one it takes"),
    "strange-id": ("swap", {"client_order_id": "a b"}, "is not one it takes"),
    "empty-id": ("swap", {"client_order_id": ""}, "is not one it takes"),
}


@pytest.mark.parametrize(("market", "changes", "said"), REFUSED.values(), ids=REFUSED)
def test_refuses(market: str, changes: dict[str, Any], said: str) -> None:
    told = refusal(intent(market, **changes), listing(market), NOW_MS)

    assert told is not None
    assert said in told
    assert told.startswith("Binance spot: " if market == "spot" else "Binance USDⓈ-M: ")


@pytest.mark.parametrize(
    ("market", "changes"),
    [
        ("spot", {}),
        ("spot", {"side": Side.SELL, "reduce_only": True}),
        ("spot", {**TRAIL, "trail_percent": "0.2"}),
        ("swap", {**TRAIL, "trail_percent": "0.001"}),
        ("swap", {**LIMIT, "valid_until_ms": NOW_MS + 600_000}),
        ("swap", {"quantity": "0.00009", "side": Side.SELL, "reduce_only": True}),
        ("swap", {**LIMIT, "quantity": "9000"}),
    ],
)
def test_lets_pass(market: str, changes: dict[str, Any]) -> None:
    assert refusal(intent(market, **changes), listing(market), NOW_MS) is None


def test_a_symbol_that_is_halted() -> None:
    assert "not traded at the moment" in str(refusal(intent(), listing(active=False), NOW_MS))


def test_a_type_the_symbol_does_not_take() -> None:
    one = listing(types=frozenset({"LIMIT", "MARKET"}))

    assert "takes no LIMIT_MAKER" in str(refusal(intent(**LIMIT, post_only=True), one, NOW_MS))
    assert refusal(intent(**LIMIT), one, NOW_MS) is None


def test_a_symbol_that_trails_nothing() -> None:
    told = refusal(intent(**TRAIL, trail_percent="0.01"), listing(trailing=False), NOW_MS)

    assert "trails no stops on BTC/USDT" in str(told)


class TestPair:
    STOP = intent(type=OrderType.STOP, stop_price="40000")

    @pytest.mark.parametrize(
        ("limit", "stop", "market", "said"),
        [
            (LIMIT, {"type": OrderType.STOP, "stop_price": "40000"}, "swap", "no order lists"),
            ({}, {"type": OrderType.STOP, "stop_price": "40000"}, "spot", "a limit and a stop"),
            (LIMIT, LIMIT, "spot", "a limit and a stop"),
            (
                LIMIT,
                {"type": OrderType.STOP, "stop_price": "40000", "quantity": "0.02"},
                "spot",
                "one symbol, side and quantity",
            ),
            (
                LIMIT,
                {"type": OrderType.STOP, "stop_price": "40000", "side": Side.SELL},
                "spot",
                "one symbol, side and quantity",
            ),
            (LIMIT, {"type": OrderType.STOP}, "spot", "needs a stop price"),
        ],
    )
    def test_refuses(
        self, limit: dict[str, Any], stop: dict[str, Any], market: str, said: str
    ) -> None:
        told = pairs.refusal(
            intent(market, **limit), intent(market, **stop), listing(market), NOW_MS
        )

        assert said in str(told)

    def test_lets_pass(self) -> None:
        assert pairs.refusal(intent(**LIMIT), self.STOP, listing(), NOW_MS) is None


@pytest.mark.parametrize(
    ("number", "written"),
    [
        ("1", "1"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("1E-8", "0.00000001"),
        ("0.100", "0.1"),
        ("123456789.12345678", "123456789.12345678"),
        ("0", "0"),
    ],
)
def test_numbers_leave_as_digits(number: str, written: str) -> None:
    assert text(Decimal(number)) == written
