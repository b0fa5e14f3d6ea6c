"""Files read and checked in parts say what files read in one go say, wherever the parts begin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.feeds import checks, table
from realtrade.plugins.ports import FeedError

if TYPE_CHECKING:
    from tests.feeds.conftest import Feeder

HOURS = [f"2024-01-{1 + n // 24:02}T{n % 24:02}:00:00Z" for n in range(60)]
SOUND = [f"{at},{10 + n},{12 + n},{9 + n},{11 + n},{n}" for n, at in enumerate(HOURS)]


def _told(feed_of: Feeder, lines: list[str]) -> str:
    try:
        return repr([column.tolist() for column in _columns(feed_of, lines)])
    except FeedError as error:
        return str(error)


def _columns(feed_of: Feeder, lines: list[str]) -> list[Any]:
    columns = feed_of(*lines).history()
    return [getattr(columns, name) for name in ("time_ms", "due_ms", "open", "close", "volume")]


@pytest.fixture(params=[1, 2, 3, 7])
def in_parts(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Undo it to read in one go again."""
    monkeypatch.setattr(checks, "CHUNK", request.param)
    monkeypatch.setattr(table, "_BLOCK_BYTES", 40 * request.param)
    return monkeypatch


WRONG = {
    "nothing": {},
    "a time twice": {20: SOUND[19]},
    "a time earlier": {21: SOUND[3]},
    "no number": {30: f"{HOURS[30]},x,42,39,41,1"},
    "no time": {31: "noon,41,43,40,42,1", 32: SOUND[30]},
    "off the grid": {12: SOUND[12].replace(":00:00Z", ":30:00Z")},
    "not finite": {13: f"{HOURS[13]},NaN,42,39,inf,1"},
    "below zero": {14: f"{HOURS[14]},-1,42,39,41,-1"},
    "high below low": {15: f"{HOURS[15]},41,39,42,41,1"},
    "close above the high": {16: f"{HOURS[16]},41,42,39,44,1"},
    "a column too few": {17: f"{HOURS[17]},41,42,39", 40: f"{HOURS[40]},41", 41: "1,2,3,4,5,6,7"},
    "an empty line": {18: "", 19: ""},
    "all of it": {20: SOUND[19], 21: SOUND[3], 30: "x,x,x,x,x,x", 31: "1", 50: ""},
}


@pytest.mark.parametrize("name", WRONG)
def test_says_the_same(feed_of: Feeder, in_parts: pytest.MonkeyPatch, name: str) -> None:
    lines = [WRONG[name].get(number, line) for number, line in enumerate(SOUND)]

    seen = _told(feed_of, lines)
    in_parts.undo()

    assert seen == _told(feed_of, lines)
    assert ("bad row" in seen) == (name not in {"nothing", "an empty line"})


def test_a_sound_file_is_read_once(feed_of: Feeder, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[bool] = []
    parse = table.Table._csv

    def counted(self: table.Table, *, typed: bool) -> Any:
        opened.append(typed)
        return parse(self, typed=typed)

    monkeypatch.setattr(table.Table, "_csv", counted)

    feed_of(*SOUND).history()
    feed_of(*SOUND[:30], "", *SOUND[30:]).history()

    assert opened == [True, True, False]
