"""Which journal a bot remembers in: what its recipe names, else a file, else only this process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from realtrade.engine.wrong import built, settings_checked
from realtrade.plugins.plugin import Kind
from realtrade.plugins.ports.exchange import RemembersBans
from realtrade.plugins.ports.gateway import TradingExchange
from realtrade.plugins.ports.journal import JournalError
from realtrade.plugins.secret import SecretRef
from realtrade.recipe.blocks import Mode, StorageBlock

if TYPE_CHECKING:
    from contextlib import ExitStack

    from realtrade.engine.parts import Parts
    from realtrade.plugins.ports import Journal, Recalled

GATE = "gate"
"""Cursor under which is remembered until when nothing may be sent."""
PAPER = "paper"
"""The account of simulated fills."""


def know_account(parts: Parts, stack: ExitStack) -> None:
    """Ask the exchange for the account's name, which journal and lock go by; and for no more.

    Raises:
        GatewayError: the exchange cannot be reached, or takes no key of ours.
    """
    if parts.live:
        parts.account = _account(parts)


def open_storage(parts: Parts, stack: ExitStack) -> None:
    """Lock the account and remember, before anything can happen that would have to be remembered.

    Raises:
        JournalError: another bot has the account, or the journal cannot be trusted.
    """
    if not parts.live:
        return
    parts.journal = _journal(parts)
    stack.callback(parts.journal.close)
    parts.recovery.recalled = parts.journal.recall()
    exchange: object = parts.exchange
    if isinstance(exchange, RemembersBans):
        _keep_bans(exchange, parts.journal, parts.recovery.recalled)


def _keep_bans(exchange: RemembersBans, journal: Journal, recalled: Recalled) -> None:
    """Keep what an exchange asks for, silence until some time, and remember it for the next start.

    The venue remembers what its orders are told; this is for bars and everything else.
    """
    exchange.hold(int(recalled.cursors.get(GATE, "0")))

    def remember(until_ms: int) -> None:
        with suppress(JournalError):  # whoever sends orders finds out and halts
            journal.cursor(GATE, str(until_ms))

    exchange.on_ban(remember)


def _journal(parts: Parts) -> Journal:
    block = parts.recipe.storage
    if block is None and parts.recipe.mode is Mode.PAPER:
        return _forgetful(parts)
    if block is not None and not isinstance(block, StorageBlock):
        journal: Journal = built(parts, Kind.STORAGE, block, "storage")
        return journal
    from realtrade.storage import open_journal

    return open_journal(
        _url(parts, block),
        account=parts.account,
        bot=parts.recipe.name,
        folder=parts.folder,
        clock=parts.clock,
        redact=parts.redactor.redact,
        # Money that is made up may be traded by bots of one name in several folders.
        locks=parts.folder / "state" if parts.account == PAPER else None,
    )


def _forgetful(parts: Parts) -> Journal:
    from realtrade.storage import MemoryJournal

    parts.say(
        "warning", "the journal is kept in memory: what is open is forgotten when this process ends"
    )
    return MemoryJournal()


def _url(parts: Parts, block: StorageBlock | None) -> str:
    """Return where the journal is; a URL that is a secret is blotted out of the log."""
    if block is None:
        return f"sqlite:///state/{parts.recipe.name}.db"
    if not isinstance(block.url, SecretRef):
        return block.url
    with settings_checked(parts.recipe, "storage"):
        return parts.context("storage").secret(block.url).reveal()


def _account(parts: Parts) -> str:
    recipe, exchange = parts.recipe, parts.exchange
    if recipe.mode is Mode.PAPER or recipe.exchange is None:
        return PAPER
    if isinstance(exchange, TradingExchange):
        with settings_checked(recipe, "exchange"):  # its key is read here, and not before
            return exchange.gateway().account
    return f"{recipe.exchange.type}:{recipe.mode}"
