"""Rules that count orders, positions and trades."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.verdict import ActionKind, Approved, Denied

HOUR = 3_600_000
ETH, SOL = "ETH/USDT", "SOL/USDT"


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


# -- max_open_orders


@pytest.mark.parametrize(("open_orders", "expected"), [(0, Approved), (1, Approved), (2, Denied)])
def test_denies_an_order_while_as_many_as_allowed_are_at_work(
    bench: Any, open_orders: int, expected: type
) -> None:
    rule = bench.build("max_open_orders", max=2)
    bench.account.open_orders = [bench.buy(1, ETH) for _ in range(open_orders)]

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)
    assert rule.reading(bench.view).breached is (expected is Denied)


def test_counts_orders_of_one_symbol(bench: Any) -> None:
    rule = bench.build("max_open_orders", max=1, scope="symbol")
    bench.account.open_orders = [bench.buy(1, ETH)]

    assert rule.assess(bench.buy(), bench.view) == Approved()
    assert rule.assess(bench.buy(1, ETH), bench.view) == Denied(
        "max_open_orders", "1 orders of ETH/USDT are at work, limit 1"
    )


def test_reads_the_symbol_with_most_orders(bench: Any) -> None:
    rule = bench.build("max_open_orders", max=9, scope="symbol")
    assert rule.reading(bench.view).value == 0
    bench.account.open_orders = [bench.buy(1, ETH), bench.buy(), bench.buy(1, ETH)]

    assert rule.reading(bench.view).text == "2 orders at work of 9 allowed"


def test_reductions_pass_however_many_orders_are_at_work(bench: Any) -> None:
    rule = bench.build("max_open_orders", max=1)
    bench.account.open_orders = [bench.buy(1, ETH)]
    bench.hold(1)

    assert rule.assess(bench.sell(), bench.view) == Approved()


# -- max_open_positions


@pytest.mark.parametrize(("held", "expected"), [((ETH,), Approved), ((ETH, SOL), Denied)])
def test_denies_one_symbol_too_many(bench: Any, held: tuple[str, ...], expected: type) -> None:
    rule = bench.build("max_open_positions", max=2)
    for symbol in held:
        bench.hold(1, symbol=symbol)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)
    assert rule.reading(bench.view).text == f"{len(held)} symbols held or ordered of 2 allowed"
    assert rule.reading(bench.view).breached is (expected is Denied)


def test_an_ordered_symbol_counts_as_held(bench: Any) -> None:
    rule = bench.build("max_open_positions", max=1)
    bench.account.open_orders = [bench.buy(1, ETH)]
    bench.hold(0, symbol=SOL)

    assert rule.assess(bench.buy(1, ETH), bench.view) == Approved()
    assert rule.assess(bench.buy(), bench.view) == Denied(
        "max_open_positions", "1 symbols are held or ordered, limit 1"
    )


def test_held_symbols_may_grow_and_shrink(bench: Any) -> None:
    rule = bench.build("max_open_positions", max=1)
    bench.hold(1)

    assert rule.assess(bench.buy(), bench.view) == Approved()
    assert rule.assess(bench.sell(), bench.view) == Approved()


# -- max_trades_per_day


@pytest.mark.parametrize(("trades", "expected"), [(1, Approved), (2, Denied)])
def test_denies_one_entry_too_many(bench: Any, trades: int, expected: type) -> None:
    rule = bench.build("max_trades_per_day", max=2)
    for hour in range(trades):
        bench.trade(1, at_ms=at("2024-01-02T00:00") + hour * HOUR)

    assert isinstance(rule.assess(bench.buy(), bench.view), expected)
    assert rule.reading(bench.view).text == f"{trades} positions opened today of 2 allowed"


def test_yesterdays_trades_do_not_count(bench: Any) -> None:
    rule = bench.build("max_trades_per_day", max=1)
    bench.trade(1, at_ms=at("2024-01-01T23:59"))
    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)

    bench.account.now_ms = at("2024-01-02T00:00")

    assert rule.assess(bench.buy(), bench.view) == Approved()


def test_the_day_is_that_of_the_time_zone(bench: Any) -> None:
    rule = bench.build("max_trades_per_day", max=1, timezone="Asia/Tokyo")
    bench.trade(1, at_ms=at("2024-01-01T14:59"))

    bench.account.now_ms = at("2024-01-01T15:00")

    assert rule.assess(bench.buy(), bench.view) == Approved()


def test_open_positions_of_today_and_waiting_entries_count(bench: Any) -> None:
    rule = bench.build("max_trades_per_day", max=2)
    bench.account.now_ms = at("2024-01-01T10:00")
    bench.fill(1, symbol=SOL)
    bench.account.now_ms = at("2024-01-02T10:00")
    bench.fill(1, symbol=ETH)
    assert rule.assess(bench.buy(), bench.view) == Approved()

    bench.account.open_orders = [bench.buy(1, ETH)]
    assert rule.assess(bench.buy(), bench.view) == Approved()
    bench.account.open_orders.append(bench.buy(1, "ADA/USDT"))
    assert rule.assess(bench.buy(), bench.view) == Denied(
        "max_trades_per_day", "2 positions opened today of 2 allowed"
    )


def test_adding_and_reducing_open_nothing(bench: Any) -> None:
    rule = bench.build("max_trades_per_day", max=1)
    bench.fill(2)

    assert rule.assess(bench.buy(), bench.view) == Approved()
    assert rule.assess(bench.sell(), bench.view) == Approved()
    assert isinstance(rule.assess(bench.sell(3), bench.view), Denied)


# -- consecutive_losses


def test_denies_for_the_pause_after_so_many_losses(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=2, pause="1h")
    bench.trade(-1, at_ms=0)
    assert rule.assess(bench.buy(), bench.view) == Approved()
    bench.trade(-1, ETH, at_ms=1000)

    assert rule.assess(bench.buy(), bench.view) == Denied(
        "consecutive_losses",
        "2 losses in a row of 2 allowed, pausing for 1:00:00 since the last",
    )
    bench.account.now_ms = 1000 + HOUR - 1
    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)
    bench.account.now_ms = 1000 + HOUR
    assert rule.assess(bench.buy(), bench.view) == Approved()


@pytest.mark.parametrize("between", [1, 0])
def test_a_trade_without_loss_ends_the_row(bench: Any, between: int) -> None:
    rule = bench.build("consecutive_losses", max=2, pause="1h")
    for gain in (-1, between, -1):
        bench.trade(gain)

    assert rule.assess(bench.buy(), bench.view) == Approved()
    assert rule.reading(bench.view).value == 1


def test_a_fee_makes_a_loss(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=1, pause="1h")
    bench.fill(1, 100)
    bench.fill(-1, "100.1", fee="0.2")

    assert isinstance(rule.assess(bench.buy(), bench.view), Denied)


def test_reductions_pass_in_the_pause(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=1, pause="1h")
    bench.trade(-1)
    bench.hold(1, symbol=ETH)

    assert rule.assess(bench.sell(1, ETH), bench.view) == Approved()


def test_halts_and_counts_anew_afterwards(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=1, action="halt", pause="1h")
    assert rule.watch(bench.view) == ()
    bench.trade(-1, at_ms=5)

    action = rule.watch(bench.view)[0]
    assert (action.kind, action.until_ms) == (ActionKind.HALT, 5 + HOUR)
    assert rule.assess(bench.buy(), bench.view).action == action
    bench.memory.lift("consecutive_losses", Decimal(0), 5 + HOUR)
    bench.account.now_ms = 5 + HOUR
    assert rule.watch(bench.view) == ()


def test_a_halt_keeps_its_own_time(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=1, action="halt", pause="1h")
    bench.trade(-1, at_ms=5)

    bench.account.now_ms = 9 * HOUR

    assert rule.reading(bench.view).breached


def test_losses_from_before_the_end_of_a_halt_do_not_count(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=2, action="halt")
    bench.trade(-1, at_ms=5)
    bench.memory.lift("consecutive_losses", Decimal(0), 5)
    bench.trade(-1, at_ms=6)

    assert rule.reading(bench.view).value == 1


def test_a_halt_without_pause_lasts_until_resumed(bench: Any) -> None:
    rule = bench.build("consecutive_losses", max=1, action="flatten_and_halt")
    bench.trade(-1, at_ms=5)
    bench.account.now_ms = 999 * HOUR

    assert rule.watch(bench.view)[0].until_ms is None


def test_deny_without_pause_would_never_end(bench: Any) -> None:
    with pytest.raises(ValidationError, match="`deny` needs a `pause`"):
        bench.config("consecutive_losses", max=3)


def test_remembers_as_many_trades_as_the_row_is_long(bench: Any) -> None:
    bench.build("consecutive_losses", max=3, pause="1h")
    for hour in range(5):
        bench.trade(-1, at_ms=hour * HOUR)

    assert [trade.closed_ms // HOUR for trade in bench.memory.trades] == [2, 3, 4]
