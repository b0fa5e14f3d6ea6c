"""Client order ids that a restart finds again: the same bar, run twice, names the same order."""

from __future__ import annotations

from hashlib import sha256

PREFIX = "rt"
"""Every id of ours starts with it: how our orders are told from foreign ones."""
LENGTH = 31
"""Letters in an id: `rt`, 4 of the bot, `-`, 22 of the hash, `-`, 1 of the attempt."""
_ALPHABET = "abcdefghijklmnopqrstuvwxyz234567"
_PAIRS = tuple(first + second for first in _ALPHABET for second in _ALPHABET)
_SHIFTS = tuple(range(100, -1, -10))
_ATTEMPTS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Naming:
    """Names the orders of one bot on one account.

    The hash covers account, bot, strategy, symbol, bar and ordinal, so two orders share an id only
    if they are the same order. Letters, digits and dashes only: valid on Binance spot and USDⓈ-M.
    """

    def __init__(self, account: str, bot: str) -> None:
        self._of = account, bot
        self._head = PREFIX + _short(bot.encode())[:4] + "-"
        self._start = sha256(f"{account}|{bot}|".encode())

    def __reduce__(self) -> tuple[type[Naming], tuple[str, str]]:
        """Let it go to another process: a hash that has begun cannot."""
        return Naming, self._of

    def client_order_id(
        self, strategy: str, symbol: str, bar_open_ms: int, ordinal: int, attempt: int = 0
    ) -> str:
        """Return the id of the `ordinal`-th order of `strategy` on the bar opened at `bar_open_ms`.

        `attempt` numbers orders that replace one another for the same wish (0 to 35).

        Raises:
            ValueError: there is no letter for that attempt.
        """
        if not 0 <= attempt < len(_ATTEMPTS):
            msg = f"attempt {attempt} is outside 0 to {len(_ATTEMPTS) - 1}"
            raise ValueError(msg)
        digest = self._start.copy()
        digest.update(f"{strategy}|{symbol}|{bar_open_ms}|{ordinal}".encode())
        return f"{self._head}{_letters(digest.digest())}-{_ATTEMPTS[attempt]}"

    def owns(self, client_order_id: str) -> bool:
        """Tell whether an id was given by this bot (it may still be of another account)."""
        return len(client_order_id) == LENGTH and client_order_id.startswith(self._head)


def _short(text: bytes) -> str:
    return _letters(sha256(text).digest())


def _letters(digest: bytes) -> str:
    """Return the first 22 letters of the digest in lower-case base 32, two at a time: 110 bits."""
    bits = int.from_bytes(digest[:14], "big") >> 2
    return "".join([_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])
