"""Stops that are a price: fixed, trailing, by ranges, at break-even."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from realtrade.model.verdict import Action, ActionKind
from realtrade.risk import StopLoss
from realtrade.risk.stop import tighter

ETH = "ETH/USDT"


class Track:
    """Lets bars go by a gate with one stop, and tells on which bar it closed."""

    def __init__(self, bench: Any, stop: Any) -> None:
        self.bench = bench
        self.gate = bench.gate(stop)

    def bar(self, close: float, **prices: float) -> Any:
        self.bench.bar(close, **prices)
        return self.gate.watch(self.bench.account)

    def enter(self, quantity: int = 1, price: Any = 100) -> None:
        """Fill at the open of the bar to come."""
        self.bench.account.now_ms += 3_600_000 if self.bench.account.history else 0
        self.bench.fill(quantity, price)


def closes(actions: Any) -> list[str]:
    return [action.reason for action in actions]


# -- stop_loss


@pytest.mark.parametrize(
    ("quantity", "prices", "met"),
    [
        (1, {"low": 95.01}, False),
        (1, {"low": 95}, True),
        (1, {"high": 999}, False),
        (-1, {"high": 104.99}, False),
        (-1, {"high": 105}, True),
        (-1, {"low": 1}, False),
    ],
)
def test_a_fixed_stop_is_met_within_a_bar(
    bench: Any, quantity: int, prices: dict[str, float], met: bool
) -> None:
    track = Track(bench, bench.build("stop_loss", distance="5%"))
    track.enter(quantity)

    assert bool(track.bar(100, **prices)) is met


def test_a_close_names_price_and_stop(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", "brake", distance="5%"))
    track.enter()

    assert track.bar(94, low=93) == [
        Action(
            ActionKind.CLOSE,
            "brake",
            "BTC/USDT went to 93, past the stop at 95",
            "BTC/USDT",
        )
    ]


def test_prices_from_before_the_entry_do_not_count(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", distance="5%"))
    track.bar(100, low=50)
    bench.account.now_ms += 60_000
    bench.fill(1, 100)

    assert not track.gate.watch(bench.account)


def test_adding_lower_does_not_lower_the_stop(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", distance="10%"))
    track.enter(1, 100)
    assert not track.bar(95)
    track.enter(1, 92)

    assert not track.bar(91)
    assert closes(track.bar(90)) == ["BTC/USDT went to 90, past the stop at 90"]


def test_adding_higher_raises_the_stop(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", distance="10%"))
    track.enter(1, 100)
    track.bar(100)
    track.enter(1, 120)

    assert not track.bar(100)
    assert closes(track.bar(99)) == ["BTC/USDT went to 99, past the stop at 99"]


def test_a_stop_at_a_price_is_for_its_symbol(bench: Any) -> None:
    stop = bench.build("stop_loss", price=Decimal(97), symbols=["BTC/USDT"])
    track = Track(bench, stop)
    track.enter()
    bench.bar(100, symbol=ETH)
    bench.fill(1, 100, ETH)
    bench.bar(10, symbol=ETH)

    assert not track.bar(97.5)
    assert [action.symbol for action in track.bar(97)] == ["BTC/USDT"]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"distance": "5%", "price": Decimal(9), "symbols": ["A/B"]},
        {"price": Decimal(9)},
        {"price": Decimal(9), "symbols": ["A/B", "C/D"]},
        {"distance": "0%"},
    ],
)
def test_refuses_what_is_no_stop(bench: Any, settings: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        bench.config("stop_loss", **settings)


# -- trailing_stop


def test_trails_the_highest_price_of_the_bars_before(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="10%"))
    track.enter()
    assert not track.bar(115, high=120, low=109)
    assert not track.bar(109, low=108.01)

    assert closes(track.bar(109, low=108)) == ["BTC/USDT went to 108, past the stop at 108"]


def test_the_close_may_meet_the_stop_its_own_bar_has_moved(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="10%"))
    track.enter()
    track.bar(100)

    assert closes(track.bar(108, high=120, low=100)) == [
        "BTC/USDT went to 108, past the stop at 108"
    ]


def test_trails_a_short_position_from_below(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="10%"))
    track.enter(-1)
    assert not track.bar(85, low=80)

    assert not track.bar(87, high=87.9)
    assert closes(track.bar(87, high=88)) == ["BTC/USDT went to 88, past the stop at 88"]


def test_a_bar_seen_twice_is_not_weighed_twice(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="10%"))
    track.enter()
    assert not track.bar(115, high=120, low=101)

    bench.account.now_ms += 60_000

    assert not track.gate.watch(bench.account)


def test_the_stop_starts_anew_with_each_position(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="10%"))
    track.enter()
    track.bar(200)
    bench.fill(-1, 200)
    track.enter(1, 190)

    assert not track.bar(172)


def test_begins_to_trail_after_a_gain(bench: Any) -> None:
    track = Track(bench, bench.build("trailing_stop", distance="2%", after="5%"))
    track.enter()
    assert not track.bar(50, high=104.9)

    assert not track.bar(104, high=105)
    assert closes(track.bar(103, low=102.9)) == ["BTC/USDT went to 102.9, past the stop at 102.9"]


def test_moves_in_steps(bench: Any) -> None:
    stop = bench.build("trailing_stop", distance="10%", step="5%")
    track = Track(bench, stop)
    track.enter()
    levels = []
    for close in (100, 104.9, 105, 109.9, 110):
        track.bar(close)
        levels.append(bench.view.level(stop.name, "BTC/USDT"))

    assert levels == [Decimal(text) for text in ("90", "90", "94.5", "94.5", "99")]


def test_moves_in_steps_below_a_short_position(bench: Any) -> None:
    stop = bench.build("trailing_stop", distance="10%", step="5%")
    track = Track(bench, stop)
    track.enter(-1)
    track.bar(89)

    assert bench.view.level(stop.name, "BTC/USDT") == Decimal("99.00")


# -- ranges


def ranges(track: Track, bars: int = 4) -> None:
    """Let bars of a range of 4 go by."""
    for _ in range(bars):
        track.bar(100, high=102, low=98)


def test_an_atr_stop_stays_at_the_range_of_the_entry(bench: Any) -> None:
    stop = bench.build("atr_stop", multiple=Decimal(2), period=3)
    track = Track(bench, stop)
    ranges(track)
    track.enter()
    assert not track.bar(100, high=102, low=98)
    assert bench.view.level("atr_stop", "BTC/USDT") == 92

    assert not track.bar(100, high=140, low=92.1)
    assert closes(track.bar(99, low=92)) == ["BTC/USDT went to 92, past the stop at 92"]


def test_an_atr_stop_does_not_close_in_when_the_range_shrinks(bench: Any) -> None:
    track = Track(bench, bench.build("atr_stop", multiple=Decimal(2), period=3))
    ranges(track)
    track.enter()
    for _ in range(5):
        track.bar(100, high=102, low=98)
    assert bench.view.level("atr_stop", "BTC/USDT") == 92

    for _ in range(5):
        track.bar(100, high=100.5, low=99.5)

    assert bench.view.level("atr_stop", "BTC/USDT") == 92


def test_an_atr_stop_of_a_short_position_is_above(bench: Any) -> None:
    track = Track(bench, bench.build("atr_stop", multiple=Decimal(2), period=3))
    ranges(track)
    track.enter(-1)

    assert not track.bar(100, high=102, low=98)
    assert closes(track.bar(100, high=108)) == ["BTC/USDT went to 108, past the stop at 108"]


@pytest.mark.parametrize("name", ["atr_stop", "atr_trailing_stop", "chandelier_stop"])
def test_there_is_no_stop_before_the_range_is_known(bench: Any, name: str) -> None:
    track = Track(bench, bench.build(name, multiple=Decimal(1), period=3))
    track.enter()

    for _ in range(3):
        assert not track.bar(100, high=102, low=1)
    assert bench.view.level(name, "BTC/USDT") is None


@pytest.mark.parametrize(("quantity", "level"), [(1, 92), (-1, 108)])
def test_an_atr_trailing_stop_follows_the_close(bench: Any, quantity: int, level: int) -> None:
    track = Track(bench, bench.build("atr_trailing_stop", multiple=Decimal(2), period=3))
    ranges(track)
    track.enter(quantity)
    track.bar(100, high=102, low=98)
    assert bench.view.level("atr_trailing_stop", "BTC/USDT") == level

    track.bar(100 - quantity, high=102, low=98)

    assert bench.view.level("atr_trailing_stop", "BTC/USDT") == level


@pytest.mark.parametrize(("quantity", "level"), [(1, 94), (-1, 106)])
def test_a_chandelier_hangs_from_the_best_price(bench: Any, quantity: int, level: int) -> None:
    track = Track(bench, bench.build("chandelier_stop", multiple=Decimal(2), period=3))
    ranges(track)
    track.enter(quantity)

    track.bar(100, high=102, low=98)

    assert bench.view.level("chandelier_stop", "BTC/USDT") == level


# -- the break-even stop


@pytest.mark.parametrize(
    ("quantity", "best", "back", "met"),
    [
        (1, {"high": 101.9}, {"low": 90}, False),
        (1, {"high": 102}, {"low": 100.21}, False),
        (1, {"high": 102}, {"low": 100.2}, True),
        (-1, {"low": 98.1}, {"high": 110}, False),
        (-1, {"low": 98}, {"high": 99.79}, False),
        (-1, {"low": 98}, {"high": 99.8}, True),
    ],
)
def test_break_even_begins_with_a_gain(
    bench: Any, quantity: int, best: dict[str, float], back: dict[str, float], met: bool
) -> None:
    track = Track(bench, bench.build("break_even", at="2%", offset="20 bps"))
    track.enter(quantity)
    assert not track.bar(101 if quantity > 0 else 99, **best)

    assert bool(track.bar(101 if quantity > 0 else 99, **back)) is met


def test_break_even_is_behind_the_price_it_begins_at(bench: Any) -> None:
    with pytest.raises(ValidationError, match="smaller than `at`"):
        bench.config("break_even", at="2%", offset="2%")


# -- all of them

STOPS: dict[str, dict[str, Any]] = {
    "stop_loss": {"distance": "3%"},
    "trailing_stop": {"distance": "3%"},
    "atr_stop": {},
    "atr_trailing_stop": {},
    "chandelier_stop": {},
    "break_even": {"at": "3%"},
    "take_profit": {"at": "3%"},
}


@pytest.mark.parametrize("name", [name for name in STOPS if name != "take_profit"])
def test_is_a_stop_loss_by_the_public_name(bench: Any, name: str) -> None:
    assert isinstance(bench.build(name, **STOPS[name]), StopLoss)


@pytest.mark.parametrize("name", [*STOPS, "time_stop", "roi_table"])
def test_every_stop_needs_entries_and_has_its_name(bench: Any, name: str) -> None:
    own: dict[str, Any] = {"time_stop": {"after": "1h"}, "roi_table": {"table": {"1h": "1%"}}}
    stop = bench.build(name, "mine", **(STOPS | own)[name])

    assert stop.name == "mine"
    assert stop.needs.entries is True


def test_a_stop_that_loses_its_level_stays_where_it_was(bench: Any) -> None:
    bench.fill(1)
    entry = bench.view.entry("BTC/USDT")
    one, other = Decimal(1), Decimal(2)

    assert tighter(entry, one, None) == one
    assert tighter(entry, None, other) == other
    assert tighter(entry, None, None) is None
    assert (tighter(entry, one, other), tighter(entry, other, one)) == (other, other)
    short = replace(entry, quantity=-entry.quantity)
    assert (tighter(short, one, other), tighter(short, other, one)) == (one, one)


def test_two_stops_close_once(bench: Any) -> None:
    track = Track(bench, bench.build("stop_loss", "far", distance="5%"))
    track.gate.add_stop_loss(bench.build("stop_loss", "near", distance="3%"))
    track.enter()

    assert [action.rule for action in track.bar(90)] == ["far"]
