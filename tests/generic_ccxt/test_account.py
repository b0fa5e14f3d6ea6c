"""Reading an account by ccxt's unified methods: every trade once, whatever the pages are like."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, cast

import pytest

from realtrade.common.rest.ccxt_errors import Told
from realtrade.common.rest.errors import NoAnswer, OddAnswer
from realtrade.generic_ccxt import answers
from realtrade.generic_ccxt.account import Reader, cursor
from realtrade.generic_ccxt.executions import DAY_MS
from realtrade.generic_ccxt.names import PLAIN, Names
from realtrade.generic_ccxt.traits import Traits
from realtrade.model.order import OrderIntent, OrderStatus, OrderType, Position, Side
from realtrade.plugins.ports.gateway import Outcome

D = Decimal
NOW_MS = 1_700_000_000_000
SYMBOL = "BTC/USDT"


def trade(number: str, time_ms: int, **changes: Any) -> dict[str, Any]:
    fee = {"cost": "0.1", "currency": "USDT"}
    row = {"id": number, "order": "7", "timestamp": time_ms, "side": "buy", "amount": "0.5"}
    return {**row, "price": "100", "fee": fee, "takerOrMaker": "maker", **changes}


def order(**changes: Any) -> dict[str, Any]:
    row = {"id": "7", "clientOrderId": "ours", "symbol": SYMBOL, "side": "buy", "type": "limit"}
    return {**row, "status": "open", "amount": "2", "filled": "0", "price": "90", **changes}


class FakeStore:
    """Answers as a test wants, and notes what it was asked."""

    market_type = "spot"
    NAME = "fake"

    def __init__(self, trades: list[dict[str, Any]] | None = None) -> None:
        self.trades = trades or []
        self.limit: int | None = 2
        self.days: int | None = None
        self.ends = True
        self.answers: dict[str, Any] = {"fetch_order": order()}
        self.asked: list[tuple[Any, ...]] = []
        self.traits = Traits()

    def now_ms(self) -> int:
        return NOW_MS

    def features(self) -> dict[str, Any]:
        return {"fetchMyTrades": {"limit": self.limit, "untilDays": self.days}}

    def outcome_of(self, error: Exception) -> Outcome:
        return error.outcome if isinstance(error, Told) else Outcome.UNKNOWN

    def read(self, method: str, *args: Any, **_: Any) -> Any:
        self.asked.append((method, *args))
        if method == "fetch_my_trades":
            return self._page(*args)
        told = self.answers[method]
        if isinstance(told, Exception):
            raise told
        return told

    def _page(self, symbol: str, since: int, limit: int, more: dict[str, int]) -> Any:
        until = more.get("until", NOW_MS) if self.ends else NOW_MS
        fit = [row for row in self.trades if since <= row["timestamp"] <= until]
        return sorted(fit, key=lambda row: row["timestamp"])[:limit]


class Newest(FakeStore):
    """Answers a span with its newest trades, at most a page of them."""

    page = 1_000

    def _page(self, symbol: str, since: int, limit: int, more: dict[str, int]) -> Any:
        return super()._page(symbol, since, 10_000, more)[-min(limit, self.page) :]


def reader(store: FakeStore) -> Reader:
    return Reader(cast("Any", store), Names(PLAIN))


def numbers(store: FakeStore, after: str) -> list[str]:
    return [fill.trade_id for fill in reader(store).fills(SYMBOL, after)]


class TestTrades:
    def test_all_pages_are_read_and_every_trade_comes_once(self) -> None:
        rows = [trade(str(n), NOW_MS - 10_000 + 1_000 * n) for n in range(7)]

        assert numbers(FakeStore(rows), f"ms:{NOW_MS - 20_000}") == [str(n) for n in range(7)]

    def test_an_exchange_that_tells_of_a_span_is_asked_span_by_span(self) -> None:
        rows = [trade(str(n), NOW_MS - n * DAY_MS // 2 - 1) for n in range(8)]
        store = FakeStore(rows)
        store.limit, store.days = 100, 1

        assert numbers(store, f"ms:{NOW_MS - 4 * DAY_MS}") == [str(n) for n in reversed(range(8))]
        untils = [one[4] for one in store.asked if one[0] == "fetch_my_trades"]
        assert [bool(one) for one in untils] == [True, True, True, True, False][-len(untils) :]

    def test_reading_goes_on_behind_a_cursor_also_within_a_millisecond(self) -> None:
        rows = [trade("9", NOW_MS - 5), trade("10", NOW_MS - 5), trade("x", NOW_MS - 4)]
        store = FakeStore(rows)
        store.limit = None
        first = reader(store).fills(SYMBOL, f"ms:{NOW_MS - 60_000}")

        assert [fill.trade_id for fill in first] == ["9", "10", "x"]
        assert cursor(first[0]) == f"at:{NOW_MS - 5}:9"
        assert numbers(store, cursor(first[0])) == ["10", "x"]
        assert numbers(store, cursor(first[1])) == ["x"]
        assert numbers(store, cursor(first[2])) == []

    @pytest.mark.parametrize("limit", [2, 3, 7, 8])
    @pytest.mark.parametrize("days", [None, 1])
    def test_an_exchange_that_tells_the_newest_first_is_asked_back(
        self, limit: int, days: int | None
    ) -> None:
        """Source: ccxt's okx, `fetch_my_trades`: with a start it tells the most recent ones."""
        rows = [trade(str(n), NOW_MS - 3 * DAY_MS + n * DAY_MS // 3) for n in range(8)]
        store = Newest(rows)
        store.limit, store.days = limit, days

        assert numbers(store, f"ms:{NOW_MS - 4 * DAY_MS}") == [str(n) for n in range(8)]

    def test_pages_of_fifty_may_be_full_where_nothing_is_said_of_them(self) -> None:
        """Source: "Get trades history" of Kraken, which has fifty on a page, the newest first."""
        rows = [trade(str(n), NOW_MS - 1_000_000 + 5_000 * n) for n in range(120)]
        store = Newest(rows)
        store.limit, store.page = None, 50

        assert numbers(store, f"ms:{NOW_MS - 2_000_000}") == [str(n) for n in range(120)]

    def test_more_at_once_than_a_page_has_is_an_error(self) -> None:
        store = FakeStore([trade(str(n), NOW_MS - 5) for n in range(3)])

        with pytest.raises(OddAnswer, match="more trades at"):
            numbers(store, f"ms:{NOW_MS - 10}")

    def test_an_exchange_that_knows_no_end_of_a_span_is_asked_onward(self) -> None:
        rows = [trade(str(n), NOW_MS - 100_000 + 10_000 * n) for n in range(7)]
        store = FakeStore(rows)
        store.ends = False

        assert numbers(store, f"ms:{NOW_MS - 200_000}") == [str(n) for n in range(7)]

    def test_pages_that_never_end_are_an_error(self) -> None:
        class Endless(FakeStore):
            def _page(self, symbol: str, since: int, limit: int, more: dict[str, int]) -> Any:
                return [trade(f"{since}-{n}", since + 1) for n in range(limit)]

        with pytest.raises(OddAnswer, match="more trades than can be read"):
            numbers(Endless(), f"ms:{NOW_MS - 10**9}")

    @pytest.mark.parametrize("text", ["12345", "at:x:1", "ms:", "since:5"])
    def test_what_is_no_cursor(self, text: str) -> None:
        with pytest.raises(LookupError, match="cursor"):
            numbers(FakeStore(), text)

    @pytest.mark.parametrize("told", [{}, "no", [1]])
    def test_what_is_no_list(self, told: Any) -> None:
        store = FakeStore()
        store._page = lambda *_: told  # type: ignore[method-assign]  # answers oddly

        with pytest.raises(OddAnswer, match="expected a list"):
            numbers(store, "ms:1")


class TestOwners:
    def test_an_order_nobody_knows_is_asked_for_once(self) -> None:
        store = FakeStore([trade("1", NOW_MS - 9), trade("2", NOW_MS - 8)])
        store.limit = None

        fills = reader(store).fills(SYMBOL, f"ms:{NOW_MS - 60_000}")

        assert [fill.client_order_id for fill in fills] == ["ours", "ours"]
        assert [one[0] for one in store.asked].count("fetch_order") == 1

    def test_one_the_exchange_has_forgotten_is_nobodys(self) -> None:
        store = FakeStore([trade("1", NOW_MS - 9)])
        store.answers["fetch_order"] = Told("gone", Outcome.ABSENT)

        (fill,) = reader(store).fills(SYMBOL, f"ms:{NOW_MS - 60_000}")

        assert fill.client_order_id == ""

    def test_one_that_cannot_be_asked_for_stops_the_reading(self) -> None:
        store = FakeStore([trade("1", NOW_MS - 9)])
        store.answers["fetch_order"] = NoAnswer("nothing came")

        with pytest.raises(NoAnswer):
            reader(store).fills(SYMBOL, f"ms:{NOW_MS - 60_000}")

    def test_another_order_than_was_asked_for(self) -> None:
        store = FakeStore()
        store.answers["fetch_order"] = order(id="8")

        with pytest.raises(OddAnswer, match="another one was told"):
            reader(store).order(SYMBOL, "7")


class TestWords:
    @pytest.mark.parametrize(
        ("row", "status", "filled"),
        [
            (order(status="closed", filled="2"), OrderStatus.FILLED, D(2)),
            (order(status="closed", filled="1"), OrderStatus.CANCELLED, D(1)),
            (order(status="closed", filled=None), OrderStatus.FILLED, D(2)),
            (order(status="open", filled="1"), OrderStatus.PARTIALLY_FILLED, D(1)),
            (order(status="expired", filled="1"), OrderStatus.EXPIRED, D(1)),
        ],
    )
    def test_closed_is_read_with_care(
        self, row: dict[str, Any], status: OrderStatus, filled: Decimal
    ) -> None:
        told = answers.order(row, Names(PLAIN))

        assert (told.status, told.filled, told.quantity) == (status, filled, D(2))

    @pytest.mark.parametrize("row", [None, order(amount=None), order(id=None), order(side="up")])
    def test_what_is_no_order(self, row: Any) -> None:
        with pytest.raises(OddAnswer):
            answers.order(row, Names(PLAIN))

    @pytest.mark.parametrize(
        ("changes", "fee", "currency"),
        [
            ({}, D("0.1"), "USDT"),
            ({"fee": None}, D(0), "USDT"),
            ({"fee": {"cost": "0.001", "currency": "BNB"}}, D("0.001"), "BNB"),
            (
                {
                    "fee": {"cost": "0", "currency": "USDT"},
                    "fees": [
                        {"cost": "0.2", "currency": "USDT"},
                        {"cost": "0.01", "currency": "BTC"},
                    ],
                },
                D("0.01"),
                "BTC",
            ),
        ],
    )
    def test_what_an_execution_cost(
        self, changes: dict[str, Any], fee: Decimal, currency: str
    ) -> None:
        fill = answers.trade(trade("1", NOW_MS, **changes), SYMBOL, "ours")

        assert (fill.fee, fill.fee_currency, fill.maker) == (fee, currency, True)

    @pytest.mark.parametrize("changes", [{"id": None}, {"amount": "0"}, {"side": None}])
    def test_what_is_no_trade(self, changes: dict[str, Any]) -> None:
        with pytest.raises(OddAnswer, match="no trade of BTC/USDT"):
            answers.trade(trade("1", NOW_MS, **changes), SYMBOL, "ours")

    @pytest.mark.parametrize("row", [None, {}, {"id": None}, []])
    def test_an_answer_without_an_id_places_nothing(self, row: Any) -> None:
        intent = OrderIntent(
            client_order_id="ours",
            symbol=SYMBOL,
            feed="btc",
            side=Side.BUY,
            type=OrderType.MARKET,
            quantity=D(1),
        )
        with pytest.raises(OddAnswer, match="tells of no order"):
            answers.placed(row, intent, Names(PLAIN))
        assert answers.placed({"id": "7", "clientOrderId": "x"}, intent, Names(PLAIN)) is None


class TestMoney:
    @pytest.mark.parametrize(
        ("wallet", "total", "free"), [("equity", D(990), D(900)), ("wallet", D(1000), D(900))]
    )
    def test_a_wallet_is_without_what_positions_have_gained(
        self, wallet: Any, total: Decimal, free: Decimal
    ) -> None:
        store = FakeStore()
        store.market_type = "swap"
        store.traits = Traits(wallet=wallet)
        position: dict[str, Any] = {"symbol": "BTC/USDT:USDT", "contracts": "2", "side": "short"}
        position |= {"entryPrice": "100", "unrealizedPnl": "10", "hedged": False}
        store.answers |= {
            "fetch_positions": [position],
            "fetch_balance": {"free": {"USDT": "900"}, "used": {"USDT": "100"}},
        }

        state = reader(store).state()

        assert state.positions == {"BTC/USDT:USDT": Position(D(-2), D(100))}
        assert (state.balances["USDT"].total, state.balances["USDT"].free) == (total, free)
        assert not state.hedged

    def test_an_account_in_hedge_mode_is_told(self) -> None:
        store = FakeStore()
        store.market_type = "swap"
        row = {"symbol": "BTC/USDT:USDT", "contracts": "0", "hedged": True}
        store.answers |= {"fetch_positions": [row], "fetch_balance": {"free": {}, "used": {}}}

        assert reader(store).state().hedged

    def test_balances_that_are_none(self) -> None:
        store = FakeStore()
        store.market_type = "swap"
        store.answers |= {"fetch_positions": [], "fetch_balance": []}

        with pytest.raises(OddAnswer, match="balances"):
            reader(store).state()
