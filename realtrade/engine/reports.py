"""The daily or weekly report of a live bot: written beside trading, told of by the routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from realtrade.engine.cron import Crontab
from realtrade.engine.scheduler import Job
from realtrade.model.events import Event, EventType

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts
    from realtrade.engine.turns import Turns
    from realtrade.monitor import PerformanceTracker

_CRONS = {"daily": "0 0 * * *", "weekly": "0 0 * * 1"}
_PATIENCE_S = 60.0


class Reports:
    """Writes one report a day or week into `reports/<date>/` of the run's folder.

    The trading thread only hands over a copy of what was tracked; measuring and drawing it happens
    in another process.
    """

    def __init__(self, parts: Parts, turns: Turns) -> None:
        self._parts, self._turns = parts, turns
        self._before: tuple[float, int] | None = None

    def jobs(self) -> list[Job]:
        """Return the jobs the recipe asks for: none, or one."""
        how_often = self._parts.recipe.monitor.report
        if how_often == "never" or self._parts.out is None:
            return []
        cron = Crontab(_CRONS[how_often], self._parts.recipe.schedule.timezone)
        return [Job(name=f"{how_often} report", cron=cron, run=self.write)]

    def write(self) -> None:
        """Write a report of everything up to now and tell of it.

        Raises:
            OSError: it cannot be written.
            TimeoutError: the trading thread gives no turn, or writing takes too long.
        """
        from realtrade.engine.report import facts, prices
        from realtrade.engine.report_process import write_apart

        parts = self._parts
        if parts.out is None:
            return
        tracker, about, bars = self._turns.ask(
            lambda: (parts.tracker.copy(), facts(parts), prices(parts)), patience_s=_PATIENCE_S
        )
        zone = ZoneInfo(parts.recipe.schedule.timezone)
        now_ms = parts.clock.now_ms()
        day = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(zone).date()
        folder = parts.out / "reports" / day.isoformat()
        write_apart(
            folder,
            tracker,
            about,
            recipe_text=parts.recipe_text,
            prices=bars,
            patience_s=_PATIENCE_S,
        )
        data = self._figures(tracker) | {"file": str(folder / "report.html")}
        message = (
            f"{parts.recipe.monitor.report} report: equity {data['equity']} {data['currency']}, "
            f"{data['change']} since the last one, {data['trades']} trades; {data['file']}"
        )
        parts.tell(Event(EventType.REPORT, now_ms, message, data))

    def _figures(self, tracker: PerformanceTracker) -> dict[str, Any]:
        equity, trades = tracker.final_equity, len(tracker.round_trips)
        before, count = self._before or (tracker.start_cash, 0)
        self._before = (equity, trades)
        change = equity - before
        percent = f" ({change / before:+.2%})" if before > 0 else ""
        return {
            "equity": f"{equity:.2f}",
            "currency": self._parts.currency,
            "change": f"{change:+.2f}{percent}",
            "trades": trades - count,
        }
