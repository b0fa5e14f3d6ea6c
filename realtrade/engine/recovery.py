"""Taking up where the journal says a bot was. Recovering is the only way to start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtrade.engine.rerun import to_run_again
from realtrade.execution.state import Standing
from realtrade.plugins.ports.journal import Recalled

if TYPE_CHECKING:
    from realtrade.model.bar import Bar, BarColumns


@dataclass(slots=True)
class Recovery:
    """What is known of before, and what of it is still to be done."""

    recalled: Recalled = field(default_factory=Recalled)
    """What the journal remembers; nothing when it forgets with its process."""
    standing: Standing = field(default_factory=Standing)
    """Whether the bot may trade; moved only where orders go to a real exchange."""
    reruns: dict[str, Bar] = field(default_factory=dict)
    """By feed: the bar during which the process ended, to be traded when the run begins."""

    def cut(self, name: str, columns: BarColumns) -> BarColumns:
        """Return a feed's history without the bar that has to be run again, and keep that one."""
        bar = to_run_again(columns, self.recalled.bars.get(name))
        if bar is None:
            return columns
        self.reruns[name] = bar
        return columns.part(0, len(columns) - 1)
