"""How a run is watched from outside: what it says, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from realtrade.engine.outcome import RunOutcome

Level = Literal["info", "warning", "error"]


class RunObserver(Protocol):
    """Told about a run as it goes on; it must return at once and raise nothing."""

    def stage(self, name: str) -> None:
        """A stage of building begins, such as `feeds`."""
        ...

    def progress(self, done: int, total: int | None) -> None:
        """`done` bars of `total` are traded; called a few times a second on another thread."""
        ...

    def log(self, level: Level, line: str) -> None:
        """Something worth a line has happened."""
        ...

    def finished(self, outcome: RunOutcome) -> None:
        """The run is over and its artifacts are written."""
        ...


class Silent:
    """An observer that keeps everything to itself."""

    def stage(self, name: str) -> None:
        """Say nothing."""

    def progress(self, done: int, total: int | None) -> None:
        """Say nothing."""

    def log(self, level: Level, line: str) -> None:
        """Say nothing."""

    def finished(self, outcome: RunOutcome) -> None:
        """Say nothing."""
