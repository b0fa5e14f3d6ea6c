"""Public prices and trades, over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import ccxt

    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

BTC = "BTC/USDT"


@pytest.mark.parametrize("base", ["/api/v3", "/fapi/v1"])
class TestTrades:
    @pytest.fixture(autouse=True)
    def moves(self, exchange: SimExchange, base: str) -> None:
        symbol = BTC if base == "/api/v3" else "BTC/USDT:USDT"
        for price in (100, 99, 101, 102):
            exchange.move(symbol, price)

    def ask(self, wire: Wire, path: str, **params: Any) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = wire.ask("GET", path, symbol="BTCUSDT", **params).json()
        return rows

    def test_the_latest(self, wire: Wire, base: str) -> None:
        rows = self.ask(wire, f"{base}/trades", limit=2)

        assert [(row["price"], row["isBuyerMaker"]) for row in rows] == [
            ("101.00000000", False),
            ("102.00000000", False),
        ]

    def test_aggregates_from_an_id_on(self, wire: Wire, base: str) -> None:
        whole = self.ask(wire, f"{base}/aggTrades")
        second = whole[1]["a"]

        part = self.ask(wire, f"{base}/aggTrades", fromId=second, limit=2)

        assert [row["p"] for row in whole] == [f"{price}.00000000" for price in (100, 99, 101, 102)]
        assert part == whole[1:3]
        assert whole[1]["m"] is True

    def test_aggregates_of_a_span(self, wire: Wire, base: str) -> None:
        whole = self.ask(wire, f"{base}/aggTrades")

        span = self.ask(wire, f"{base}/aggTrades", startTime=whole[0]["T"], endTime=whole[-1]["T"])

        assert span == whole


def test_ccxt_reads_them(exchange: SimExchange, client: ccxt.binance) -> None:
    exchange.move(BTC, 50_500)

    (trade,) = client.fetch_trades(BTC)

    assert (trade["price"], trade["amount"], trade["side"]) == (50_500, 0.001, "buy")
