"""Who may: API keys, signatures over the raw text, and the window in which a request is valid."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Literal

from realtrade.testing.binance.errors import ApiError, missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from realtrade.testing.exchange.account import SimAccount

Level = Literal["none", "key", "signed", "trade"]
"""`key` needs the header only, `signed` a signature, `trade` also the permission to trade."""
_WINDOW_MS, _LONGEST_MS, _AHEAD_MS = 5000, 60000, 1000
_MICROSECONDS = 10**15
"""A timestamp from here on is in microseconds."""


def authorise(
    level: Level,
    key: str | None,
    accounts: Mapping[str, SimAccount],
    *,
    raw: str,
    params: Mapping[str, str],
    now_ms: int,
) -> SimAccount | None:
    """Return the account that a request acts for; None where none is needed.

    Args:
        level: What the endpoint asks for.
        key: The header `X-MBX-APIKEY`.
        accounts: By API key.
        raw: Query and body one after the other, as sent.
        params: The same, parsed.
        now_ms: The exchange's clock.

    Raises:
        ApiError: -2014, -2015, -1102, -1021 or -1022.
    """
    if level == "none":
        return None
    account = known(key, accounts)
    if level == "key":
        return account
    in_time(params, now_ms)
    signed(account, raw, params.get("signature"))
    if level == "trade" and "trade" not in account.permissions:
        raise rejected()
    return account


def known(key: str | None, accounts: Mapping[str, SimAccount]) -> SimAccount:
    """Return the account of an API key.

    Raises:
        ApiError: there is no key, or nobody has it.
    """
    if not key:
        raise ApiError(-2014, "API-key format invalid.", 401)
    account = accounts.get(key)
    if account is None or account.revoked:
        raise rejected()
    return account


def rejected() -> ApiError:
    """Return the answer to a key that may not."""
    return ApiError(-2015, "Invalid API-key, IP, or permissions for action.", 401)


def in_time(params: Mapping[str, str], now_ms: int) -> None:
    """Refuse a timestamp outside the window.

    Raises:
        ApiError: missing, malformed, too old or too far ahead.
    """
    text = params.get("timestamp")
    if not text or not text.isdigit():
        raise missing("timestamp")
    stamp = int(text) / 1000 if int(text) >= _MICROSECONDS else int(text)
    try:
        window = Decimal(params.get("recvWindow") or _WINDOW_MS)
    except InvalidOperation:
        raise missing("recvWindow") from None
    if window > _LONGEST_MS:
        raise ApiError(-1131, "recvWindow must be less than 60000.")
    if stamp >= now_ms + _AHEAD_MS:
        msg = "Timestamp for this request was 1000ms ahead of the server's time."
        raise ApiError(-1021, msg)
    if now_ms - stamp > window:
        raise ApiError(-1021, "Timestamp for this request is outside of the recvWindow.")


def signed(account: SimAccount, raw: str, signature: str | None) -> None:
    """Refuse a signature that is not the account's, of `raw` without the signature itself.

    Raises:
        ApiError: missing or wrong.
    """
    if not signature:
        raise missing("signature")
    text = "&".join(part for part in raw.split("&") if not part.startswith("signature="))
    verify = account.verify or partial(_hmac, account.secret)
    if not verify(text, signature):
        raise ApiError(-1022, "Signature for this request is not valid.")


def _hmac(secret: str, text: str, signature: str) -> bool:
    wanted = hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted, signature.lower())
