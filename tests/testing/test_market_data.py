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


@pytest.mark.parametrize("base", ["/api/v3", "/fapi/v1"])
def test_quotes_and_prices(exchange: SimExchange, wire: Wire, base: str) -> None:
    for symbol in (BTC, "BTC/USDT:USDT"):
        exchange.move(symbol, "51000")
    tick = "0.01" if base == "/api/v3" else "0.1"

    def ask(path: str) -> dict[str, Any]:
        answer: dict[str, Any] = wire.ask("GET", f"{base}/{path}", symbol="BTCUSDT").json()
        return answer

    assert ask("ticker/price")["price"] == "51000.00000000"
    book, day, depth = ask("ticker/bookTicker"), ask("ticker/24hr"), ask("depth")
    assert (book["bidPrice"], float(book["askPrice"])) == ("51000.00000000", 51_000 + float(tick))
    assert (day["lastPrice"], float(day["volume"])) == ("51000.00000000", 0)
    assert (len(depth["bids"]), float(depth["asks"][1][0])) == (5, 51_000 + 2 * float(tick))


@pytest.mark.parametrize(
    ("query", "symbols"),
    [("", ["BTCUSDT", "ETHUSDT"]), ('?symbols=["ETHUSDT"]', ["ETHUSDT"])],
)
def test_prices_of_many(wire: Wire, query: str, symbols: list[str]) -> None:
    rows = wire.ask("GET", f"/api/v3/ticker/price{query}").json()

    assert [row["symbol"] for row in rows] == symbols


def test_the_volume_of_a_day_is_that_of_its_bars(exchange: SimExchange, wire: Wire) -> None:
    for _ in range(3):
        exchange.close_bar(BTC, "1h", open=1, high=1, low=1, close=1, volume=4)

    day = wire.ask("GET", "/api/v3/ticker/24hr", symbol="BTCUSDT").json()

    assert day["volume"] == "12.00000000"


def test_the_average_price_is_the_price(exchange: SimExchange, wire: Wire) -> None:
    exchange.move(BTC, 7)

    assert wire.ask("GET", "/api/v3/avgPrice", symbol="BTCUSDT").json()["price"] == "7.00000000"


def test_a_list_that_is_no_json(wire: Wire) -> None:
    answer = wire.ask("GET", "/api/v3/exchangeInfo", symbols="[BTCUSDT")

    assert answer.json()["code"] == -1130
