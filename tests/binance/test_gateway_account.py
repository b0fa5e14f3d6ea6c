"""What the gateway tells of the account equals the exchange's ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.binance.gateway import BinanceGateway
from realtrade.binance.setup import Setup
from realtrade.model.order import Position, Side
from realtrade.plugins.ports.gateway import GatewayError, Outcome
from tests.binance.conftest import KEY
from tests.binance.orders_made import BOTH, LIMIT, NAMES, STOP, SWAP, days_ago, intent, told

if TYPE_CHECKING:
    from realtrade.binance.store import BinanceStore
    from realtrade.testing import SimExchange


@SWAP
def test_a_conditional_order_that_has_fired_is_not_listed_as_open(
    gateway: BinanceGateway, store: BinanceStore, market: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(gateway.place(intent(market, **STOP)))
    read = store.read

    def fired(name: str, *args: Any, **kwargs: Any) -> Any:
        rows = read(name, *args, **kwargs)
        if name != "fapiPrivateGetOpenAlgoOrders":
            return rows
        return [{**row, "algoStatus": "TRIGGERED", "actualOrderId": "7"} for row in rows]

    assert len(gateway.open_orders([NAMES[market]])) == 1
    monkeypatch.setattr(store, "read", fired)

    assert gateway.open_orders([NAMES[market]]) == []


@BOTH
class TestFills:
    def test_equal_the_ledger(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        for number in range(3):
            gateway.place(intent(market, client_order_id=f"order-{number}"))

        fills = gateway.fills(NAMES[market], days_ago(gateway, 1))

        assert [
            (one.trade_id, one.client_order_id, one.quantity, one.price, one.fee, one.fee_currency)
            for one in fills
        ] == [
            (
                str(true.id),
                f"order-{number}",
                true.quantity,
                true.price,
                true.fee,
                true.fee_asset,
            )
            for number, true in enumerate(venue.truth(KEY).fills)
        ]
        assert all(one.side is Side.BUY and not one.maker for one in fills)

    def test_from_a_cursor_on(self, gateway: BinanceGateway, market: str) -> None:
        for number in range(3):
            gateway.place(intent(market, client_order_id=f"order-{number}"))
        first, *rest = gateway.fills(NAMES[market], days_ago(gateway, 1))

        assert gateway.fills(NAMES[market], first.trade_id) == rest
        assert gateway.fills(NAMES[market], rest[-1].trade_id) == []

    def test_long_after(self, gateway: BinanceGateway, market: str) -> None:
        gateway.place(intent(market))

        assert len(gateway.fills(NAMES[market], days_ago(gateway, 20))) == 1

    def test_none(self, gateway: BinanceGateway, market: str) -> None:
        assert gateway.fills(NAMES[market], days_ago(gateway, 3)) == []

    @pytest.mark.parametrize("page", [2, 3, 5])
    def test_page_after_page(
        self, gateway: BinanceGateway, market: str, page: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for number in range(5):
            gateway.place(intent(market, client_order_id=f"order-{number}"))
        monkeypatch.setattr("realtrade.binance.executions.PAGE", page)

        fills = gateway.fills(NAMES[market], days_ago(gateway, 1))

        assert [one.client_order_id for one in fills] == [f"order-{n}" for n in range(5)]

    def test_of_orders_of_before_a_restart_have_their_names(
        self, gateway: BinanceGateway, store: BinanceStore, market: str
    ) -> None:
        gateway.place(intent(market))

        (fill,) = BinanceGateway(store).fills(NAMES[market], days_ago(gateway, 1))

        assert fill.client_order_id == intent().client_order_id

    @pytest.mark.parametrize("cursor", ["", "ms:", "ms:soon", "abc", "id:5", "-5"])
    def test_a_cursor_that_is_none(self, gateway: BinanceGateway, market: str, cursor: str) -> None:
        with pytest.raises(GatewayError, match="cursor"):
            gateway.fills(NAMES[market], cursor)

    def test_in_the_answer_to_placing(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        answer = gateway.place(intent(market))

        if market == "swap":
            assert answer.fills == []
        else:
            (fill,), (true,) = answer.fills, venue.truth(KEY).fills
            assert (fill.trade_id, fill.quantity, fill.price, fill.fee, fill.fee_currency) == (
                str(true.id),
                true.quantity,
                true.price,
                true.fee,
                "BTC",
            )


class TestState:
    def test_spot_has_balances(self, gateway: BinanceGateway) -> None:
        gateway.place(intent(**LIMIT))

        state = gateway.state()

        assert (state.positions, state.hedged) == ({}, False)
        assert (state.balances["USDT"].free, state.balances["USDT"].locked) == (
            Decimal(9_600),
            Decimal(400),
        )
        assert state.balances["BTC"].total == 1

    @SWAP
    def test_swaps_have_positions(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        gateway.place(intent(market, side=Side.SELL, quantity="0.02"))

        state = gateway.state()

        (true,) = venue.truth(KEY).fills
        assert state.positions == {NAMES[market]: Position(Decimal("-0.02"), true.price)}
        assert state.balances["USDT"].total == Decimal(10_000) - true.fee
        assert state.balances["USDT"].free < state.balances["USDT"].total

    def test_no_answer_to_trust(self, gateway: BinanceGateway, venue: SimExchange) -> None:
        gateway.refuses(intent())
        venue.arm("array", 9, {"path": "/api/v3/account"})

        with pytest.raises(GatewayError):
            gateway.state()

    def test_what_passes_is_waited_for(self, gateway: BinanceGateway, venue: SimExchange) -> None:
        venue.arm("server_error", 2, {"path": "/api/v3/account"})

        assert gateway.state().balances["BTC"].total == 1

    def test_rules_that_have_moved_are_read_again(
        self, gateway: BinanceGateway, venue: SimExchange
    ) -> None:
        gateway.refuses(intent())
        venue.arm("refusal", 1, {"method": "POST"}, code=-1013, msg="Filter failure: LOT_SIZE")
        gateway.place(intent())

        for _ in range(2):
            gateway.state()

        asked = [one.path for one in venue.requests]
        assert asked.count("/api/v3/exchangeInfo") == 2


@SWAP
class TestSetup:
    def test_what_is_asked_for_is_set_and_read_back(
        self, store: BinanceStore, venue: SimExchange, market: str
    ) -> None:
        gateway = BinanceGateway(store, setup=Setup(store, leverage=7, margin="isolated"))

        told(gateway.place(intent(market)))
        told(gateway.place(intent(market, client_order_id="another")))

        (config,) = store.read("fapiPrivateGetSymbolConfig", {"symbol": "BTCUSDT"})
        assert (config["leverage"], config["marginType"]) == (7, "ISOLATED")
        asked = [one.path for one in venue.requests]
        assert asked.count("/fapi/v1/leverage") == 1

    def test_what_stands_is_left(
        self, store: BinanceStore, venue: SimExchange, market: str
    ) -> None:
        for _ in range(2):
            BinanceGateway(store, setup=Setup(store, leverage=7)).prepare([NAMES[market]])

        assert [one.path for one in venue.requests].count("/fapi/v1/leverage") == 1

    def test_hedge_mode_is_refused(self, store: BinanceStore, market: str) -> None:
        store.call("fapiPrivatePostPositionSideDual", {"dualSidePosition": "true"})
        gateway = BinanceGateway(store)

        assert gateway.state().hedged
        with pytest.raises(GatewayError, match="hedge mode"):
            gateway.prepare([NAMES[market]])
        answer = gateway.place(intent(market))
        assert (answer.outcome, "hedge mode" in answer.reason) == (Outcome.REJECTED, True)

    def test_what_cannot_be_set_is_told_and_nothing_sent(
        self, store: BinanceStore, venue: SimExchange, market: str
    ) -> None:
        gateway = BinanceGateway(store, setup=Setup(store, leverage=7))
        venue.arm("refusal", 9, {"path": "/fapi/v1/leverage"}, code=-4028, msg="Leverage")

        answer = gateway.place(intent(market))

        assert (answer.outcome, answer.code) == (Outcome.REJECTED, -4028)
        assert venue.truth(KEY).orders == ()

    def test_a_question_without_answer_sends_no_order(
        self, store: BinanceStore, venue: SimExchange, market: str
    ) -> None:
        gateway = BinanceGateway(store)
        gateway.refuses(intent(market))
        venue.arm("lost_answer", 9, {"path": "/fapi/v1/positionSide/dual"})

        answer = gateway.place(intent(market))

        assert answer.outcome is Outcome.NOT_SENT
        assert venue.truth(KEY).orders == ()


class TestCountdown:
    """Of USDⓈ-M: a process that falls silent has its resting orders cancelled."""

    @SWAP
    def test_cancels_what_rests_unless_it_is_ended(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        assert gateway.counts_down
        for number, (seconds, left) in enumerate(((1, 0), (0, 1), (1, 0))):
            gateway.place(intent(market, **LIMIT, client_order_id=f"order-{number}"))
            gateway.count_down(NAMES[market], seconds)
            venue.clock.skew_ms += 1_001
            venue.dialect.services.run_out()
            assert len(venue.truth(KEY).open_orders) == left
            gateway.resync()

    @BOTH
    def test_says_what_it_cannot(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        assert gateway.counts_down is (market == "swap")
        with pytest.raises(GatewayError, match="lists no NOBODY/USDT"):
            gateway.count_down("NOBODY/USDT", 1)

    @SWAP
    def test_believes_no_other_answer(
        self, gateway: BinanceGateway, venue: SimExchange, market: str
    ) -> None:
        venue.arm("object", match={"path": "*/countdownCancelAll"})

        with pytest.raises(GatewayError, match="tells of something else"):
            gateway.count_down(NAMES[market], 1)
