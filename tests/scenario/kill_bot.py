"""A bot in a process of its own, made to be killed; started from a process that has all imports."""

from __future__ import annotations

import multiprocessing
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from tests.scenario.kill_points import KillPoint

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["tests.scenario.kill_imports"])


def run_bot(recipe: str, log: str, point: KillPoint | None) -> None:
    """Run a recipe until told to stop, as `realtrade run` does, all output into a file."""
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(descriptor, 1)
    os.dup2(descriptor, 2)
    if point is not None:
        point.arm()
    from realtrade.cli import main

    sys.argv = ["realtrade", "--debug", "run", recipe, "--out", str(Path(recipe).parent / "out")]
    main()


class Bot:
    """Starts, kills and starts again."""

    def __init__(self, recipe: Path) -> None:
        self._recipe = recipe
        self.log = recipe.parent / "bot.log"
        self._process: ForkServerProcess | None = None
        self._told = 0

    def start(self, point: KillPoint | None = None) -> None:
        """Start a process; it dies at `point`, where one is given."""
        self._told = self.log.stat().st_size if self.log.exists() else 0
        target: Any = run_bot
        words = (str(self._recipe), str(self.log), point)
        self._process = FORKS.Process(target=target, args=words, daemon=True)
        self.log.touch()
        self._process.start()

    def wait(self, seconds: float) -> int | None:
        """Wait for the end of the process; return its exit code, or None while it lives."""
        assert self._process is not None
        self._process.join(seconds)
        return self._process.exitcode

    def says(self, words: str, seconds: float = 60) -> bool:
        """Wait until this process has logged these words; False where it ends or never does."""
        for _ in range(int(seconds * 50)):
            ended = self.wait(0.02) is not None
            with self.log.open() as log:
                log.seek(self._told)
                if words in log.read():
                    return True
            if ended:
                return False
        return False

    def kill(self) -> None:
        """Send SIGKILL and wait for the end."""
        assert self._process is not None
        self._process.kill()
        self._process.join(10)
        self._process.close()
        self._process = None

    def end(self) -> None:
        """Kill the process, where there is one."""
        if self._process is not None:
            self.kill()

    def stop(self, seconds: float = 60) -> int | None:
        """Send SIGTERM and wait for a clean end."""
        assert self._process is not None
        self._process.terminate()
        return self.wait(seconds)

    def wrote(self, *secrets: str) -> list[str]:
        """Return the files that a bot has written with one of these in them: none, one hopes."""
        kept = {"key.txt", "secret.txt"}
        found = [path for path in self._recipe.parent.rglob("*") if path.is_file()]
        return [
            path.name
            for path in found
            if path.name not in kept and any(one.encode() in path.read_bytes() for one in secrets)
        ]
