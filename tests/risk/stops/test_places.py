"""Where stops rest, and what protects a position there."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderType, Side
from realtrade.plugins.ports.risk import Needs
from tests.risk.stops.test_level_stops import STOPS, Track


@pytest.mark.parametrize("place", ["local", "exchange"])
@pytest.mark.parametrize("name", STOPS)
def test_says_where_it_rests(bench: Any, name: str, place: str) -> None:
    assert bench.build(name, place=place, **STOPS[name]).place == place


PARTS = [{"at": "8%", "close": "25%"}, {"at": "2%", "close": "50%"}, {"at": "4%", "close": "20%"}]


def _rested(track: Track, bench: Any) -> list[tuple[Decimal, Decimal]]:
    return [(one.level, one.quantity) for one in track.gate.targets(bench.account)]


@pytest.mark.parametrize(
    ("side", "levels"), [(1, ["102.00", "104.00", "108.00"]), (-1, ["98.00", "96.00", "92.00"])]
)
def test_each_target_rests_with_its_part_nearest_first(
    bench: Any, side: int, levels: list[str]
) -> None:
    track = Track(bench, bench.build("take_profit", "t", targets=PARTS, place="exchange"))
    assert track.gate.rests_targets == ("t",)
    assert not track.gate.rests_stops
    assert _rested(track, bench) == []
    track.enter(side)
    track.bar(100)

    parts = [Decimal("0.5"), Decimal("0.2"), Decimal("0.25")]
    assert _rested(track, bench) == list(zip(map(Decimal, levels), parts, strict=True))


def test_parts_are_of_what_is_held_and_of_its_symbol(bench: Any) -> None:
    track = Track(bench, bench.build("take_profit", targets=PARTS, place="exchange"))
    track.enter(2)
    track.bar(100)

    found = track.gate.targets(bench.account)
    assert [one.quantity for one in found] == [Decimal(1), Decimal("0.4"), Decimal("0.5")]
    assert {one.symbol for one in found} == {"BTC/USDT"}


def test_what_was_sold_already_is_taken_off_the_nearest_targets(bench: Any) -> None:
    track = Track(bench, bench.build("take_profit", targets=PARTS, place="exchange"))
    track.enter()
    track.bar(100)

    bench.fill("-0.6", 101)
    sold = _rested(track, bench)
    bench.fill("-0.37", 101)

    assert sold == [(Decimal("104.00"), Decimal("0.1")), (Decimal("108.00"), Decimal("0.25"))]
    assert _rested(track, bench) == []


def test_a_part_too_small_to_be_traded_waits_for_the_next_target(bench: Any) -> None:
    bench.account.instruments["BTC/USDT"] = Instrument(
        "BTC/USDT", "BTC", "USDT", lot=Decimal("0.4")
    )
    track = Track(bench, bench.build("take_profit", targets=PARTS, place="exchange"))
    track.enter()
    track.bar(100)

    found = [(Decimal("102.00"), Decimal("0.4")), (Decimal("108.00"), Decimal("0.4"))]
    assert _rested(track, bench) == found


def test_targets_of_several_rules_stay_within_what_is_held(bench: Any) -> None:
    track = Track(bench, bench.build("take_profit", "far", at="5%", place="exchange"))
    track.gate.add_rule(bench.build("take_profit", "near", targets=PARTS[1:], place="exchange"))
    track.gate.add_rule(bench.build("take_profit", "here", at="1%"))
    track.enter()
    track.bar(100)

    found = [(one.rule, one.level, one.quantity) for one in track.gate.targets(bench.account)]
    assert found == [
        ("near", Decimal("102.00"), Decimal("0.5")),
        ("near", Decimal("104.00"), Decimal("0.2")),
        ("far", Decimal("105.00"), Decimal("0.3")),
    ]


def test_the_nearest_target_of_all_leaves_nothing_for_the_others(bench: Any) -> None:
    track = Track(bench, bench.build("take_profit", "far", at="5%", place="exchange"))
    track.gate.add_rule(bench.build("take_profit", "near", at="2%", place="exchange"))
    track.enter()
    track.bar(100)

    assert _rested(track, bench) == [(Decimal("102.00"), Decimal(1))]


def test_targets_that_are_only_watched_rest_nowhere(bench: Any) -> None:
    track = Track(bench, bench.build("take_profit", at="5%"))
    track.enter()

    assert track.gate.targets(bench.account) == ()


def test_a_rule_that_breaks_rests_nothing(bench: Any) -> None:
    class Broken:
        name, place = "broken", "exchange"
        needs = Needs(entries=True)

        def targets(self, entry: Any, view: Any) -> tuple[()]:
            raise ZeroDivisionError

        def watch(self, view: Any) -> tuple[()]:
            return ()

    track = Track(bench, Broken())
    track.enter()
    track.bar(100)

    assert _rested(track, bench) == []


@pytest.mark.parametrize(
    ("place", "order", "fraction"),
    [
        ("local", {"quantity": "0.5"}, "0.5"),
        ("exchange", {"quantity": "0.5"}, None),
        ("exchange", {"quantity": "0.2"}, "0.3"),
        ("exchange", {"quantity": "0.5", "reduce_only": False}, "0.5"),
        ("exchange", {"quantity": "0.5", "type": OrderType.STOP}, "0.5"),
        ("exchange", {"quantity": "0.5", "side": Side.BUY}, "0.5"),
        ("exchange", {"quantity": "0.5", "symbol": "ETH/USDT"}, "0.5"),
    ],
)
def test_what_rests_at_the_venue_is_left_to_it(
    bench: Any, place: str, order: dict[str, Any], fraction: str | None
) -> None:
    track = Track(bench, bench.build("take_profit", targets=PARTS[1:2], place=place))
    track.enter()
    words = {"side": Side.SELL, "type": OrderType.LIMIT, "reduce_only": True, **order}
    bench.account.open_orders = [bench.order(words.pop("side"), words.pop("quantity"), **words)]

    closed = track.bar(100, high=103)

    assert [action.fraction for action in closed] == (
        [] if fraction is None else [Decimal(fraction)]
    )


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
