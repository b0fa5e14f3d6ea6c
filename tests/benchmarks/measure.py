"""Runs engines in turn, each in its own process and, for peers, its own virtual environment."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Engine:
    """A script that does the work and the packages it needs beside numpy; none is this one's."""

    name: str
    script: Path
    options: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    home: str = ""
    """Name of its virtual environment; its own name unless several engines share one."""


@dataclass(frozen=True, slots=True)
class Work:
    """How many bars, and whether anything is traded on them."""

    bars: int
    idle: bool
    seed: int = 20_240_101


@dataclass(frozen=True, slots=True)
class Result:
    """The best turn of an engine."""

    engine: str
    seconds: float
    """Processor time from a CSV file of bars to the result, without interpreter and imports."""
    memory_bytes: int
    """Peak resident memory less what the process held after its imports."""
    trades: int
    equity: float
    cpu_seconds: float = 0.0
    """Where `seconds` are the clock's: processor time of all processes that did the work."""


def measure(
    engines: Sequence[Engine],
    work: Work,
    *,
    rounds: int,
    cache: Path,
    key: Callable[[Result], float] = lambda turn: turn.seconds,
) -> list[Result]:
    """Return the best of `rounds` interleaved turns of every engine: the one with the least `key`.

    A turn takes two cores of who has them; on a busy machine, processor time is what compares.
    """
    bars = bars_file(work, cache)
    pythons = {engine.name: _python(engine, cache) for engine in engines}
    turns: dict[str, list[Result]] = {engine.name: [] for engine in engines}
    for _ in range(rounds):
        for engine in engines:
            turns[engine.name].append(_turn(engine, pythons[engine.name], bars, work))
    return [min(results, key=key) for results in turns.values()]


def _turn(engine: Engine, python: str, bars: Path, work: Work) -> Result:
    command = [python, str(engine.script), str(bars), *engine.options]
    if work.idle:
        command.append("--idle")
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Result(engine=engine.name, **told)


def _python(engine: Engine, cache: Path) -> str:
    """Return the interpreter of a peer's environment, made and filled on first use."""
    if not engine.packages:
        return sys.executable
    home = cache / (engine.home or engine.name)
    python = home / "bin" / "python"
    if not (home / "ready").exists():
        venv.create(home, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-qq", "numpy", *engine.packages]
        subprocess.run(install, check=True)
        (home / "ready").touch()
    return str(python)


def bars_file(work: Work, cache: Path) -> Path:
    """Return a CSV file of a seeded random walk; times are open times, seconds since 1970."""
    cache.mkdir(parents=True, exist_ok=True)
    path = cache / f"bars-{work.seed}-{work.bars}.csv"
    if not path.exists():
        header = "time,open,high,low,close,volume"
        formats = ["%d", *["%.6f"] * 4, "%.3f"]
        part = path.with_suffix(".part")
        np.savetxt(part, _walk(work).T, formats, ",", header=header, comments="")
        part.rename(path)
    return path


def _walk(work: Work) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Return rows of time, open, high, low, close and volume, one array a row."""
    rng = np.random.default_rng(work.seed)
    steps = rng.normal(0.0, 5e-4, work.bars)
    # Everybody begins and ends flat: engines differ in which bar is the first that a strategy
    # sees with all its averages, and in what an open position is worth after the last.
    steps[:60] = steps[-60:] = -5e-4
    # The walk is pulled back to its start: five million bars must not run away.
    closes = 30_000 * np.exp(_pulled(steps))
    opens = np.concatenate(([30_000.0], closes[:-1]))
    wicks = np.abs(rng.normal(0.0, 2e-4, (2, work.bars)))
    highs = np.maximum(opens, closes) * (1 + wicks[0])
    lows = np.minimum(opens, closes) * (1 - wicks[1])
    times = 1_704_067_200 + 60 * np.arange(work.bars)
    return np.stack([times, opens, highs, lows, closes, rng.uniform(1, 100, work.bars)])


def _pulled(steps: np.ndarray[Any, np.dtype[np.float64]]) -> list[float]:
    level, levels = 0.0, []
    for step in steps.tolist():
        level = level * 0.9999 + step
        levels.append(level)
    return levels
