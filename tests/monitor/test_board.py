from __future__ import annotations

from realtrade.model.events import Event, EventType
from realtrade.monitor.board import Board


def test_everybody_who_looks_is_told_of_every_change_until_they_stop() -> None:
    board, looks = Board(), []
    stop = board.subscribe(lambda: looks.append(board.version))
    board.hang({"a": 1})
    board.line("x")
    board.event(Event(EventType.STARTED, 1, "began"))
    stop()
    board.touch()

    assert looks == [1, 2, 3]
    assert board.version == 4


def test_the_newest_picture_lies_over_what_is_fixed_and_under_what_is_now() -> None:
    phase = {"phase": "warmup"}
    board = Board(lambda: phase, name="bot", phase="?")
    board.hang({"equity": "1", "name": "bot"})
    phase = {"phase": "trading"}

    assert board.status() == {"name": "bot", "phase": "trading", "equity": "1"}


def test_a_long_curve_is_kept_in_outline() -> None:
    board = Board()
    for step in range(100_000):
        board.point(step, str(step))
    board.hang({"equity": "9", "bar_ms": 100_000})

    curve = board.curve()
    assert 700 <= len(curve) <= 1_502
    assert curve[-1] == (100_000, "9")
    assert [time for time, _ in curve] == sorted({time for time, _ in curve})
    assert curve[0][0] < 200, "the beginning is not forgotten"


def test_lines_are_numbered_and_the_oldest_go() -> None:
    board = Board()
    for number in range(400):
        board.line(f"line {number}")

    lines = board.lines()
    assert (lines[0], lines[-1], len(lines)) == ((101, "line 100"), (400, "line 399"), 300)
    assert board.lines(after=399) == [(400, "line 399")]


def test_events_are_counted_beyond_those_kept() -> None:
    board = Board()
    for number in range(250):
        board.event(Event(EventType.ORDER_FILLED, number, str(number)))

    assert board.counts() == {"order_filled": 250}
    assert len(board.events()) == 200
    assert board.events()[0]["message"] == "249"
