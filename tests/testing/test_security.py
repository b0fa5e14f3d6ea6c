"""Keys, signatures and times: what passes, and Binance's code for what does not."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.testing.conftest import KEY, SECRET, ccxt_client
from tests.testing.wire import Wire, sign

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

ACCOUNT = "/api/v3/account"


def test_the_documented_example_has_the_documented_signature() -> None:
    """Key, text and signature of Binance's own documentation (rest-api.md, HMAC keys)."""
    text = (
        "symbol=LTCBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1&price=0.1"
        "&recvWindow=5000&timestamp=1499827319559"
    )
    secret = "NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j"  # noqa: S105 - published

    assert sign(text, secret) == "c8db56825ae71d6d79447849e617115f4a920fa2acdcab2b053c4b2838bd6b71"


@pytest.mark.parametrize("body", [True, False], ids=["body", "query"])
def test_a_signature_counts_in_query_and_body(wire: Wire, body: bool) -> None:
    answer = wire.signed(
        "POST",
        "/api/v3/order",
        body=body,
        symbol="BTCUSDT",
        side="BUY",
        type="MARKET",
        quantity=1e-2,
    )

    assert answer.status_code == 200, answer.text


def test_a_signature_covers_query_and_body_together(exchange: SimExchange, wire: Wire) -> None:
    query, body = "symbol=BTCUSDT&side=BUY&type=MARKET", "quantity=0.01"
    body += f"&timestamp={exchange.clock.now_ms()}"

    answer = wire.session.post(
        f"{exchange.url}/api/v3/order?{query}",
        data=f"{body}&signature={sign(query + body)}",
        headers={"X-MBX-APIKEY": KEY, "Content-Type": "application/x-www-form-urlencoded"},
        timeout=20,
    )

    assert answer.status_code == 200, answer.text


def test_case_of_an_hmac_signature_does_not_matter(exchange: SimExchange, wire: Wire) -> None:
    text = f"timestamp={exchange.clock.now_ms()}"

    answer = wire.ask("GET", f"{ACCOUNT}?{text}&signature={sign(text).upper()}")

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("key", "secret", "status", "code"),
    [
        ("", SECRET, 401, -2014),
        ("somebody-else", SECRET, 401, -2015),
        (KEY, "wrong", 400, -1022),
    ],
)
def test_who_may_not(exchange: SimExchange, key: str, secret: str, status: int, code: int) -> None:
    with Wire(exchange, key, secret) as wire:
        answer = wire.signed("GET", ACCOUNT)

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_no_signature_is_a_missing_parameter(exchange: SimExchange, wire: Wire) -> None:
    answer = wire.ask("GET", ACCOUNT, timestamp=exchange.clock.now_ms())

    assert answer.json() == {
        "code": -1102,
        "msg": "Mandatory parameter 'signature' was not sent, was empty/null, or malformed.",
    }


@pytest.mark.parametrize(
    ("behind_ms", "window", "code"),
    [
        (0, None, None),
        (4_000, None, None),
        (6_000, None, -1021),
        (6_000, 10_000, None),
        (61_000, 60_000, -1021),
        (0, 60_001, -1131),
        (-500, None, None),
        (-2_000, None, -1021),
    ],
)
def test_the_window_in_which_a_request_is_valid(
    exchange: SimExchange, wire: Wire, behind_ms: int, window: int | None, code: int | None
) -> None:
    extra: dict[str, Any] = {} if window is None else {"recvWindow": window}

    answer = wire.signed(
        "GET", ACCOUNT, timestamp=exchange.clock.now_ms() - behind_ms, **extra
    ).json()

    assert answer.get("code") == code


def test_a_clock_set_wrong_shows_in_time_and_refusals(exchange: SimExchange, wire: Wire) -> None:
    honest_ms = exchange.clock.now_ms()
    exchange.clock.skew_ms = 10_000

    told_ms = wire.ask("GET", "/api/v3/time").json()["serverTime"]
    refused = wire.signed("GET", ACCOUNT, timestamp=honest_ms).json()

    assert 10_000 <= told_ms - honest_ms < 12_000
    assert refused["code"] == -1021
    assert wire.signed("GET", ACCOUNT, timestamp=told_ms).status_code == 200


def test_a_key_that_may_only_read(exchange: SimExchange) -> None:
    exchange.add_account("reader", "s", {"USDT": 100}, permissions=["read"])
    with Wire(exchange, "reader", "s") as wire:
        order = wire.order(symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.001")
        rights = wire.signed("GET", "/sapi/v1/account/apiRestrictions").json()

    assert (order.status_code, order.json()["code"]) == (401, -2015)
    assert (rights["enableReading"], rights["enableSpotAndMarginTrading"]) == (True, False)
    assert rights["enableWithdrawals"] is False


def test_a_revoked_key_is_unknown_until_it_is_given_back(exchange: SimExchange, wire: Wire) -> None:
    exchange.by_hand.revoke(KEY)
    assert wire.signed("GET", ACCOUNT).json()["code"] == -2015

    exchange.by_hand.revoke(KEY, revoked=False)

    assert wire.signed("GET", ACCOUNT).status_code == 200


def test_secrets_show_in_no_representation(exchange: SimExchange) -> None:
    assert SECRET not in repr(exchange.account(KEY))


def test_an_ed25519_key_signs_what_the_exchange_verifies(exchange: SimExchange) -> None:
    """Signed by ccxt, verified by the cryptography library: neither is ours."""
    private = ed25519.Ed25519PrivateKey.generate()
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()

    def verify(text: str, signature: str) -> bool:
        try:
            private.public_key().verify(base64.b64decode(signature), text.encode())
        except InvalidSignature:
            return False
        return True

    exchange.add_account("ed", "", {"USDT": 100}, verify=verify)
    client = ccxt_client(exchange)
    client.apiKey, client.secret = "ed", pem
    try:
        assert client.fetch_balance()["USDT"]["total"] == 100
    finally:
        client.session.close()
    with Wire(exchange, "ed", "wrong") as wire:
        assert wire.signed("GET", ACCOUNT).json()["code"] == -1022
