from __future__ import annotations

import pickle
import re
from base64 import b32encode
from hashlib import sha256

import pytest

from realtrade.execution.identity import LENGTH, Naming

NAMING = Naming("main", "btc-trend")
WISH = ("MyStrategy-0:btc_1h", "BTC/USDT", 1_500_000_000_000, 0)


@pytest.mark.parametrize("again", [Naming("main", "btc-trend"), pickle.loads(pickle.dumps(NAMING))])  # noqa: S301 - what we wrote
def test_the_same_wish_has_the_same_name_in_another_process(again: Naming) -> None:
    assert again.client_order_id(*WISH) == NAMING.client_order_id(*WISH)


def test_the_letters_are_base_32_of_the_hash_as_python_writes_it() -> None:
    text = "main|btc-trend|MyStrategy-0:btc_1h|BTC/USDT|1500000000000|0"
    hashed = b32encode(sha256(text.encode()).digest()).decode().lower()[:22]
    bot = b32encode(sha256(b"btc-trend").digest()).decode().lower()[:4]

    assert NAMING.client_order_id(*WISH) == f"rt{bot}-{hashed}-0"


def test_a_name_fits_binance_spot_and_futures() -> None:
    name = NAMING.client_order_id(*WISH)

    assert len(name) == LENGTH == 31
    assert re.fullmatch(r"[.A-Z:/a-z0-9_-]{1,36}", name)


@pytest.mark.parametrize(
    "other",
    [
        ("Other-0:btc_1h", "BTC/USDT", 1_500_000_000_000, 0),
        ("MyStrategy-0:btc_1h", "ETH/USDT", 1_500_000_000_000, 0),
        ("MyStrategy-0:btc_1h", "BTC/USDT", 1_500_000_060_000, 0),
        ("MyStrategy-0:btc_1h", "BTC/USDT", 1_500_000_000_000, 1),
    ],
)
def test_another_wish_has_another_name(other: tuple[str, str, int, int]) -> None:
    assert NAMING.client_order_id(*other) != NAMING.client_order_id(*WISH)


def test_another_account_or_bot_has_another_name() -> None:
    names = {Naming(account, bot).client_order_id(*WISH) for account in "ab" for bot in ("x", "y")}

    assert len(names) == 4


@pytest.mark.parametrize(("attempt", "last"), [(0, "0"), (9, "9"), (10, "a"), (35, "z")])
def test_the_last_letter_counts_attempts(attempt: int, last: str) -> None:
    name = NAMING.client_order_id(*WISH, attempt=attempt)

    assert name[:-1] == NAMING.client_order_id(*WISH)[:-1]
    assert name[-1] == last


@pytest.mark.parametrize("attempt", [-1, 36])
def test_refuses_an_attempt_without_a_letter(attempt: int) -> None:
    with pytest.raises(ValueError, match=f"attempt {attempt} is outside 0 to 35"):
        NAMING.client_order_id(*WISH, attempt=attempt)


def test_knows_its_own_names() -> None:
    name = NAMING.client_order_id(*WISH)

    assert NAMING.owns(name)
    assert not NAMING.owns(Naming("main", "other").client_order_id(*WISH))
    assert not NAMING.owns(name + "x")
    assert not NAMING.owns("web_1234567890123456789012345678")
