"""A recipe that runs on a thread of this process, and what its strategy notes."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING, Protocol, Self

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
from tests.patience import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path


class Recorder(Protocol):
    """A strategy that notes what it is told, on its class: one run at a time."""

    @property
    def statuses(self) -> Sequence[str]: ...

    def forget(self) -> None: ...


class Running:
    """A run, from when its feeds are live; `failures` ends every wait for something of it."""

    def __init__(self, recipe: Path, recorder: Recorder) -> None:
        recorder.forget()
        self._recorder = recorder
        self._runner = TradingRunner(load_recipe(recipe), out=recipe.parent / "out")
        self.failures: list[BaseException] = []
        self._thread = Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.stop()
        self._thread.join(20)

    def _run(self) -> None:
        try:
            self._runner.run()
        except Exception as error:  # noqa: BLE001 - a thread's outermost frame; the test looks
            self.failures.append(error)

    def wait_for(self, true: Callable[[], object]) -> None:
        """Wait until something is so, or the run has failed."""
        wait_for(lambda: true() or self.failures)

    def wait_until_live(self) -> None:
        self.wait_for(lambda: "LIVE" in self._recorder.statuses)
