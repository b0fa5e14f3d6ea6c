"""The recipe's `schedule.rebalance`: a method of the strategy's own, called at certain times.

In every mode it is called with the first bar known by the time, before that bar's `next`: so a
backtest does what a live run does, and a run that is killed does the same once it is back. A time
that passes while no bar comes, or while the bot is down, is made up with the newest bar only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.engine.cron import Crontab
from realtrade.engine.wrong import settings_checked
from realtrade.plugins.errors import SettingWrong

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.engine.parts import Parts

HOOK = "rebalance"


class Calls:
    """Times by name, and which of them have come since they were last asked for."""

    def __init__(self, times: Mapping[str, str], timezone: str) -> None:
        """Take crontab lines, and the zone whose wall clock they mean."""
        self._crons = {name: Crontab(line, timezone) for name, line in times.items()}
        self._next_ms: dict[str, int | None] = {}

    def due(self, now_ms: int) -> Sequence[str]:
        """Return the names whose time has come, each once however often it was missed.

        The first time this is asked nothing is due: what was before does not count.
        """
        if not self._next_ms:
            self._next_ms = {name: cron.after(now_ms) for name, cron in self._crons.items()}
            return ()
        due = [name for name, at_ms in self._next_ms.items() if at_ms and at_ms <= now_ms]
        self._next_ms |= {name: self._crons[name].after(now_ms) for name in due}
        return due


def rebalancing(parts: Parts) -> type:
    """Return the strategy's class, or one whose `next` calls the method first where it is due.

    Raises:
        RecipeInvalid: the recipe has such times, and the strategy no such method.
    """
    schedule, cls = parts.recipe.schedule, parts.spec.cls
    if not schedule.rebalance:
        return cls
    if not callable(getattr(cls, HOOK, None)):
        with settings_checked(parts.recipe, "schedule"):
            msg = f"the strategy {cls.__name__} has no method {HOOK}(name) to be called"
            raise SettingWrong(msg, at=HOOK, hint="write one, or leave these times out")
    calls = Calls(schedule.rebalance, schedule.timezone)
    account = parts.broker.account
    base: Any = cls

    class Rebalancing(base):
        """The strategy, called at its times."""

        def prenext(self) -> None:
            calls.due(account.now_ms)  # its indicators are not ready: too early to act
            super().prenext()

        def next(self) -> None:
            for name in calls.due(account.now_ms):
                self.rebalance(name)
            super().next()

    Rebalancing.__name__ = Rebalancing.__qualname__ = cls.__name__
    return Rebalancing
