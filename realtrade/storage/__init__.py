"""Where a bot's memory is kept."""

from __future__ import annotations

from realtrade.storage.memory import MemoryJournal

__all__ = ["MemoryJournal"]
