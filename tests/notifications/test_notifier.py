"""From the journal's outbox to a channel: off the trading thread, over failures and crashes."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from random import Random
from threading import Event as Flag
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.events import Event, EventType
from realtrade.notifications import Notifier, RoutePlan, Words
from realtrade.notifications.letters import Letters
from realtrade.notifications.postman import GIVE_UP_MS, MOST_WAITING, Postman
from realtrade.plugins.ports.journal import JournalError
from realtrade.recipe.templates import fill_in
from realtrade.storage import MemoryJournal
from realtrade.utils.clock import ManualClock, SystemClock
from tests.notifications.conftest import a_row, an_event
from tests.patience import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from tests.notifications.conftest import Site

CLOCK = SystemClock()


class Sink:
    """A channel that remembers, fails as long as it is told to, and hangs on request."""

    def __init__(self, fails: int = 0, hang: Flag | None = None) -> None:
        self.texts: list[str] = []
        self.fails = fails
        self.hang = hang
        self.tried = 0

    def send(self, title: str, text: str) -> None:
        self.tried += 1
        if self.hang is not None:
            self.hang.wait(60)
        if self.fails:
            self.fails -= 1
            raise OSError("no route to host")
        self.texts.append(text)


def plan(name: str = "all", to: tuple[str, ...] = ("me",), **more: Any) -> RoutePlan:
    return RoutePlan(name=name, events=frozenset(EventType), to=to, **more)


def words(**extra: str) -> Words:
    return Words(lambda text, names: str(fill_in(text, names)), name="bot", mode="paper", **extra)


class Bench:
    """A notifier over a journal in memory."""

    def __init__(
        self,
        *plans: RoutePlan,
        journal: MemoryJournal | None = None,
        keeps: bool = True,
        **sinks: Sink,
    ) -> None:
        self.lines: list[str] = []
        self.journal = journal or MemoryJournal()
        self.notifier = Notifier(
            plans,
            sinks,
            name="bot",
            words=words(),
            clock=CLOCK,
            say=lambda level, line: self.lines.append(f"{level}: {line}"),
            keeps=keeps,
            chance=Random(1),  # noqa: S311 - spreads retries, guards nothing
        )

    def tell(self, message: str, kind: EventType = EventType.ORDER_FILLED, **data: Any) -> None:
        event = Event(kind, CLOCK.now_ms(), message, data)
        self.journal.event(event, self.notifier.routes_for(event))
        self.notifier.poke(event)

    def until(self, holds: Any) -> None:
        wait_for(holds, lambda: str(self.lines))


def test_each_route_tells_each_of_its_channels_once() -> None:
    me, you = Sink(), Sink()
    fills = RoutePlan(name="fills", events=frozenset({EventType.ORDER_FILLED}), to=("me", "you"))
    halts = RoutePlan(name="halts", events=frozenset({EventType.RISK_HALT}), to=("you",))
    bench = Bench(fills, halts, me=me, you=you)
    bench.notifier.start(bench.journal)
    bench.tell("filled")
    bench.tell("halted", EventType.RISK_HALT)
    bench.tell("nobody asked", EventType.STARTED)
    bench.until(lambda: not bench.journal.undelivered())
    bench.notifier.stop()

    assert me.texts == ["filled"]
    assert sorted(you.texts) == ["filled", "halted"]
    assert bench.lines == []
    assert bench.notifier.channels == {"me": (1, 0, 0), "you": (2, 0, 0)}


def test_a_failing_channel_is_tried_again_and_makes_nobody_wait() -> None:
    bad, good = Sink(fails=2), Sink()
    bench = Bench(plan(to=("bad", "good")), bad=bad, good=good)
    bench.notifier.start(bench.journal)
    bench.tell("fire")
    bench.until(lambda: good.texts)
    waited = bad.texts == []
    bench.until(lambda: bad.texts)
    bench.notifier.stop()

    assert waited
    assert bad.texts == good.texts == ["fire"]
    assert bad.tried == 3
    assert bench.lines == [
        "warning: channel 'bad' fails and is tried again: OSError: no route to host",
        "info: channel 'bad' works again after 2 failures",
    ]


def test_telling_takes_no_time_while_a_channel_hangs() -> None:
    hang = Flag()
    hanging = Sink(hang=hang)
    bench = Bench(plan(), me=hanging)
    bench.notifier.start(bench.journal)
    for number in range(200):
        bench.tell(f"fill {number}")
    bench.until(lambda: hanging.tried)
    told_meanwhile = list(hanging.texts)
    hang.set()
    bench.notifier.stop()

    assert told_meanwhile == [], "nobody waited for the channel"


def test_a_crash_loses_nothing_and_what_was_taken_is_not_told_again() -> None:
    """The journal is what outlives a process: a second notifier over it goes on."""
    journal, down, up = MemoryJournal(), Sink(fails=10**6), Sink()
    first = Bench(plan("a", ("up",)), plan("b", ("down",)), journal=journal, up=up, down=down)
    first.notifier.start(journal)
    first.tell("fire")
    first.until(lambda: up.texts and down.tried)
    first.notifier.stop()
    down.fails = 0
    second = Bench(plan("a", ("up",)), plan("b", ("down",)), journal=journal, up=up, down=down)
    second.notifier.start(journal)
    second.until(lambda: not journal.undelivered())
    second.notifier.stop()

    assert up.texts == ["fire"]
    assert down.texts == ["fire"]
    assert "1 messages are still to be told: they wait for the next start" in first.lines[-1]


def test_a_route_that_is_gone_is_told_to_the_log() -> None:
    journal = MemoryJournal()
    journal.event(an_event("old"), ["gone.me", "all.nobody", "nonsense"])
    bench = Bench(plan(), journal=journal, me=Sink())
    bench.notifier.start(journal)
    bench.until(lambda: not journal.undelivered())
    bench.notifier.stop()

    assert bench.lines == [
        f"warning: no route '{key}' any more for: old"
        for key in ("gone.me", "all.nobody", "nonsense")
    ]


def test_an_outbox_that_breaks_is_told_of_and_read_again() -> None:
    class Broken(MemoryJournal):
        broken = 1

        def undelivered(self) -> Any:
            if self.broken:
                self.broken -= 1
                raise OSError("disk")
            return super().undelivered()

    journal, me = Broken(), Sink()
    bench = Bench(plan(), journal=journal, me=me)
    bench.notifier.start(journal)
    bench.until(lambda: bench.lines)
    bench.tell("fire")
    bench.until(lambda: me.texts)
    bench.notifier.stop()

    assert bench.lines == ["error: the outbox cannot be read: OSError: disk"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "sold"),
        ("{{ order.side | upper }} {{ order.filled * 2 }} @ {{ order.limit_price }}!", "BUY 3 @ !"),
        ("{{ recipe.name }}/{{ recipe.mode }} {{ event.time }}", "bot/paper 1970-01-01T00:00:01Z"),
        (
            "{{ order.fee * 2 }}",
            "sold (its text cannot be filled in: '*' needs two numbers)",
        ),
    ],
)
def test_a_text_is_filled_in_or_the_event_speaks_for_itself(text: str | None, told: str) -> None:
    from decimal import Decimal

    event = an_event("sold", time_ms=1_000, side="buy", filled=Decimal("1.5"))

    written = words()(event, plan(text=text))

    assert written == told or (text == "{{ order.fee * 2 }}" and written.startswith("sold (its"))


def test_without_a_lasting_journal_the_log_is_the_last_resort() -> None:
    bench = Bench(plan(), me=Sink(fails=10**6), keeps=False)
    bench.notifier.start(bench.journal)
    bench.tell("fire")
    bench.until(lambda: bench.lines)
    bench.notifier.stop()

    assert bench.lines[-1] == "error: nobody could be told by 'all.me': fire"


PROGRAM = """
import sys
from random import Random
from pathlib import Path
from realtrade.model.events import Event, EventType
from realtrade.notifications import Notifier, RoutePlan, Words
from realtrade.notifications.apprise_channel import AppriseChannel
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock

url, folder, first, last = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
clock = SystemClock()
journal = open_journal("sqlite:///j.db", account="a", bot="bot", folder=folder, clock=clock,
                       locks=folder)
route = RoutePlan(name="all", events=frozenset(EventType), to=("hook",))
words = Words(lambda text, names: text, name="bot", mode="paper")
notifier = Notifier(
    [route], {"hook": AppriseChannel("hook", url)}, name="bot", words=words, clock=clock,
    say=lambda level, line: print(level, line, flush=True),
)
notifier.start(journal)
for number in range(first, last):
    event = Event(EventType.RISK_HALT, clock.now_ms(), f"alarm {number}", {})
    journal.event(event, notifier.routes_for(event))
    notifier.poke(event)
while journal.undelivered():
    clock.sleep(0.01)
notifier.stop()
journal.close()
"""


def test_killed_in_the_middle_nothing_is_lost_and_only_what_was_under_way_may_come_twice(
    site: Site, tmp_path: Path
) -> None:
    arguments = [sys.executable, "-c", PROGRAM, f"json://127.0.0.1:{site.port}/", str(tmp_path)]
    killed = subprocess.Popen([*arguments, "0", "400"], stdout=subprocess.DEVNULL)
    until_s = CLOCK.monotonic_s() + 30
    while len(site.seen) < 5 and CLOCK.monotonic_s() < until_s:
        CLOCK.sleep(0.005)
    killed.kill()
    killed.wait(10)
    before = len(site.seen)
    subprocess.run([*arguments, "1000", "1003"], check=True, timeout=60, stdout=subprocess.DEVNULL)

    lines = [line for seen in site.seen for line in seen.json["message"].splitlines()]
    told = [line.partition(" [")[0] for line in lines]
    assert before >= 5
    counts = Counter(told)
    remembered = max(int(text.split()[1]) for text in told if int(text.split()[1]) < 1000)
    wanted = {f"alarm {number}" for number in [*range(remembered + 1), 1000, 1001, 1002]}
    assert set(counts) == wanted
    twice = {text for text, count in counts.items() if count > 1}
    letters = [seen.json["message"] for seen in site.seen]
    assert any(all(text in letter for text in twice) for letter in letters), twice


class Box:
    """A postman on a clock of our own."""

    def __init__(self, *plans: RoutePlan, sink: Sink) -> None:
        self.clock = ManualClock(0)
        self.lines: list[str] = []
        self.done: list[int] = []
        self.noted: list[list[int]] = []
        """What was said to be on its way, in turn; nothing once it was refused."""
        self.sink = sink
        box = {
            f"{one.name}.me": Letters(one, name="bot", words=words(), quiet=None) for one in plans
        }
        self.postman = Postman(
            "me",
            sink,
            box,
            sending=lambda rows: self.noted.append([row.number for row in rows]),
            delivered=lambda rows: self.done.extend(row.number for row in rows),
            refused=lambda rows: self.noted.append([]),
            clock=self.clock,
            say=lambda level, line: self.lines.append(f"{level}: {line}"),
            chance=Random(1),  # noqa: S311 - spreads retries, guards nothing
        )


def test_pauses_grow_to_five_minutes() -> None:
    box = Box(plan(), sink=Sink(fails=20))
    box.postman.put(a_row("x"))
    pauses = []
    for _ in range(12):
        box.postman.turn()
        pauses.append((box.postman._blocked_ms - box.clock.now_ms()) / 1000)
        box.clock.sleep(pauses[-1])

    bases = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
    assert all(base <= pause <= 1.5 * base for base, pause in zip(bases, pauses, strict=True))
    assert box.postman.failures == 12


def test_after_a_day_of_trying_the_log_is_told() -> None:
    sink = Sink(fails=10**9)
    box = Box(plan(severity="critical"), sink=sink)
    row = a_row("two\nlines", kind=EventType.RISK_HALT)
    box.postman.put(row)
    while not box.done and box.clock.now_ms() < 2 * GIVE_UP_MS:
        box.clock.sleep(max(1.0, box.postman.turn()))

    assert box.done == [row.number]
    assert box.clock.now_ms() >= GIVE_UP_MS
    assert box.lines[-1].startswith(
        f"error: nobody could be told by 'me': bot: risk halt (critical) #{row.number}: two | lines"
    )


def test_what_is_on_its_way_is_known_before_it_leaves() -> None:
    box = Box(plan(), sink=Sink(fails=1))
    row = a_row("fire")
    box.postman.put(row)
    box.postman.turn()
    refused = list(box.noted)
    box.clock.sleep(2)
    box.postman.turn()

    assert refused == [[row.number], []]
    assert box.noted == [[row.number], [], [row.number]]
    assert box.done == [row.number]


def test_what_cannot_be_noted_is_sent_all_the_same() -> None:
    box = Box(plan(), sink=Sink())

    def full(rows: Any) -> None:
        raise JournalError("the disk is full")

    box.postman._sending = full
    box.postman.put(a_row("fire"))
    box.postman.turn()

    assert box.sink.texts == ["fire"]
    assert box.lines == [
        "warning: channel 'me': a crash now would repeat what is sent unmarked: the disk is full"
    ]


def test_the_most_urgent_goes_first_when_a_channel_comes_back() -> None:
    box = Box(plan("chat"), plan("alarm", severity="critical"), sink=Sink(fails=1))
    box.postman.put(a_row("small talk", route="chat.me"))
    box.postman.turn()
    box.postman.put(a_row("fire", route="alarm.me"))
    box.clock.sleep(2)
    box.postman.turn()

    assert box.sink.texts == ["fire", "small talk"]


def test_a_repeat_is_done_with_at_once_and_the_queue_is_bounded() -> None:
    from datetime import timedelta

    box = Box(plan(repeat=timedelta(hours=1)), sink=Sink(fails=10**6))
    rows = [a_row(f"feed is {number} s old") for number in range(3)]
    for row in rows:
        assert box.postman.put(row)
    box.postman.turn()
    assert box.done == [rows[1].number, rows[2].number]

    taken = [box.postman.put(a_row("x")) for _ in range(MOST_WAITING)]
    assert taken == [True] * (MOST_WAITING - 1) + [False]
    assert box.postman.backlog == MOST_WAITING
