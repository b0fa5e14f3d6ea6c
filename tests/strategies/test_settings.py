"""What the settings of the built-in strategies refuse, and that their defaults are the classes'."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import realtrade.strategies
from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.utils.clock import ManualClock

REGISTRY = Registry()
COMPOSITE = {"multi_timeframe", "regime", "vote"}  # they have no default: see composite/
NAMES = sorted(
    name
    for name in REGISTRY.names(Kind.STRATEGY)
    if REGISTRY.distribution(Kind.STRATEGY, name) == "realtrade"
    and name not in {"python", "rules", *COMPOSITE}
)
BELOW = "greater than or equal to"


@pytest.mark.parametrize("name", NAMES)
def test_defaults_of_the_settings_are_those_of_the_class(name: str) -> None:
    build = REGISTRY.builder(Kind.STRATEGY, name)
    config = REGISTRY.config_class(Kind.STRATEGY, name)()

    spec = build(config, BuildContext(name="strategy", folder=Path(), clock=ManualClock()))

    known: dict[str, Any] = dict(spec.cls.params._getitems())
    assert {key: known[key] for key in spec.params} == spec.params
    assert set(known) - set(spec.params) == set()
    assert getattr(realtrade.strategies, spec.cls.__name__) is spec.cls


@pytest.mark.parametrize(
    ("name", "params", "place", "message"),
    [
        ("macd", {"fast": 26}, (), "fast (26) must be less than slow (26)"),
        ("macd", {"signal": 0}, ("signal",), BELOW),
        ("supertrend", {"factor": 0}, ("factor",), "greater than 0"),
        ("supertrend", {"period": 10_001}, ("period",), "less than or equal to 10000"),
        ("donchian", {"leave": 21}, (), "leave (21) must not be more than entry (20)"),
        ("adx_trend", {"weak": 26}, (), "weak (26.0) must not be more than strong (25.0)"),
        ("adx_trend", {"period": 1}, ("period",), BELOW),
        ("bollinger", {"leave": "lower"}, ("leave",), "'middle' or 'opposite'"),
        ("bollinger", {"direction": "up"}, ("direction",), "'long', 'short' or 'both'"),
        ("rsi_reversion", {"low": 50}, (), "low (50.0), middle (50.0) and high (70.0) must rise"),
        ("rsi_reversion", {"high": 100}, ("high",), "less than 100"),
        ("zscore", {"leave": 2}, (), "leave (2.0) must be less than entry (2.0)"),
        ("pairs", {"entry": 0.5}, (), "leave (0.5) must be less than entry (0.5)"),
        ("rsi_momentum", {"strong": 50}, (), "middle (50.0) must be less than strong (50.0)"),
        ("rsi_momentum", {"middle": 49}, ("middle",), BELOW),
        ("roc_rank", {"top": 0}, ("top",), BELOW),
        ("roc_rank", {"least": -1}, ("least",), BELOW),
        ("volume_breakout", {"leave": 30}, (), "leave (30) must not be more than period (20)"),
        ("dca_schedule", {"every": 0}, ("every",), BELOW),
        ("dca_schedule", {"take_profit": -0.1}, ("take_profit",), BELOW),
        ("dca_drop", {"drop": 1}, ("drop",), "less than 1"),
        ("dca_drop", {"most": "5"}, ("most",), "valid integer"),
        ("fixed_grid", {"lower": 110}, (), "lower (110.0) must be less than upper (110.0)"),
        ("fixed_grid", {"lines": 1}, ("lines",), BELOW),
        ("fixed_grid", {"quantity": 0}, ("quantity",), "greater than 0"),
        ("fixed_grid", {"spacing": "log"}, ("spacing",), "'arithmetic' or 'geometric'"),
        ("atr_grid", {"factor": 0}, ("factor",), "greater than 0"),
        ("atr_grid", {"most": 0}, ("most",), BELOW),
        ("atr_grid", {"resting": 201}, ("resting",), "less than or equal to 200"),
        ("dca_drop", {"direction": "both"}, ("direction",), "Extra inputs are not permitted"),
    ],
)
def test_refuses_what_makes_no_sense(
    name: str, params: dict[str, Any], place: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        REGISTRY.config_class(Kind.STRATEGY, name).model_validate({"params": params})

    (error,) = caught.value.errors()
    assert error["loc"] == ("params", *place)
    assert message in error["msg"]


def test_checking_settings_imports_no_backtrader() -> None:
    code = (
        "import sys; from realtrade.plugins import Kind, Registry; registry = Registry();"
        f"[registry.config_class(Kind.STRATEGY, name)() for name in {NAMES}];"
        "sys.exit(bool({'backtrader', 'numpy'} & set(sys.modules)))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_an_unknown_strategy_is_named() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'MaCros'"):
        _ = realtrade.strategies.MaCros
