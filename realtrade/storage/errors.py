"""Why a journal cannot be used: each case has a class, each message says what to do."""

from __future__ import annotations

from realtrade.plugins.ports.journal import JournalError


class AccountLocked(JournalError):
    """Another bot trades this account's same strategy, or has the journal open."""


class JournalDamaged(JournalError):
    """What is there is not what was written; nothing was changed in it."""


class JournalForeign(JournalError):
    """It is no journal, or the journal of another bot or account; nothing was changed in it."""


class JournalTooNew(JournalError):
    """A newer realtrade wrote it; nothing was changed in it."""


class JournalBehind(JournalError):
    """It knows less than was remembered here before; nothing was changed in it."""
