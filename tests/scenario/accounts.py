"""Accounts of an exchange, their keys beside a recipe that names `{file: key.txt}`."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.testing import SimExchange

SECRET = "secret-of-a-test"  # noqa: S105 - of an exchange on loopback
MONEY = {"USDT": "100000"}


def open_account(exchange: SimExchange, folder: Path) -> str:
    """Open one on both markets for the bot of a folder, and return its key.

    Each has a key of its own: the lock of an account is the machine's, and other tests run beside.
    """
    key = sha256(str(folder).encode()).hexdigest()
    exchange.add_account(key, SECRET, MONEY, futures=MONEY)
    (folder / "key.txt").write_text(key)
    (folder / "secret.txt").write_text(SECRET)
    return key
