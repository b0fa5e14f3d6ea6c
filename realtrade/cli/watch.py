"""Progress on stderr: a bar on a terminal, else a line every few seconds, nothing when quiet."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.progress import Progress

    from realtrade.engine.observer import Level, RunObserver
    from realtrade.engine.outcome import RunOutcome
    from realtrade.model.events import Event

    Say = Callable[[Level, str], None]

_EVERY_S = 3.0
_LEVELS = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}


@contextmanager
def watching(*, quiet: bool, live: bool) -> Iterator[RunObserver]:
    """Give the observer that fits stderr, and clear away what it has drawn.

    Lines of a live run go to the log, in the form the recipe wants; a backtest's go to stderr.
    """
    say: Say = _to_log if live else _to_stderr
    if quiet:
        yield QuietWatch(say)
    elif not sys.stderr.isatty():
        yield LineWatch(say, SystemClock())
    else:
        with _progress() as progress:
            yield BarWatch(say, progress)


def _to_log(level: Level, line: str) -> None:
    logging.getLogger("realtrade.run").log(_LEVELS[level], line)


def _to_stderr(level: Level, line: str) -> None:
    click.echo(line if level == "info" else f"{level}: {line}", file=sys.stderr)


def _progress() -> Progress:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TextColumn("bars"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
    )


class QuietWatch:
    """Says only what must be said."""

    def __init__(self, say: Say) -> None:
        self._say = say

    def stage(self, name: str) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int | None) -> None:
        """Say nothing."""

    def log(self, level: Level, line: str) -> None:
        """Say warnings and errors."""
        if self._wants(level):
            self._say(level, line)

    def event(self, level: Level, event: Event) -> None:
        """Log what happened with its fields, so that lines about one order can be found."""
        if self._wants(level):
            fields = {"event": event.type.value, **event.data}
            logging.getLogger("realtrade.events").log(
                _LEVELS[level], event.message, extra={"fields": fields}
            )

    def _wants(self, level: Level) -> bool:
        return level != "info"

    def finished(self, outcome: RunOutcome) -> None:
        """Say nothing."""


class LineWatch(QuietWatch):
    """A line every few seconds, for logs."""

    def __init__(self, say: Say, clock: Clock) -> None:
        super().__init__(say)
        self._clock = clock
        self._said_s = clock.monotonic_s()
        self._started_s: float | None = None
        """When bars began to come: what was read before is no part of their speed."""

    def progress(self, done: int, total: int | None) -> None:
        """Say how far the run is, at most every few seconds."""
        now_s = self._clock.monotonic_s()
        if self._started_s is None:
            self._started_s = self._said_s = now_s
        if total is None or not done or now_s - self._said_s < _EVERY_S:
            return
        self._said_s = now_s
        self._say("info", progress_line(done, total, now_s - self._started_s))

    def _wants(self, level: Level) -> bool:
        return True


def progress_line(done: int, total: int, elapsed_s: float) -> str:
    """Say how far a run is, how fast, and how long it will take: in one line."""
    rate = done / elapsed_s
    left_s = (total - done) / rate
    part = f"{done:,} of {total:,} bars ({done / total:.0%})"
    return f"{part}, {rate:,.0f} a second, {left_s:,.0f} s left"


class BarWatch(QuietWatch):
    """A bar with rate and time left, log lines above it."""

    def __init__(self, say: Say, progress: Progress) -> None:
        super().__init__(say)
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def stage(self, name: str) -> None:
        """Show what is being done."""
        self._progress.update(self._task, description=name)

    def progress(self, done: int, total: int | None) -> None:
        """Show how far the run is."""
        self._progress.update(self._task, completed=done, total=total)

    def _wants(self, level: Level) -> bool:
        return True
