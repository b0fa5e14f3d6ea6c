"""What rules allow at a supposed equity and price."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.risk.what_if import (
    BarsUnknown,
    SupposedAccount,
    Supposition,
    allowances,
    sized,
    together,
)
from realtrade.utils.clock import ManualClock

D = Decimal
SYMBOL = "BTC/USDT"
SUNDAY_MS = 1_704_628_800_000  # 2024-01-07 12:00 UTC
REGISTRY = Registry()


def _rule(kind: Kind, name: str, **settings: Any) -> Any:
    config = REGISTRY.config_class(kind, name).model_validate(settings)
    context = BuildContext(name=name, folder=Path(), clock=ManualClock())
    return REGISTRY.builder(kind, name)(config, context)


def _supposed(equity: str = "10000", start: str = "10000", **instrument: Any) -> Supposition:
    return Supposition(
        now_ms=SUNDAY_MS,
        equity=D(equity),
        start=D(start),
        prices={SYMBOL: D(50)},
        instruments={SYMBOL: Instrument(SYMBOL, "BTC", "USDT", **instrument)},
        fee_rate=D("0.001"),
    )


@pytest.mark.parametrize(
    ("name", "settings", "quantity", "text"),
    [
        (
            "max_position",
            {"notional": "20%"},
            "40",
            "80 more would exceed 20.00% of equity; 40 fit",
        ),
        ("max_position", {"quantity": 3}, "3", "6 more would exceed 3; 3 fit"),
        ("max_order_size", {"notional": "1500 USDT"}, "30", "order of 60 BTC/USDT exceeds 1500"),
        ("max_drawdown", {"limit": "15%"}, None, "drawdown 4.00% of the limit 15.00%"),
        ("max_drawdown", {"limit": "3%"}, "0", "drawdown 4.00% has reached the limit 3.00%"),
        ("daily_loss", {"limit": "3%"}, "0", "has reached the limit 3.00% of equity"),
        ("weekly_loss", {"limit": "500 USDT"}, None, "of the limit 500"),
        ("minimum_equity", {"limit": "9700 USDT"}, "0", "9600"),
        ("trading_hours", {"days": "mon-fri"}, "0", "Sun 12:00 UTC is outside"),
        ("order_rate", {"max": 5, "per": "1m"}, None, "0 orders"),
        ("cooldown", {"after_loss": "1h"}, None, ""),
        ("spread_guard", {"limit": "1%"}, None, ""),
    ],
)
def test_says_what_each_rule_lets_be_bought(
    name: str, settings: dict[str, Any], quantity: str | None, text: str
) -> None:
    rule = _rule(Kind.RISK_RULE, name, **settings)
    at = (
        _supposed("10000")
        if name.startswith("max_") and "notional" in settings
        else _supposed("9600")
    )

    (allowed,) = allowances({name: rule}, SYMBOL, at)

    assert (allowed.rule, allowed.kind) == (name, "rule")
    assert allowed.quantity == (None if quantity is None else D(quantity))
    assert text in allowed.text


def test_a_rule_that_refuses_whole_orders_is_searched_for_its_limit() -> None:
    rule = _rule(Kind.RISK_RULE, "max_position", notional="20%", action="deny")

    (allowed,) = allowances({"per": rule}, SYMBOL, _supposed())

    assert allowed.quantity is not None
    assert D("39.9999999") < allowed.quantity <= 40
    assert "40" in allowed.text


@pytest.mark.parametrize(
    ("name", "settings", "kind", "text"),
    [
        ("stop_loss", {"distance": "5%"}, "stop", "given up at 47.5 (-5.00%)"),
        ("trailing_stop", {"distance": "3%"}, "stop", "given up at 48.5 (-3.00%)"),
        ("trailing_stop", {"distance": "3%", "after": "5%"}, "stop", "no stop yet"),
        ("atr_stop", {"multiple": 3}, "stop", "looks at bars"),
        ("volatility_guard", {"limit": "5%"}, "unknown", "looks at bars"),
        ("stale_data", {"max_age": "5m"}, "unknown", "looks at bars"),
        ("take_profit", {"at": "5%"}, "exit", "takes gains home"),
    ],
)
def test_says_where_stops_would_be_and_what_it_cannot_know(
    name: str, settings: dict[str, Any], kind: str, text: str
) -> None:
    rule = _rule(Kind.RISK_RULE, name, **settings)

    (allowed,) = allowances({name: rule}, SYMBOL, _supposed())

    assert (allowed.kind, allowed.quantity) == (kind, None)
    assert text in allowed.text


def test_sizer_and_rules_together_keep_to_the_lot() -> None:
    rules = {
        "one": _rule(Kind.RISK_RULE, "max_position", quantity=D("1.2345")),
        "other": _rule(Kind.RISK_RULE, "max_drawdown", limit="15%"),
    }
    sizer = _rule(Kind.SIZER, "percent_equity", percent="95%")
    supposed = _supposed(lot=D("0.01"))

    wanted = sized(sizer, rules, SYMBOL, supposed)

    assert wanted == D("190.00")
    assert together(wanted, allowances(rules, SYMBOL, supposed), SYMBOL, supposed) == D("1.23")


def test_a_sizer_that_looks_at_bars_is_not_guessed() -> None:
    sizer = _rule(Kind.SIZER, "volatility_target", target="1%")

    assert sized(sizer, {}, SYMBOL, _supposed()) is None


def test_a_supposed_account_holds_nothing_and_has_no_bars() -> None:
    account = SupposedAccount(_supposed("500"))

    assert (account.cash, account.equity, account.positions) == (D(500), D(500), {})
    assert (account.open_orders, account.spread(SYMBOL)) == ((), None)
    assert account.position(SYMBOL).quantity == 0
    with pytest.raises(BarsUnknown):
        account.bar(SYMBOL)
