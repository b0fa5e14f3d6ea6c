"""What a run came to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from realtrade.engine.guard import Crash
    from realtrade.monitor.summary import Row

Ending = Literal["completed", "stopped", "failed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOutcome:
    """How a run ended and where its artifacts are."""

    ending: Ending
    """`completed`: every bar was traded; `stopped`: somebody asked; `failed`: see `crash`."""
    summary: Mapping[str, Any] = field(default_factory=dict)
    """What `summary.json` holds; empty when the run was stopped before its first bar."""
    rows: tuple[Row, ...] = ()
    """The summary table."""
    folder: Path | None = None
    """Where the artifacts are; None when none were asked for or none could be written."""
    crash: Crash | None = None
