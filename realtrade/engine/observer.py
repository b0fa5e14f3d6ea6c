"""How a run is watched from outside: what it says, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from realtrade.engine.outcome import RunOutcome
    from realtrade.model.events import Event

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

    def event(self, level: Level, event: Event) -> None:
        """Something has happened that journal and notifications know too; from any thread."""
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

    def event(self, level: Level, event: Event) -> None:
        """Say its message as any other line."""
        self.log(level, event.message)

    def finished(self, outcome: RunOutcome) -> None:
        """Say nothing."""
