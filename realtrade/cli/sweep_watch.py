"""Progress of a sweep on stderr: a bar on a terminal, else a line every few seconds."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from realtrade.utils.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.progress import Progress

    from realtrade.engine.sweep.sweep import SweepWatch

_EVERY_S = 3.0


@contextmanager
def watching(*, quiet: bool) -> Iterator[SweepWatch]:
    """Give the watch that fits stderr, and clear away what it has drawn."""
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
        BarColumn(),
        TaskProgressColumn(show_speed=True),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=Console(stderr=True),
        transient=True,
    )


class QuietWatch:
    """Says only what must be said."""

    def log(self, line: str) -> None:
        """Say it."""
        click.echo(line, err=True)

    def begin(self, done: int, total: int, workers: int) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int, best: str) -> None:
        """Say nothing."""


class LineWatch(QuietWatch):
    """A line every few seconds, for logs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._before = 0
        self._started_s = self._said_s = clock.monotonic_s()

    def begin(self, done: int, total: int, workers: int) -> None:
        """Say what is ahead."""
        self._before = done
        self._started_s = self._said_s = self._clock.monotonic_s()
        crew = "worker" if workers == 1 else "workers"
        kept = f", {done:,} of them done before" if done else ""
        click.echo(f"{total:,} backtests on {workers} {crew}{kept}", err=True)

    def progress(self, done: int, total: int, best: str) -> None:
        """Say how far it is, at most every few seconds."""
        now_s = self._clock.monotonic_s()
        if now_s - self._said_s < _EVERY_S or done == self._before:
            return
        self._said_s = now_s
        rate = (done - self._before) / (now_s - self._started_s)
        click.echo(progress_line(done, total, rate, best), err=True)


def progress_line(done: int, total: int, rate: float, best: str) -> str:
    """Say how far a sweep is, how fast, how long it will take, and the best so far."""
    left_s = (total - done) / rate
    part = f"{done:,} of {total:,} backtests ({done / total:.0%})"
    told = f"{part}, {rate:,.2f} a second, {left_s:,.0f} s left"
    return f"{told}; best {best}" if best else told


class BarWatch(QuietWatch):
    """A bar with rate, time left and the best so far."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("", total=None)

    def begin(self, done: int, total: int, workers: int) -> None:
        """Show what is ahead; speed is told of what is done now."""
        self._progress.reset(self._task, completed=done, total=total)

    def progress(self, done: int, total: int, best: str) -> None:
        """Show how far it is."""
        description = f"best {best}" if best else ""
        self._progress.update(self._task, completed=done, total=total, description=description)
