"""Signatures of the WebSocket API, made by ccxt's own primitives with the client's key."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from realtrade.common.rest.errors import NotSent

if TYPE_CHECKING:
    from collections.abc import Mapping

_RSA_LENGTH = 120
"""A private key in PEM that is longer is RSA's, a shorter one is Ed25519's: ccxt's own rule."""


def signed(client: Any, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return `params` with key, time and signature, in the order in which they were signed.

    Source: Binance's WebSocket API, "Request security": parameters sorted by name.

    Raises:
        NotSent: the client has no key.
    """
    if not client.apiKey or not client.secret:
        raise NotSent("this needs api_key and secret")
    given = {**params, "apiKey": client.apiKey, "timestamp": client.milliseconds()}
    window = client.options.get("recvWindow")
    if window is not None:
        given.setdefault("recvWindow", window)
    ordered = dict(sorted(given.items()))
    return {**ordered, "signature": _signature(client, client.rawencode(ordered))}


def _signature(client: Any, query: str) -> str:
    secret: str = client.secret
    if "PRIVATE KEY" not in secret:
        made: str = client.hmac(client.encode(query), client.encode(secret), hashlib.sha256)
    elif len(secret) > _RSA_LENGTH:
        made = client.rsa(query, secret, "sha256")
    else:
        made = client.eddsa(client.encode(query), secret, "ed25519")
    return made
