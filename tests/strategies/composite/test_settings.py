"""What the settings of composite strategies take, refuse and build."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.plugins import Kind, Registry
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.build import BuildContext
from realtrade.strategies import Macd, MaCross, RsiReversion
from realtrade.utils.clock import ManualClock

REGISTRY = Registry()
MODULE = """
from realtrade.strategies import Signal, StanceStrategy
import backtrader as bt

class Up(Signal):
    def stance(self, index, now):
        return 1

class HoldUp(StanceStrategy):
    params = (("period", 5),)
    signal = Up

class Silent(bt.Strategy):
    pass
"""


def _built(name: str, params: dict[str, Any], folder: Path = Path()) -> dict[str, Any]:
    config = REGISTRY.config_class(Kind.STRATEGY, name).model_validate({"params": params})
    context = BuildContext(name="strategy", folder=folder, clock=ManualClock())
    return dict(REGISTRY.builder(Kind.STRATEGY, name)(config, context).params)


def test_a_vote_knows_classes_parameters_and_weights() -> None:
    members = {"a": {"type": "ma_cross", "params": {"fast": 5}}, "b": {"type": "macd"}}

    params = _built("vote", {"members": members, "weights": {"b": 2}, "direction": "both"})

    (one, first, weight), (two, second, double) = params["members"]
    assert (one, first["fast"], first["slow"], weight) == (MaCross, 5, 30, 1.0)
    assert (two, second["fast"], double) == (Macd, 12, 2.0)
    assert {**params, "members": None} == {
        "members": None,
        "entry": 0.5,
        "leave": 0.0,
        "direction": "both",
    }


def test_a_regime_knows_its_filter_and_its_two_strategies() -> None:
    params = _built(
        "regime", {"filter": {"by": "volatility", "high": 30}, "below": {"type": "rsi_reversion"}}
    )

    assert params.pop("below")[0] is RsiReversion
    assert params == {
        "filter": "volatility",
        "period": 14,
        "high": 30.0,
        "low": 20.0,
        "above": None,
        "direction": "long",
    }


def test_two_timeframes_have_a_strategy_each() -> None:
    params = _built("multi_timeframe", {"entry": {"type": "macd"}, "trend": {"type": "ma_cross"}})

    assert (params["entry"][0], params["trend"][0]) == (Macd, MaCross)
    assert (params["leave"], params["direction"]) == ("either", "long")


def test_a_member_may_be_a_class_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "mine_to_vote.py").write_text(MODULE, encoding="utf-8")
    member = {"type": "python", "class": "mine_to_vote:HoldUp", "params": {"period": 7}}

    params = _built("vote", {"members": {"mine": member}}, tmp_path)

    ((cls, given, _),) = params["members"]
    assert (cls.__name__, given) == ("HoldUp", {"period": 7})


@pytest.mark.parametrize(
    ("block", "at", "message"),
    [
        ({"class": "mine_to_miss:Silent"}, "class", "Silent cannot be combined"),
        ({"class": "mine_to_miss:Gone"}, "class", "has no class 'Gone'"),
        (
            {"class": "mine_to_miss:HoldUp", "params": {"periods": 7}},
            "params.periods",
            "no parameter 'periods'",
        ),
    ],
)
def test_a_member_that_cannot_be_had_is_named_at_its_place(
    block: dict[str, Any], at: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "mine_to_miss.py").write_text(MODULE, encoding="utf-8")

    with pytest.raises(SettingWrong, match=message) as caught:
        _built("regime", {"above": {"type": "python", **block}}, tmp_path)

    assert caught.value.at == f"params.above.{at}"


MACD = {"type": "macd"}


@pytest.mark.parametrize(
    ("name", "params", "place", "message"),
    [
        ("vote", {"members": {}}, ("members",), "at least 1 item"),
        ("vote", {"members": {"a": {"type": "dca_drop"}}}, ("members", "a"), "can be combined"),
        ("vote", {"members": {"a": {}}}, ("members", "a"), "can be combined"),
        ("vote", {"members": {"a": 5}}, ("members", "a"), "can be combined"),
        (
            "vote",
            {"members": {"a": {**MACD, "params": {"fast": 0}}}},
            ("members", "a", "macd", "params", "fast"),
            "greater than or equal to 1",
        ),
        (
            "vote",
            {"members": {"a": MACD}, "weights": {"b": 1}},
            (),
            "there is a weight for 'b', and no member",
        ),
        ("vote", {"members": {"a": MACD}, "weights": {"a": 0}}, ("weights", "a"), "greater than 0"),
        (
            "vote",
            {"members": {"a": MACD}, "leave": 0.5},
            (),
            "leave (0.5) must be less than entry (0.5)",
        ),
        ("regime", {}, (), "a regime needs a strategy `above` or `below`"),
        (
            "regime",
            {"above": MACD, "filter": {"low": 26}},
            ("filter",),
            "low (26.0) must not be more than high (25.0)",
        ),
        ("multi_timeframe", {"entry": MACD}, ("trend",), "Field required"),
        (
            "multi_timeframe",
            {"entry": MACD, "trend": MACD, "leave": "never"},
            ("leave",),
            "'either' or 'entry'",
        ),
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
