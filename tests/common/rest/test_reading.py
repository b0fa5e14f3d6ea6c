"""Questions asked again while it may help, and bars read with care."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest import reading
from realtrade.common.rest.connection import Connection
from realtrade.common.rest.errors import Gated, NoAnswer, NotSent, OddAnswer, Refused, RestError
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.clock import ManualClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Sequence

MINUTE = Timeframe.parse("1m")
NOW_MS = 10 * 60_000


class Exchange:
    """Fails as told, then answers."""

    def __init__(self, *failures: RestError) -> None:
        self.connection = Connection.of(clock=ManualClock())
        self.clock: Any = self
        self.failures = list(failures)
        self.asked = self.measured = 0

    def outcome_of(self, error: RestError) -> Outcome:
        if isinstance(error, Refused) and error.code == -1021:
            return Outcome.CLOCK
        return reading.general_outcome(error)

    def measure(self) -> None:
        self.measured += 1

    def answer(self) -> str:
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return "told"


def refused(status: int, code: int | None = None) -> Refused:
    return Refused("no", status=status, code=code)


@pytest.mark.parametrize(
    "error",
    [
        NotSent("x"),
        NoAnswer("x"),
        OddAnswer("x"),
        OddAnswer("x", status=502),
        OddAnswer("x", status=429),
        refused(503, -1008),
        refused(429),
        refused(418),
    ],
)
def test_asks_again_after_what_passes(error: RestError) -> None:
    exchange = Exchange(error, error)

    assert reading.patiently(exchange, exchange.answer) == "told"
    assert (exchange.asked, exchange.measured) == (3, 0)


@pytest.mark.parametrize(
    "error",
    [
        refused(400, -1121),
        refused(401),
        refused(404),
        OddAnswer("x", status=404),
        Gated("x", retry_after_s=5),
    ],
)
def test_does_not_ask_again_after_what_stays(error: RestError) -> None:
    exchange = Exchange(error)

    with pytest.raises(type(error)):
        reading.patiently(exchange, exchange.answer)
    assert exchange.asked == 1


def test_gives_up_with_the_last_error() -> None:
    exchange = Exchange(*[NoAnswer(f"{number}") for number in range(9)])

    with pytest.raises(NoAnswer, match="4"):
        reading.patiently(exchange, exchange.answer)
    assert exchange.asked == 5


def test_gives_up_as_soon_as_it_is_told_to() -> None:
    exchange = Exchange(*[NoAnswer("x")] * 9)

    with pytest.raises(NoAnswer):
        reading.patiently(exchange, exchange.answer, tries=2)
    assert exchange.asked == 2


def test_measures_the_clock_where_that_was_the_trouble() -> None:
    exchange = Exchange(refused(400, -1021))

    assert reading.patiently(exchange, exchange.answer) == "told"
    assert exchange.measured == 1


def test_is_no_cover_for_mistakes() -> None:
    exchange = Exchange()

    def broken() -> str:
        exchange.asked += 1
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError):
        reading.patiently(exchange, broken)
    assert exchange.asked == 1


def row(minute: int, *prices: object) -> list[object]:
    return [minute * 60_000, *(prices or ("1.5", "2.5", "0.5", "2", "10"))]


class TestBars:
    def test_are_numbers_in_columns(self) -> None:
        bars = reading.columns([row(3), row(4, 1, 2, 1, 2, 0)], MINUTE, 0, NOW_MS, NOW_MS)

        assert bars.bar(0) == (180_000, 240_000, 1.5, 2.5, 0.5, 2.0, 10.0)
        assert bars.bar(1) == (240_000, 300_000, 1.0, 2.0, 1.0, 2.0, 0.0)
        assert len(bars) == 2

    def test_none(self) -> None:
        assert len(reading.columns([], MINUTE, 0, NOW_MS, NOW_MS)) == 0

    @pytest.mark.parametrize(
        ("since", "until", "now", "kept"),
        [
            (0, 10, 10, [3, 4, 5]),
            (4, 10, 10, [4, 5]),
            (0, 5, 10, [3, 4]),
            (0, 10, 6, [3, 4, 5]),
            (0, 10, 5, [3, 4]),
            (0, 10, 3, []),
        ],
    )
    def test_only_those_asked_for_that_are_over(
        self, since: int, until: int, now: int, kept: list[int]
    ) -> None:
        rows = [row(minute) for minute in (3, 4, 5)]

        bars = reading.columns(rows, MINUTE, since * 60_000, until * 60_000, now * 60_000)

        assert [time // 60_000 for time in bars.time_ms] == kept

    @pytest.mark.parametrize(
        "rows",
        [
            [row(3), row(3)],
            [row(4), row(3)],
            [[180_001, 1, 1, 1, 1, 1]],
            [[180_000, 1, 1, 1]],
            [["soon", 1, 1, 1, 1, 1]],
            [[None, 1, 1, 1, 1, 1]],
            [row(3, "1.5", "2.5", "0.5", "much", "10")],
            [row(3, "1.5", "2.5", "0.5", "nan", "10")],
            [row(3, "1.5", "inf", "0.5", "1", "10")],
            [row(3, "1.5", "1.4", "0.5", "1", "10")],
            [row(3, "1.5", "2", "1.6", "1.7", "10")],
            [[]],
            [5],
        ],
    )
    def test_that_cannot_be_are_odd(self, rows: Sequence[Any]) -> None:
        with pytest.raises(OddAnswer):
            reading.columns(rows, MINUTE, 0, NOW_MS, NOW_MS)

    def test_of_months(self) -> None:
        january, february = 1_704_067_200_000, 1_706_745_600_000
        rows = [[january, 1, 1, 1, 1, 1], [february, 1, 1, 1, 1, 1]]

        bars = reading.columns(
            rows, Timeframe.parse("1M"), 0, february + 1, february + 29 * 86_400_000
        )

        assert list(bars.due_ms) == [february, 1_709_251_200_000]
