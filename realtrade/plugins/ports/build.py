"""What every builder is handed besides its own settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.utils.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildContext:
    """Collaborators every plugin may use; none of them shows the whole recipe."""

    name: str
    """The key of the block in the recipe, such as `btc_1h` or `drawdown`."""
    folder: Path
    """The recipe's folder: relative paths in settings start here."""
    clock: Clock
