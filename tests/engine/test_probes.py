"""Whether a bot is well, on a clock of our own: what is late, stuck, held back or unheard."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from realtrade.engine import probes
from realtrade.engine.lifecycle import LifecycleManager, Phase
from realtrade.engine.vigil import Vigil
from realtrade.model.events import Event, EventType
from realtrade.monitor.health import HealthCheck
from realtrade.plugins.ports.health import Finding, HealthStatus
from realtrade.utils.clock import ManualClock
from realtrade.utils.timeframes import Timeframe

MINUTE_MS = 60_000
H = HealthStatus


class Bot:
    """As much of a bot's parts as probes look at."""

    def __init__(self, phase: Phase = Phase.TRADING, *, replayed: bool = False) -> None:
        self.clock = ManualClock(1_000 * MINUTE_MS)
        self.lifecycle = LifecycleManager(self.clock, lambda level, line: None)
        if phase is not Phase.BUILDING:
            self.lifecycle.advance(phase, "")
        self.wall = None if replayed else self.clock.now_ms
        self.hub: Any = SimpleNamespace(backlog=0, capacity=100)
        self.datas = {"btc": SimpleNamespace(interval=Timeframe.parse("1m"))}
        self.notifier: Any = None
        self.exchange = self.stream = self.journal = None
        self.broker: Any = SimpleNamespace(venue=None)
        self.risk: Any = SimpleNamespace(memory=SimpleNamespace(halts={}))
        self.turns: Any = SimpleNamespace(last_s=self.clock.monotonic_s())
        self.painter: Any = SimpleNamespace(bars_ms={}, seen_s={})
        self.events: list[Event] = []

    def bar(self, due_ms: int, *, seen_s: float) -> None:
        """A bar has come: known at `due_ms` by its own time, taken in at `seen_s`."""
        self.painter.bars_ms["btc"], self.painter.seen_s["btc"] = due_ms, seen_s

    def tell(self, event: Event) -> None:
        self.events.append(event)


def as_parts(bot: Bot) -> Any:
    return bot


@pytest.mark.parametrize(
    ("lag_s", "phase", "status", "alive"),
    [
        (0.5, Phase.TRADING, H.HEALTHY, True),
        (10.5, Phase.TRADING, H.DEGRADED, True),
        (59, Phase.HALTED, H.DEGRADED, True),
        (61, Phase.TRADING, H.DEGRADED, False),
        (61, Phase.BUILDING, H.PROGRESSING, True),
        (61, Phase.WARMUP, H.DEGRADED, True),
    ],
)
def test_a_trading_thread_that_hangs_is_seen(
    lag_s: float, phase: Phase, status: HealthStatus, alive: bool
) -> None:
    bot = Bot(phase)
    bot.clock.sleep(lag_s)

    assert probes.loop(as_parts(bot), bot.turns).status is status
    assert probes.alive(as_parts(bot), bot.turns)[0] is alive


@pytest.mark.parametrize(
    ("age_s", "status"),
    [(0, H.HEALTHY), (60, H.HEALTHY), (90, H.HEALTHY), (91, H.DEGRADED), (600, H.DEGRADED)],
)
def test_a_feed_is_stale_half_a_bar_after_its_next_one_was_due(
    age_s: int, status: HealthStatus
) -> None:
    bot = Bot()
    bot.bar(bot.clock.now_ms() - age_s * 1000, seen_s=bot.clock.monotonic_s())

    found = probes.feed(as_parts(bot), bot.painter, "btc")

    assert (found.status, found.value) == (status, age_s)
    if status is H.DEGRADED:
        assert found.message == f"the next bar of 'btc' is {age_s - 60} s overdue"


@pytest.mark.parametrize(("age_s", "status"), [(300, H.HEALTHY), (301, H.DEGRADED)])
def test_single_trades_may_stay_away_for_five_minutes(age_s: int, status: HealthStatus) -> None:
    bot = Bot()
    bot.datas = {"btc": SimpleNamespace(interval=Timeframe.parse("tick"))}
    bot.bar(bot.clock.now_ms(), seen_s=bot.clock.monotonic_s())
    bot.clock.sleep(age_s)

    assert probes.feed(as_parts(bot), bot.painter, "btc").status is status


def test_a_feed_without_a_bar_is_on_its_way_and_a_replay_is_never_late() -> None:
    bot, replay = Bot(), Bot(replayed=True)
    replay.bar(0, seen_s=0.0)

    assert probes.feed(as_parts(bot), bot.painter, "btc").status is H.PROGRESSING
    assert probes.feed(as_parts(replay), replay.painter, "btc").status is H.HEALTHY


@pytest.mark.parametrize(
    ("since_s", "status"), [(0, H.HEALTHY), (90, H.HEALTHY), (91, H.DEGRADED), (7_200, H.DEGRADED)]
)
def test_bars_of_the_past_are_late_by_when_they_came(since_s: int, status: HealthStatus) -> None:
    bot = Bot()
    bot.bar(bot.clock.now_ms() - 30 * 86_400_000, seen_s=bot.clock.monotonic_s())
    bot.clock.sleep(since_s)

    found = probes.feed(as_parts(bot), bot.painter, "btc")

    assert (found.status, found.value) == (status, since_s)


def test_a_market_that_has_stood_still_for_hours_is_late_by_the_wall() -> None:
    bot = Bot()
    bot.bar(bot.clock.now_ms() - 3 * 3_600_000, seen_s=bot.clock.monotonic_s())

    found = probes.feed(as_parts(bot), bot.painter, "btc")

    assert (found.status, found.value) == (H.DEGRADED, 10_800)


@pytest.mark.parametrize(("waiting", "status"), [(49, H.HEALTHY), (50, H.DEGRADED)])
def test_a_strategy_that_is_too_slow_is_seen(waiting: int, status: HealthStatus) -> None:
    bot, replay = Bot(), Bot(replayed=True)
    bot.hub.backlog = replay.hub.backlog = waiting

    assert probes.bars_waiting(as_parts(bot)).status is status
    assert probes.bars_waiting(as_parts(replay)).status is H.HEALTHY


@pytest.mark.parametrize(
    ("phase", "status"),
    [
        (Phase.TRADING, H.HEALTHY),
        (Phase.PAUSED, H.SUSPENDED),
        (Phase.HALTED, H.SUSPENDED),
        (Phase.WARMUP, H.PROGRESSING),
    ],
)
def test_what_holds_a_bot_back_is_seen(phase: Phase, status: HealthStatus) -> None:
    assert probes.standing(as_parts(Bot(phase))).status is status


def test_halts_of_risk_rules_are_seen() -> None:
    bot = Bot()
    before = probes.risk(as_parts(bot))
    bot.risk.memory.halts["drawdown"] = SimpleNamespace(rule="drawdown", reason="15% of 15%")

    found = probes.risk(as_parts(bot))

    assert (before.status, before.value) == (H.HEALTHY, 0.0)
    assert (found.status, found.value) == (H.SUSPENDED, 1.0)
    assert found.message == "drawdown: 15% of 15%"


@pytest.mark.parametrize(("fails", "status"), [(2, H.HEALTHY), (3, H.DEGRADED)])
def test_a_channel_that_takes_nothing_is_seen(fails: int, status: HealthStatus) -> None:
    notifier: Any = SimpleNamespace(backlog=7, channels={"tg": (1, 7, fails)})

    found = probes.notifications(notifier)

    assert (found.status, found.value) == (status, 7.0)


def test_parts_bring_probes_of_their_own() -> None:
    class Stream:
        def probes(self) -> Any:
            return {"user_stream": lambda: Finding(H.DEGRADED, "silent for 90 s", 90.0)}

    bot, check = Bot(), HealthCheck(ManualClock())
    bot.stream = Stream()  # type: ignore[assignment]  # any part may
    bot.notifier = SimpleNamespace(backlog=0, channels={})
    probes.register(check, as_parts(bot), bot.turns, bot.painter)

    found = {one.type: one.status for one in check.look().conditions}

    assert found["user_stream"] is H.DEGRADED
    assert set(found) == {
        "loop",
        "standing",
        "risk",
        "bars_waiting",
        "feed.btc",
        "notifications",
        "user_stream",
    }


def test_people_are_told_once_when_it_gets_worse_and_once_when_it_is_well_again() -> None:
    bot, check = Bot(), HealthCheck(ManualClock())
    now = {"feed.btc": Finding(H.HEALTHY), "loop": Finding(H.HEALTHY)}
    check.register("feed.btc", lambda: now["feed.btc"])
    check.register("loop", lambda: now["loop"])
    vigil = Vigil(as_parts(bot), check)
    vigil.look()
    now["feed.btc"] = Finding(H.DEGRADED, "the next bar of 'btc' is 95 s overdue")
    vigil.look()
    bot.clock.sleep(4)
    now["loop"] = Finding(H.UNKNOWN)
    vigil.look()
    early = len(bot.events)
    bot.clock.sleep(1)
    vigil.look()
    vigil.look()
    now["feed.btc"] = now["loop"] = Finding(H.HEALTHY)
    vigil.look()
    vigil.look()

    assert [(event.type, event.message) for event in bot.events] == [
        (EventType.FEED_STALE, "the next bar of 'btc' is 95 s overdue"),
        (
            EventType.HEALTH_CHANGED,
            "health is degraded: the next bar of 'btc' is 95 s overdue",
        ),
        (EventType.HEALTH_CHANGED, "health is healthy"),
    ]
    assert early == 1, "what passes in five seconds is not told"
    assert vigil.now().status is H.HEALTHY


def test_nobody_is_told_that_a_bot_which_starts_is_not_well_yet() -> None:
    bot, check = Bot(Phase.WARMUP), HealthCheck(ManualClock())
    check.register("stream", lambda: Finding(H.DEGRADED, "not connected"))
    vigil = Vigil(as_parts(bot), check)
    for _ in range(20):
        bot.clock.sleep(1)
        vigil.look()

    assert bot.events == []
    assert vigil.now().status is H.DEGRADED
