"""What a store lists, where it goes, what it never says."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.store import BinanceStore
from realtrade.common.rest.errors import NotSent, RestError
from realtrade.common.rest.listing import Listing
from realtrade.model.instrument import Instrument
from realtrade.plugins.ports.gateway import Outcome
from realtrade.utils.timeframes import Timeframe
from tests.common.store.conftest import KEY, SECRET, Unified

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.testing import SimExchange
    from tests.common.store.conftest import Make

POOR = "Account has insufficient balance for requested action."
MINUTE = Timeframe.parse("1m")


class TestListings:
    def test_are_asked_for_once(self, make: Make, venue: SimExchange) -> None:
        store = make()
        for _ in range(3):
            store.get_markets()

        assert len(venue.requests.of("GET", "/api/v3/exchangeInfo")) == 1
        store.listings(reload=True)
        assert len(venue.requests.of("GET", "/api/v3/exchangeInfo")) == 2

    def test_are_handed_from_store_to_store(self, make: Make, venue: SimExchange) -> None:
        first, second = make(), make(apikey=None, secret=None)
        second.adopt(first)

        assert second.get_markets() == first.get_markets()
        assert len(venue.requests.of("GET", "/api/v3/exchangeInfo")) == 1

    def test_are_kept_on_disk(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        fetched: list[str] = []

        def listings(self: BinanceStore) -> list[Listing]:
            fetched.append(self.market_type)
            return [Listing(instrument=Instrument("A/B", "A", "B"), id="AB")]

        monkeypatch.setattr(BinanceStore, "_fetch_listings", listings)
        for _ in range(2):
            assert BinanceStore(cache=tmp_path).known("A/B").id == "AB"
        BinanceStore(cache=tmp_path, testnet=True).get_markets()

        assert fetched == ["spot", "spot"]
        assert sorted(path.name for path in tmp_path.iterdir()) == [
            "markets-binance-spot-real.json",
            "markets-binance-spot-testnet.json",
        ]

    def test_of_a_venue_at_an_address_of_its_own_are_not(self, make: Make, tmp_path: Path) -> None:
        make(cache=tmp_path).get_markets()

        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("market", "testnet", "host"),
    [
        ("spot", False, "https://api.binance.com"),
        ("swap", False, "https://fapi.binance.com"),
        ("spot", True, "https://testnet.binance.vision"),
        ("swap", True, "https://demo-fapi.binance.com"),
    ],
)
def test_the_test_venue_is_where_ccxt_has_it(market: str, testnet: bool, host: str) -> None:
    store = BinanceStore(market_type=market, testnet=testnet, proxy="none")
    name = "private" if market == "spot" else "fapiPrivate"

    signed = store.exchange.sign("ping", ["public" if market == "spot" else "fapiPublic"])

    assert store.rest_base == host
    assert signed["url"].startswith(f"{host}/")
    assert store.exchange.urls["api"][name].startswith(f"{host}/")


def test_no_secret_is_told_by_anything(
    make: Make, venue: SimExchange, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    store = make()
    told: list[str] = [repr(store), repr(store.connection), repr(vars(store)), repr(store.exchange)]
    for fault in ("lost_answer", "html", "bad_signature", "banned"):
        venue.arm(fault, 1, {"path": "/api/v3/account"})
        with pytest.raises(RestError) as caught:
            store.call("privateGetAccount")
        error: BaseException | None = caught.value
        while error is not None:
            told += [str(error), repr(error)]
            error = error.__cause__ or error.__context__
    told.append(caplog.text)
    signatures = [one.params["signature"] for one in venue.requests if "signature" in one.params]

    assert len(signatures) == 4
    canaries = [KEY, SECRET, *signatures]
    assert [word for word in canaries if any(word in text for text in told)] == []


def test_a_store_without_a_dialect_says_what_ccxt_thinks(make: Make, venue: SimExchange) -> None:
    store = make(Unified)
    store.get_markets()
    expected: dict[str, tuple[Outcome, dict[str, Any]]] = {
        "refusal": (Outcome.MARGIN, {"code": -2010, "msg": POOR}),
        "bad_signature": (Outcome.AUTH, {}),
        "clock": (Outcome.CLOCK, {}),
        "rate_limited": (Outcome.THROTTLED, {"retry_after": 1}),
        "lost_answer": (Outcome.UNKNOWN, {}),
        "server_error": (Outcome.UNKNOWN, {}),
    }
    found = {}
    for fault, (_, options) in expected.items():
        venue.arm(fault, 1, {"path": "/api/v3/account"}, **options)
        store.gate.hold(0)
        with pytest.raises(RestError) as caught:
            store.call("privateGetAccount")
        found[fault] = store.outcome_of(caught.value)

    assert found == {name: outcome for name, (outcome, _) in expected.items()}


def test_a_client_that_breaks_leaves_the_outcome_unknown(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = make()

    def broken(*_: Any) -> None:
        raise ZeroDivisionError("deep inside, signature=0123456789")

    monkeypatch.setattr(store.exchange, "sign", broken)
    with pytest.raises(RestError, match="ZeroDivisionError") as caught:
        store.call("privateGetAccount")
    assert "0123456789" not in str(caught.value)
    assert store.outcome_of(caught.value) is Outcome.UNKNOWN


def test_nothing_leaves_a_store_without_network() -> None:
    store = BinanceStore(endpoints="http://127.0.0.1:1", proxy="none")

    with pytest.raises(NotSent):
        store.call("publicGetPing")
