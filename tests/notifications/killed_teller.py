"""A process that tells one alarm and stops at a point, to be killed there."""

from __future__ import annotations

import sys
from pathlib import Path

from realtrade.model.events import Event, EventType
from realtrade.notifications import Notifier, RoutePlan, Words
from realtrade.notifications.apprise_channel import AppriseChannel
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock

CLOCK = SystemClock()


class Stopping(AppriseChannel):
    """Says when it has come to a point, and goes no further."""

    point = ""

    def send(self, title: str, text: str) -> None:
        """Deliver one message, unless it is to stop before that."""
        self._stop_at("before")
        super().send(title, text)
        self._stop_at("after")

    def _stop_at(self, point: str) -> None:
        if self.point == point:
            sys.stdout.write("there\n")
            sys.stdout.flush()
            CLOCK.sleep(60)


def main() -> None:
    """Tell `alarms`, through `url`, from the journal in `folder`; stop at `point`, if any."""
    url, folder, Stopping.point, *alarms = sys.argv[1:]
    journal = open_journal(
        "sqlite:///j.db",
        account="a",
        bot="bot",
        folder=Path(folder),
        clock=CLOCK,
        locks=Path(folder),
    )
    notifier = Notifier(
        [RoutePlan(name="all", events=frozenset(EventType), to=("sink",), severity="critical")],
        {"sink": Stopping("sink", url)},
        name="bot",
        words=Words(lambda text, names: text, name="bot", mode="paper"),
        clock=CLOCK,
        say=lambda level, line: None,
    )
    for alarm in alarms:
        event = Event(EventType.RISK_HALT, CLOCK.now_ms(), alarm, {})
        journal.event(event, notifier.routes_for(event))
    notifier.start(journal, journal.recall().cursors)
    while journal.undelivered():
        CLOCK.sleep(0.01)
    notifier.stop()
    journal.close()


if __name__ == "__main__":
    main()
