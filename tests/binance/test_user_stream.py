"""What an account stream tells, compared with the ledger of the simulated exchange."""

from __future__ import annotations

import logging
import threading
from random import Random
from typing import TYPE_CHECKING, Any, Self

import pytest

from realtrade.binance import BinanceStore
from realtrade.binance.user_stream import BinanceAccountStream
from realtrade.common.streaming.settings import SocketSettings
from realtrade.model.account import Balance, BalancesChanged, OrderChanged
from realtrade.model.order import Fill, OrderStatus, OrderType, Side
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from tests.binance.hearing import HASTY_SOCKET
from tests.patience import wait_for

if TYPE_CHECKING:
    from realtrade.model.account import AccountEvent, VenueOrder
    from realtrade.model.instrument import MarketType

KEY = "canarykey0123456789abcdefghijklmnopqrstuvwxyz"
SECRET = "canarysecret0123456789abcdefghijklmnopqrstuv"  # noqa: S105 - of a simulated exchange
SYMBOL = {"spot": "BTC/USDT", "swap": "BTC/USDT:USDT"}


class Ear:
    """An `AccountSink` that remembers."""

    def __init__(self) -> None:
        self.events: list[AccountEvent] = []
        self.told: list[str] = []
        self.reasons: list[str] = []

    def publish(self, event: AccountEvent) -> None:
        self.events.append(event)

    def connected(self) -> None:
        self.told.append("connected")

    def lost(self, reason: str) -> None:
        self.told.append("lost")
        self.reasons.append(reason)

    @property
    def orders(self) -> list[VenueOrder]:
        return [one.order for one in self.events if isinstance(one, OrderChanged)]

    @property
    def fills(self) -> list[Fill]:
        found = (one.fill for one in self.events if isinstance(one, OrderChanged))
        return [fill for fill in found if fill is not None]

    @property
    def money(self) -> list[BalancesChanged]:
        return [one for one in self.events if isinstance(one, BalancesChanged)]


class Account:
    """An account on the simulated exchange, a store with its key, and the stream of it."""

    def __init__(self, market: MarketType, **socket: Any) -> None:
        self.market = market
        self.symbol = SYMBOL[market]
        self.ear = Ear()
        self.exchange = SimExchange()
        self._keep_s = socket.pop("keep_s", 1_800.0)
        self._socket = SocketSettings(**{**HASTY_SOCKET, **socket})

    def __enter__(self) -> Self:
        self.exchange.start()
        self.exchange.add_account(
            KEY, SECRET, {"USDT": "100000", "BTC": "1"}, futures={"USDT": "100000"}
        )
        self.store = BinanceStore(
            market_type=self.market, endpoints=self.exchange.url, apikey=KEY, secret=SECRET
        )
        self.stream = BinanceAccountStream(
            self.store,
            base=self.exchange.ws_url,
            clock=SystemClock(),
            random=Random(5),  # noqa: S311 - jitter is no secret
            socket=self._socket,
            keep_s=self._keep_s,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.stop()
        self.exchange.close()

    def begin(self) -> None:
        self.stream.start(self.ear)
        wait_for(lambda: self.ear.told == ["connected"])

    def place(self, client_order_id: str, **params: Any) -> None:
        name = "privatePostOrder" if self.market == "spot" else "fapiPrivatePostOrder"
        given = {"symbol": "BTCUSDT", "newClientOrderId": client_order_id, "quantity": "0.010"}
        self.store.call(name, given | params)

    def cancel(self, client_order_id: str, **params: Any) -> None:
        name = "privateDeleteOrder" if self.market == "spot" else "fapiPrivateDeleteOrder"
        self.store.call(name, {"symbol": "BTCUSDT", "origClientOrderId": client_order_id} | params)

    def true_fills(self) -> list[Fill]:
        return [
            Fill(
                trade_id=str(one.id),
                client_order_id=one.client_order_id,
                symbol=one.symbol,
                side=Side(one.side),
                quantity=one.quantity,
                price=one.price,
                fee=one.fee,
                fee_currency=one.fee_asset,
                maker=one.maker,
                time_ms=one.time_ms,
            )
            for one in self.exchange.truth(KEY).fills
        ]


LIMIT = {"side": "BUY", "type": "LIMIT", "timeInForce": "GTC", "price": "49000"}


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_orders_and_fills_are_told_as_the_ledger_has_them(market: MarketType) -> None:
    with Account(market) as account:
        account.begin()
        account.place("rt-market", side="BUY", type="MARKET")
        account.place("rt-limit", **LIMIT)
        account.exchange.move(account.symbol, "48900")
        account.place("rt-cancelled", **(LIMIT | {"price": "45000.5"}))
        account.cancel("rt-cancelled", **({"newClientOrderId": "x"} if market == "spot" else {}))
        wait_for(lambda: len(account.ear.orders) >= 6)
        ear = account.ear

        assert ear.fills == account.true_fills()

    assert [fill.client_order_id for fill in ear.fills] == ["rt-market", "rt-limit"]
    assert [fill.maker for fill in ear.fills] == [False, True]
    steps = [(one.client_order_id, one.status) for one in ear.orders]
    assert steps == [
        ("rt-market", OrderStatus.ACCEPTED),
        ("rt-market", OrderStatus.FILLED),
        ("rt-limit", OrderStatus.ACCEPTED),
        ("rt-limit", OrderStatus.FILLED),
        ("rt-cancelled", OrderStatus.ACCEPTED),
        ("rt-cancelled", OrderStatus.CANCELLED),
    ]
    resting = ear.orders[4]
    assert (resting.symbol, resting.side, resting.type) == (
        SYMBOL[market],
        Side.BUY,
        OrderType.LIMIT,
    )
    assert str(resting.quantity.normalize()) == "0.01"
    assert str(resting.limit_price) in ("45000.50000000", "45000.5")


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_money_is_told_as_the_ledger_has_it(market: MarketType) -> None:
    with Account(market) as account:
        account.begin()
        account.place("rt-market", side="BUY", type="MARKET")
        wait_for(lambda: account.ear.money and account.ear.fills)
        truth = account.exchange.truth(KEY)

    told: dict[str, Balance] = {}
    for event in account.ear.money:
        told |= event.balances
    if market == "spot":
        names = ("BTC", "USDT")
        true = {name: Balance(one.free, one.locked) for name, one in truth.balances.items()}
        assert told == {name: true[name] for name in names}
    else:
        totals = {name: one.total for name, one in told.items()}
        assert totals == {name: one.total for name, one in truth.futures.items()}
        (positions,) = (event.positions for event in account.ear.money if event.positions)
        held, true_one = positions[SYMBOL["swap"]], truth.positions[SYMBOL["swap"]]
        assert (held.quantity, held.price) == (true_one.quantity, true_one.entry_price)


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_a_lost_connection_is_told_and_so_is_its_return(market: MarketType) -> None:
    with Account(market) as account:
        account.begin()
        account.exchange.drop_connections()
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])
        account.place("rt-market", side="BUY", type="MARKET")
        wait_for(lambda: account.ear.fills)


def test_a_subscription_the_exchange_ends_is_made_anew() -> None:
    with Account("spot") as account:
        account.begin()
        account.exchange._server.soon(account.exchange.dialect.spot_users.terminate)
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])

    assert account.ear.reasons == ["the exchange has ended the subscription"]


def test_an_expired_listen_key_is_replaced() -> None:
    with Account("swap") as account:
        account.begin()
        with account.exchange.core.lock:
            account.exchange.dialect.services.listen_keys.end(KEY)
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])
        account.place("rt-market", side="BUY", type="MARKET")
        wait_for(lambda: account.ear.fills)

    assert account.ear.reasons == ["the listen key has expired"]


def test_a_listen_key_is_renewed_and_replaced_where_that_is_refused() -> None:
    with Account("swap", keep_s=0.1) as account:
        account.begin()
        wait_for(lambda: len(account.exchange.requests.of("PUT", "/fapi/v1/listenKey")) >= 2)
        assert account.ear.told == ["connected"]
        account.exchange.arm(
            "refusal", match={"method": "PUT", "path": "*listenKey"}, code=-1125, msg="none"
        )
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])

    assert account.ear.reasons == ["the listen key is not known any more"]


def test_a_shutdown_is_not_waited_for() -> None:
    with Account("spot") as account:
        account.begin()
        account.stream.socket._on_message('{"event":{"e":"serverShutdown","E":1}}', 0.0)
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])


@pytest.mark.parametrize(
    "text", ['{"e":"executionReport"}', '{"e":"executionReport","c":"","s":1}', '{"e":"exec', "7"]
)
def test_an_event_that_cannot_be_read_is_no_reason_to_trust_what_we_know(text: str) -> None:
    with Account("spot") as account:
        account.begin()
        errors: list[Exception] = []
        account.stream.socket.on("error", errors.append)
        account.stream.socket._handle(text, 0.0)
        wait_for(lambda: account.ear.told == ["connected", "lost", "connected"])

    (error,) = errors
    assert account.ear.reasons == [f"an event cannot be read: {type(error).__name__}"]


@pytest.mark.parametrize(
    ("market", "fault", "how", "reason"),
    [
        ("spot", "ws_subscribe_error", {}, "permissions for action. (-2015)"),
        ("swap", "key_revoked", {"match": {"path": "*listenKey"}}, "no listen key: "),
        ("swap", "ws_refuse", {}, "refused the handshake: status 503"),
    ],
)
def test_what_stands_in_the_way_is_told_without_secrets(
    market: MarketType,
    fault: str,
    how: dict[str, Any],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with Account(market) as account:
        account.exchange.arm(fault, **how)
        account.stream.start(account.ear)
        wait_for(lambda: account.ear.told == ["lost", "connected"])

    assert reason in account.ear.reasons[0]
    written = caplog.text + repr(account.ear.reasons)
    for hidden in (KEY, SECRET, "simListenKey", "signature="):
        assert hidden not in written


@pytest.mark.parametrize("market", ["spot", "swap"])
def test_stopping_ends_every_thread_and_tells_nothing(market: MarketType) -> None:
    before = threading.active_count()
    with Account(market) as account:
        account.begin()
        account.stream.stop()
        account.place("rt-market", side="BUY", type="MARKET")

    assert account.ear.told == ["connected"]
    assert account.ear.events == []
    assert threading.active_count() <= before


def test_a_conditional_order_is_told_under_its_own_id_and_its_fill_under_the_same() -> None:
    with Account("swap") as account:
        account.begin()
        params = {"symbol": "BTCUSDT", "side": "BUY", "type": "STOP_MARKET", "quantity": "0.010"}
        params |= {"algoType": "CONDITIONAL", "clientAlgoId": "rt-stop", "triggerPrice": "51000"}
        account.store.call("fapiPrivatePostAlgoOrder", params)
        account.exchange.move(SYMBOL["swap"], "51010")
        wait_for(lambda: account.ear.fills)
        fills = account.true_fills()
        wait_for(lambda: len(account.ear.orders) >= 3)

    assert account.ear.fills == fills
    first = account.ear.orders[0]
    assert first.venue_order_id.startswith("algo-")
    assert (first.type, first.status) == (OrderType.STOP, OrderStatus.ACCEPTED)
    assert str(first.stop_price) == "51000"
    assert {one.client_order_id for one in account.ear.orders} == {"rt-stop"}
    assert {one.type for one in account.ear.orders} == {OrderType.STOP}
