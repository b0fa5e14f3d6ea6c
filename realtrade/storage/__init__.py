"""Where a bot's memory is kept. Names load when first asked for: SQLAlchemy is slow to import."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.storage.errors import (
        AccountLocked,
        JournalBehind,
        JournalDamaged,
        JournalForeign,
        JournalTooNew,
    )
    from realtrade.storage.journal import SqlJournal
    from realtrade.storage.memory import MemoryJournal
    from realtrade.storage.opening import open_journal

__all__ = [
    "AccountLocked",
    "JournalBehind",
    "JournalDamaged",
    "JournalForeign",
    "JournalTooNew",
    "MemoryJournal",
    "SqlJournal",
    "open_journal",
]

_HOMES = {
    "AccountLocked": "errors",
    "JournalBehind": "errors",
    "JournalDamaged": "errors",
    "JournalForeign": "errors",
    "JournalTooNew": "errors",
    "MemoryJournal": "memory",
    "SqlJournal": "journal",
    "open_journal": "opening",
}


def __getattr__(name: str) -> Any:
    """Import a public name from its module when it is first asked for."""
    if name not in _HOMES:
        msg = f"module '{__name__}' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
