"""What is kept of an exchange's listings on disk."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest.listing import Listing
from realtrade.common.rest.markets_cache import MarketsCache
from realtrade.model.instrument import Instrument
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from pathlib import Path

HOUR_S = 3_600
LISTING = Listing(
    instrument=Instrument(
        "BTC/USDT:USDT",
        "BTC",
        "USDT",
        "swap",
        tick=Decimal("0.10"),
        lot=Decimal("0.001"),
        min_quantity=Decimal("0.001"),
        min_notional=Decimal(100),
        contract_size=Decimal(1),
    ),
    id="BTCUSDT",
    active=False,
    max_quantity=Decimal(1000),
    max_market_quantity=Decimal("120.5"),
    types=frozenset({"LIMIT", "STOP"}),
    trailing=True,
)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(10_000_000)


@pytest.fixture
def cache(tmp_path: Path, clock: ManualClock) -> MarketsCache:
    return MarketsCache(tmp_path / "new" / "markets.json", clock)


def test_what_was_saved_comes_back_equal(cache: MarketsCache) -> None:
    cache.save([LISTING])

    assert cache.load() == [LISTING]


@pytest.mark.parametrize(("age_s", "young"), [(HOUR_S, True), (HOUR_S + 1, False), (-1, False)])
def test_it_has_an_age(cache: MarketsCache, clock: ManualClock, age_s: int, young: bool) -> None:
    cache.save([LISTING])
    clock.sleep(age_s)

    assert (cache.load() is not None) is young


def test_nothing_was_saved(cache: MarketsCache) -> None:
    assert cache.load() is None


def broken(change: dict[str, Any]) -> str:
    row = {
        "symbol": "A/B",
        "base": "A",
        "quote": "B",
        "market": "spot",
        "tick": "1",
        "lot": "1",
        "min_quantity": "1",
        "min_notional": "1",
        "contract_size": "1",
        "id": "AB",
        "active": True,
        "max": ["1", "1"],
        "types": [],
        "trailing": False,
    }
    return json.dumps({"format": 1, "saved_ms": 10_000_000, "listings": [{**row, **change}]})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        '{"format": 2, "saved_ms": 10000000, "listings": []}',
        '{"format": 1, "saved_ms": 10000000}',
        '{"format": 1, "saved_ms": 10000000, "listings": 5}',
        broken({"market": "futures"}),
        broken({"tick": "much"}),
        broken({"max": ["1"]}),
        broken({"max": None}),
    ],
)
def test_a_bad_file_counts_as_none(tmp_path: Path, clock: ManualClock, text: str) -> None:
    path = tmp_path / "markets.json"
    path.write_text(text)

    assert MarketsCache(path, clock).load() is None


def test_a_whole_file_is_read(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "markets.json"
    path.write_text(broken({}))

    assert [one.id for one in MarketsCache(path, clock).load() or []] == ["AB"]


def test_a_folder_that_takes_nothing_is_no_error(tmp_path: Path, clock: ManualClock) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = MarketsCache(tmp_path / "file" / "markets.json", clock)

    cache.save([LISTING])

    assert cache.load() is None
