"""Signatures of the WebSocket API, checked with the example Binance prints and with other code."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from realtrade.binance.store import BinanceStore
from realtrade.common.rest.errors import NotSent
from realtrade.utils.clock import ManualClock

KEY = "vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A"
SECRET = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"  # noqa: S105 - printed in Binance's documentation
ORDER = {
    "symbol": "BTCUSDT",
    "side": "SELL",
    "type": "LIMIT",
    "timeInForce": "GTC",
    "quantity": "0.01000000",
    "price": "52000.00",
    "newOrderRespType": "ACK",
    "recvWindow": 100,
}


def store(secret: str, now_ms: int = 1645423376532) -> BinanceStore:
    return BinanceStore(apikey=KEY, secret=secret, proxy="none", clock=ManualClock(now_ms))


def test_the_example_of_the_documentation() -> None:
    """Spot WebSocket API, "SIGNED request example (HMAC)"."""
    signed = store(SECRET).signed(ORDER)

    assert signed["signature"] == (
        "cc15477742bd704c29492d96c7ead9414dfd8e0ec4a00f947bb5bb454ddbd08a"
    )
    assert list(signed) == [*sorted({*ORDER, "apiKey", "timestamp"}), "signature"]


def payload(signed: dict[str, Any]) -> bytes:
    return "&".join(f"{k}={v}" for k, v in signed.items() if k != "signature").encode()


def test_a_window_is_added() -> None:
    signed = store(SECRET).signed()

    assert (signed["recvWindow"], signed["timestamp"]) == (5_000, 1645423376532)
    expected = hmac.new(SECRET.encode(), payload(signed), hashlib.sha256).hexdigest()
    assert signed["signature"] == expected


def test_ed25519() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    signed = store(pem).signed({})

    key.public_key().verify(base64.b64decode(signed["signature"]), payload(signed))


def test_rsa() -> None:
    key = rsa.generate_private_key(65_537, 2_048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    signed = store(pem).signed({})

    signature = base64.b64decode(signed["signature"])
    key.public_key().verify(signature, payload(signed), padding.PKCS1v15(), SHA256())


def test_without_a_key() -> None:
    with pytest.raises(NotSent, match="api_key"):
        BinanceStore(proxy="none").signed()
