"""Progress on stderr: a bar on a terminal, else a line every few seconds, nothing when quiet."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from realtrade.engine.observer import Level, RunObserver
    from realtrade.engine.outcome import RunOutcome

_EVERY_S = 5.0


@contextmanager
def watching(*, quiet: bool) -> Iterator[RunObserver]:
    """Give the observer that fits stderr, and clear away what it has drawn."""
    if quiet:
        yield QuietWatch()
    elif not sys.stderr.isatty():
        yield LineWatch(SystemClock())
    else:
        with _progress() as progress:
            yield BarWatch(progress)


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

    def stage(self, name: str) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int | None) -> None:
        """Say nothing."""

    def log(self, level: Level, line: str) -> None:
        """Say warnings and errors."""
        if level != "info":
            click.echo(f"{level}: {line}", err=True)

    def finished(self, outcome: RunOutcome) -> None:
        """Say nothing."""


class LineWatch(QuietWatch):
    """A line every few seconds, for logs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_s = self._said_s = clock.monotonic_s()

    def progress(self, done: int, total: int | None) -> None:
        """Say how far the run is, at most every few seconds."""
        now_s = self._clock.monotonic_s()
        if now_s - self._said_s < _EVERY_S or not done:
            return
        self._said_s = now_s
        rate = done / (now_s - self._started_s)
        click.echo(_progress_line(done, total, rate), err=True)

    def log(self, level: Level, line: str) -> None:
        """Say everything."""
        click.echo(line if level == "info" else f"{level}: {line}", err=True)


def _progress_line(done: int, total: int | None, rate: float) -> str:
    if total is None:
        return f"{done:,} bars"
    left_s = (total - done) / rate
    part = f"{done:,} of {total:,} bars ({done / total:.0%})"
    return f"{part}, {rate:,.0f} a second, {left_s:.0f} s left"


class BarWatch(QuietWatch):
    """A bar with rate and time left, log lines above it."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("starting", total=None)

    def stage(self, name: str) -> None:
        """Show what is being built."""
        self._progress.update(self._task, description=name)

    def progress(self, done: int, total: int | None) -> None:
        """Show how far the run is."""
        self._progress.update(self._task, description="trading", completed=done, total=total)

    def log(self, level: Level, line: str) -> None:
        """Show a line above the bar."""
        text = line if level == "info" else f"{level}: {line}"
        self._progress.console.print(text, markup=False, highlight=False)
