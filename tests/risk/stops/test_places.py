"""Where stops rest, and what protects a position there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports.risk import Needs
from tests.risk.stops.test_level_stops import STOPS, Track


@pytest.mark.parametrize("place", ["local", "exchange"])
@pytest.mark.parametrize("name", [name for name in STOPS if name != "take_profit"])
def test_says_where_it_rests(bench: Any, name: str, place: str) -> None:
    assert bench.build(name, place=place, **STOPS[name]).place == place


def test_targets_do_not_rest_at_the_exchange_yet(bench: Any) -> None:
    assert bench.config("take_profit", place="exchange", at="3%").place == "exchange"

    with pytest.raises(SettingWrong, match="rest at the exchange") as refusal:
        bench.build("take_profit", place="exchange", at="3%")

    assert refusal.value.at == "place"
    assert "local" in refusal.value.hint


def test_the_tightest_of_those_that_rest_protects(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", "far", distance="5%", place="exchange"))
    track.gate.add_stop_loss(bench.build("stop_loss", "here", distance="1%"))
    assert track.gate.protection(bench.account) == []
    track.enter()
    track.bar(100)

    alone = track.gate.protection(bench.account)
    track.gate.add_stop_loss(bench.build("stop_loss", "near", distance="3%", place="exchange"))
    track.gate.add_stop_loss(bench.build("break_even", "later", at="50%", place="exchange"))
    both = track.gate.protection(bench.account)

    assert [(one.symbol, one.rule, one.level) for one in (*alone, *both)] == [
        ("BTC/USDT", "far", Decimal("95.00")),
        ("BTC/USDT", "near", Decimal("97.00")),
    ]


def test_stops_that_are_only_watched_protect_nothing_elsewhere(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", "here", distance="5%"))
    track.enter()

    assert track.gate.protection(bench.account) == ()


def test_a_stop_that_breaks_rests_nowhere(bench: Any) -> None:
    class Broken:
        name, place = "broken", "exchange"
        needs = Needs(entries=True)

        def level(self, entry: Any, view: Any) -> Decimal:
            raise ZeroDivisionError

        def watch(self, view: Any) -> tuple[()]:
            return ()

    track = Track(bench, Broken())
    track.enter()
    track.bar(100)

    assert track.gate.protection(bench.account) == []
