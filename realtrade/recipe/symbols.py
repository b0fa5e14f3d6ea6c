"""What may have been meant by a symbol that is not written as one."""

from __future__ import annotations

import re

_QUOTES = ("FDUSD", "USDT", "USDC", "BUSD", "USD", "EUR", "GBP", "JPY", "BTC", "ETH", "BNB")
"""Longest first where one ends another."""


def symbol_hint(written: str) -> str:
    """Return a hint for `BTCUSDT`, `btc/usdt` or `BTC-USDT`; empty where there is no telling."""
    meant = _meant(written.strip().upper())
    return f"did you mean '{meant}'?" if meant else ""


def _meant(written: str) -> str:
    pair = re.fullmatch(r"([A-Z0-9]{1,20})[-_/]([A-Z0-9]{1,20}(?::[A-Z0-9-]{1,30})?)", written)
    if pair is not None:
        return f"{pair[1]}/{pair[2]}"
    for quote in _QUOTES:
        base = written.removesuffix(quote)
        if base != written and re.fullmatch(r"[A-Z0-9]{2,20}", base):
            return f"{base}/{quote}"
    return ""
