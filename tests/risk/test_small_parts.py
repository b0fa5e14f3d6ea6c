"""Calendar, exact numbers, ranges, plugins."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from realtrade.model.instrument import Instrument
from realtrade.model.verdict import Denied
from realtrade.plugins.plugin import Kind, Plugin
from realtrade.plugins.ports.risk import Needs, RiskGauge, RiskWatch
from realtrade.risk import plugins
from realtrade.risk.calendar import bounds_ms
from realtrade.risk.ranges import average_true_range
from realtrade.risk.steps import exact, shown, tradable

DESCRIPTORS = [value for value in vars(plugins).values() if isinstance(value, Plugin)]


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * 1000


@pytest.mark.parametrize(
    ("moment", "unit", "zone", "start", "end"),
    [
        ("2024-01-03T00:00", "day", "UTC", "2024-01-03T00:00", "2024-01-04T00:00"),
        ("2024-01-03T23:59:59", "day", "UTC", "2024-01-03T00:00", "2024-01-04T00:00"),
        ("2024-03-31T12:00", "day", "Europe/Berlin", "2024-03-30T23:00", "2024-03-31T22:00"),
        ("2024-10-27T12:00", "day", "Europe/Berlin", "2024-10-26T22:00", "2024-10-27T23:00"),
        ("2024-01-03T20:00", "day", "Asia/Kolkata", "2024-01-03T18:30", "2024-01-04T18:30"),
        ("2024-01-07T23:59", "week", "UTC", "2024-01-01T00:00", "2024-01-08T00:00"),
        ("2024-01-08T00:00", "week", "UTC", "2024-01-08T00:00", "2024-01-15T00:00"),
        ("2024-01-07T16:00", "week", "Asia/Tokyo", "2024-01-07T15:00", "2024-01-14T15:00"),
    ],
)
def test_days_and_weeks_begin_at_local_midnight(
    moment: str, unit: Any, zone: str, start: str, end: str
) -> None:
    assert bounds_ms(at(moment), unit, zone) == (at(start), at(end))


@given(
    time_ms=st.integers(0, 4_000_000_000_000),
    unit=st.sampled_from(["day", "week"]),
    zone=st.sampled_from(["UTC", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia"]),
)
def test_periods_tile_the_time_line(time_ms: int, unit: Any, zone: str) -> None:
    start, end = bounds_ms(time_ms, unit, zone)

    assert start <= time_ms < end
    assert bounds_ms(start, unit, zone) == (start, end)
    assert bounds_ms(end, unit, zone)[0] == end


@pytest.mark.parametrize(("value", "text"), [(0.1, "0.1"), (1e-8, "1E-8"), (100.0, "100.0")])
def test_a_float_is_the_digits_it_is_written_with(value: float, text: str) -> None:
    assert exact(value) == Decimal(text)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1.50", "1.5"),
        ("1E+3", "1000"),
        ("100", "100"),
        ("0.333333333333", "0.33333333"),
        ("-0.000000001", "0"),
        ("-2.10", "-2.1"),
    ],
)
def test_numbers_are_shown_plainly(value: str, text: str) -> None:
    assert shown(Decimal(value)) == text


@pytest.mark.parametrize(
    ("quantity", "expected"),
    [("0.99", "0.9"), ("0.5", "0.5"), ("0.49", "0"), ("0", "0"), ("-1", "0"), ("0.4", "0")],
)
def test_less_than_may_be_traded_is_nothing(quantity: str, expected: str) -> None:
    instrument = Instrument(
        "A/B", "A", "B", lot=Decimal("0.1"), min_quantity=Decimal("0.3"), min_notional=Decimal(50)
    )

    assert tradable(Decimal(quantity), Decimal(100), instrument) == Decimal(expected)


@pytest.mark.parametrize(("quantity", "expected"), [("0.3", "0.3"), ("0.29", "0")])
def test_the_least_quantity_may_be_traded(quantity: str, expected: str) -> None:
    instrument = Instrument("A/B", "A", "B", min_quantity=Decimal("0.3"))

    assert tradable(Decimal(quantity), Decimal(100), instrument) == Decimal(expected)


@pytest.mark.parametrize(("size", "expected"), [("10", "1"), ("9.9", "0")])
def test_the_least_value_counts_contracts_at_their_size(size: str, expected: str) -> None:
    instrument = Instrument("A/B", "A", "B", min_notional=Decimal(100), contract_size=Decimal(size))

    assert tradable(Decimal(1), Decimal(10), instrument) == Decimal(expected)


def test_a_true_range_reaches_to_the_close_before(bench: Any) -> None:
    bench.bar(100)
    bench.bar(105, high=106, low=104)
    bench.bar(95, high=96, low=94)
    bench.bar(95, high=97, low=93)

    assert average_true_range(bench.view, "BTC/USDT", 1) == 4
    assert average_true_range(bench.view, "BTC/USDT", 2) == Decimal("7.5")
    assert exact((6 + 11 + 4) / 3) == average_true_range(bench.view, "BTC/USDT", 3)
    assert average_true_range(bench.view, "BTC/USDT", 4) is None


def test_needs_add_up() -> None:
    hour, day = timedelta(hours=1), timedelta(days=1)
    one = Needs(orders=5, trades=1, trades_within=day, periods=frozenset({("day", "UTC")}))
    other = Needs(equity=True, orders=3, trades=2, trades_within=hour, window=hour)

    assert one | other == Needs(
        equity=True,
        orders=5,
        trades=2,
        trades_within=day,
        window=hour,
        periods=frozenset({("day", "UTC")}),
    )
    assert (Needs(entries=True) | Needs(actions=True)) == Needs(entries=True, actions=True)
    assert (one.per_bar, Needs(orders=9, actions=True).per_bar) == (True, False)
    assert Needs(equity=True).per_bar
    assert Needs(entries=True).per_bar
    assert Needs(window=hour).per_bar


@pytest.mark.parametrize("plugin", DESCRIPTORS, ids=lambda plugin: plugin.name)
def test_every_part_is_registered_and_documented(bench: Any, plugin: Plugin) -> None:
    (point,) = entry_points(group=Kind(plugin.kind).group, name=plugin.name)
    assert point.load() is plugin

    module, _, name = plugin.config.partition(":")
    config = getattr(__import__(module, fromlist=[name]), name)

    assert f"type: {plugin.name}" in config.__doc__
    assert config.model_fields["type"].default == plugin.name
    config.model_json_schema()


# Each rule at a moment at which it denies; most of them also read and act.
DENYING: dict[str, dict[str, Any]] = {
    "max_position": {"notional": "1%", "action": "deny"},
    "max_open_orders": {"max": 1},
    "max_open_positions": {"max": 1},
    "max_order_size": {"notional": "1%", "action": "deny"},
    "price_collar": {"limit": "1%"},
    "order_rate": {"max": 1, "per": "1d", "action": "halt"},
    "cooldown": {"after_exit": "1d", "scope": "account"},
    "max_trades_per_day": {"max": 1},
    "daily_loss": {"limit": "1%", "until": "next"},
    "weekly_loss": {"limit": "1%", "until": "resumed"},
    "consecutive_losses": {"max": 1, "pause": "1d", "action": "halt"},
    "max_drawdown": {"limit": "1%", "action": "halt", "halt_for": "1d"},
    "symbol_loss": {"losses": 1, "within": "1d", "pause": "1d"},
    "max_leverage": {"limit": Decimal("0.01"), "action": "deny"},
    "correlation_group": {"symbols": ["BTC/USDT", "ETH/USDT"], "positions": 1},
    "trading_hours": {"days": "sun"},
    "blackout": {"from": "1970-01-01", "to": "2070-01-01"},
    "stale_data": {"max_age": "1s"},
    "spread_guard": {"limit": "1 bps", "unknown": "deny"},
    "volatility_guard": {"limit": "1 bps", "period": 1},
    "minimum_equity": {"limit": "5000 USDT", "halt_for": "1d"},
}


@pytest.fixture
def trouble(bench: Any) -> Any:
    """An account in which every rule of `DENYING` has something against another purchase."""
    bench.memory.note_equity(Decimal(2000), 0)
    bench.bar(100, at_ms=0)
    bench.trade(-1, at_ms=60_000)
    bench.hold(1, symbol="ETH/USDT")
    bench.account.open_orders = [bench.buy(1, "ETH/USDT")]
    bench.account.now_ms = 6 * 3_600_000
    return bench


@pytest.mark.parametrize("type_", DENYING)
def test_every_verdict_action_and_reading_names_its_block(trouble: Any, type_: str) -> None:
    rule = trouble.build(type_, "my_block", **DENYING[type_])
    trouble.memory.needs = rule.needs | Needs(orders=1)
    trouble.memory.note_equity(Decimal(2000), 1)
    trouble.memory.note_order(trouble.account.now_ms)

    verdict = rule.assess(trouble.buy(1, limit_price=Decimal(150)), trouble.view)
    actions = rule.watch(trouble.view) if isinstance(rule, RiskWatch) else ()
    readings = [rule.reading(trouble.view)] if isinstance(rule, RiskGauge) else []

    assert rule.name == "my_block"
    assert isinstance(verdict, Denied)
    assert verdict.rule == "my_block"
    assert {action.rule for action in actions} <= {"my_block"}
    assert (verdict.action is None) == (not rule.needs.actions)
    assert tuple(actions) in ((), (verdict.action,))
    for reading in readings:
        assert (reading.rule, type(reading.value), type(reading.limit)) == (
            "my_block",
            Decimal,
            Decimal,
        )


def test_no_rule_is_left_out_of_the_trouble() -> None:
    stops = {plugin.name for plugin in DESCRIPTORS if ".stops." in plugin.config}
    rules = {plugin.name for plugin in DESCRIPTORS if plugin.kind is Kind.RISK_RULE}

    assert set(DENYING) == rules - stops


def test_no_part_is_forgotten() -> None:
    ours = {
        point.value
        for group in ("realtrade.risk_rules", "realtrade.sizers")
        for point in entry_points(group=group)
        if point.value.startswith("realtrade.risk")
    }

    assert ours == {f"realtrade.risk.plugins:{plugin.name.upper()}" for plugin in DESCRIPTORS}


def test_descriptors_load_no_rule() -> None:
    code = (
        "import sys, realtrade.risk.plugins;"
        "found = [m for m in sys.modules if m.startswith(("
        "'realtrade.risk.rules', 'realtrade.risk.stops', 'realtrade.risk.sizers', 'numpy',"
        "'backtrader', 'ccxt'))];"
        "sys.exit(' '.join(found) or 0)"
    )

    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
