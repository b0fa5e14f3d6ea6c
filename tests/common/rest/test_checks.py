"""What the doctor is told of any exchange, at the limits."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.common.rest import checks
from realtrade.model.account import Balance


@pytest.mark.parametrize(
    ("ahead_ms", "error_ms", "status"),
    [(0.0, 0.0, "ok"), (1_000.0, 0.0, "ok"), (1_030.0, 30.0, "ok"), (-1_031.0, 30.0, "warn")],
)
def test_a_clock_is_off_when_more_than_a_second_is_certain(
    ahead_ms: float, error_ms: float, status: str
) -> None:
    store: Any = SimpleNamespace(clock=SimpleNamespace(offset_ms=ahead_ms, error_ms=error_ms))

    check = checks.skew(store, "Kraken")

    assert (check.status, check.subject) == (status, "clock")
    told = f"Kraken is {ahead_ms:+.0f} ms ahead of this machine, give or take {error_ms:.0f} ms"
    assert check.found == told
    assert bool(check.fix) is (status == "warn")


@pytest.mark.parametrize(
    ("symbol", "hint"),
    [("BTC/USDD", "did you mean BTC/USDT?"), ("", "see the exchange's list of symbols")],
)
def test_a_symbol_that_is_not_listed_has_perhaps_a_neighbour(symbol: str, hint: str) -> None:
    assert checks.near(symbol, ["BTC/USDT", "ETH/EUR"]) == hint


@pytest.mark.parametrize(
    ("free", "locked", "status", "fact"),
    [
        ("1.5", "2", "ok", "1.5 USDT free, 2 locked"),
        ("0", "2", "ok", "0 USDT free, 2 locked"),
        ("0", "0", "warn", "0 USDT free, 0 locked"),
    ],
)
def test_an_account_without_money_is_told_of(
    free: str, locked: str, status: str, fact: str
) -> None:
    balance = Balance(Decimal(free), Decimal(locked))
    store: Any = SimpleNamespace(get_balance=lambda currency: balance)

    check = checks.money(store, "USDT")

    assert (check.status, check.subject, check.found) == (status, "balance", fact)
    assert bool(check.fix) is (status == "warn")
