"""What makes one connection, and the name it is found by."""

from __future__ import annotations

from typing import Any

import pytest

from realtrade.binance.config import Endpoints
from realtrade.common.rest.connection import Bases, Connection
from realtrade.plugins.secret import Secret

GIVEN = {"apikey": "the-api-key", "secret": "the-secret-itself"}


@pytest.mark.parametrize(
    ("given", "rest", "stream", "user_stream"),
    [
        (None, None, None, None),
        ("http://h:1", "http://h:1", "ws://h:1", "ws://h:1"),
        ("https://h/", "https://h", "wss://h", "wss://h"),
        ("wss://h", "https://h", "wss://h", "wss://h"),
        (Endpoints(rest="https://a"), "https://a", None, None),
        (
            Endpoints(rest="ws://a", stream="http://b", user_stream="https://c"),
            "http://a",
            "ws://b",
            "wss://c",
        ),
    ],
)
def test_one_base_serves_both_protocols(
    given: object, rest: str | None, stream: str | None, user_stream: str | None
) -> None:
    assert Bases.of(given) == Bases(rest, stream, user_stream)


class TestKey:
    def test_is_the_same_for_the_same_connection(self) -> None:
        hidden: dict[str, Any] = {
            "apikey": Secret("the-api-key"),
            "secret": Secret("the-secret-itself"),
        }

        assert Connection.of(**GIVEN).key == Connection.of(**hidden).key

    @pytest.mark.parametrize(
        "other",
        [
            {"apikey": "another"},
            {"secret": "another"},
            {"market_type": "swap"},
            {"testnet": True},
            {"proxy": "none"},
            {"endpoints": "http://127.0.0.1:1"},
            {"receive_window_ms": 1},
        ],
    )
    def test_differs_with_anything_that_matters(self, other: dict[str, Any]) -> None:
        assert Connection.of(**GIVEN).key != Connection.of(**{**GIVEN, **other}).key

    def test_and_nothing_else_has_a_secret_in_clear(self) -> None:
        made = Connection.of(**GIVEN)

        told = f"{made.key} {made!r} {made.account}"
        assert "the-api-key" not in told
        assert "the-secret-itself" not in told


def test_an_account_has_a_name_that_stays() -> None:
    assert Connection.of(**GIVEN).account == "24c94452"
    assert Connection.of().account == ""


@pytest.mark.parametrize("half", [{"apikey": "a"}, {"secret": "b"}])
def test_half_a_key_is_refused(half: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="go together"):
        Connection.of(**half)
