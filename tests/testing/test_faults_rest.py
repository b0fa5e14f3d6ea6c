"""Every fault of a request: what the client sees, and what the exchange has done meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ccxt
import pytest
import requests

from realtrade.testing.server.names import FAULTS, Scene
from realtrade.utils.clock import SystemClock
from tests.patience import wait_for
from tests.testing.conftest import KEY

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

CLOCK = SystemClock()
POST = {"method": "POST"}
MARKET = {"symbol": "BTCUSDT", "side": "BUY", "type": "MARKET", "quantity": "0.01"}


def orders(exchange: SimExchange) -> int:
    return len(exchange.truth(KEY).orders)


@pytest.mark.parametrize(
    ("name", "executed"),
    [
        ("reset_before", 0),
        ("reset_after", 1),
        ("lost_answer", 1),
        ("timeout_before", 0),
        ("timeout_after", 1),
    ],
)
def test_an_answer_that_never_comes(
    exchange: SimExchange, wire: Wire, name: str, executed: int
) -> None:
    fault = exchange.arm(name, match=POST, seconds=5)

    with pytest.raises((requests.ConnectionError, requests.Timeout)) as caught:
        wire.order(**MARKET, timeout=0.4)

    assert isinstance(caught.value, requests.ReadTimeout) is name.startswith("timeout")
    wait_for(lambda: (orders(exchange), fault.struck) == (executed, 1))
    seen = exchange.requests[-1]
    assert (seen.fault, seen.status, seen.executed) == (name, 0, bool(executed))


def test_a_reset_is_a_reset(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("reset_after", match=POST)

    with pytest.raises(requests.ConnectionError, match="reset by peer"):
        wire.order(**MARKET)


def test_ccxt_cannot_tell_a_lost_answer_from_a_lost_order(
    exchange: SimExchange, client: ccxt.binance
) -> None:
    client.load_markets()
    exchange.arm("lost_answer", match=POST)

    with pytest.raises(ccxt.NetworkError):
        client.create_order("BTC/USDT", "market", "buy", 0.01)

    assert orders(exchange) == 1


@pytest.mark.parametrize(
    ("name", "text"), [("empty", ""), ("null", "null"), ("object", "{}"), ("array", "[]")]
)
def test_an_answer_that_says_nothing(
    exchange: SimExchange, wire: Wire, name: str, text: str
) -> None:
    exchange.arm(name, match=POST)

    answer = wire.order(**MARKET)

    assert (answer.text, answer.status_code, orders(exchange)) == (text, 200, 1)


@pytest.mark.parametrize("name", ["empty", "null", "object", "array", "html"])
def test_ccxt_takes_an_empty_answer_for_an_order_without_id(
    exchange: SimExchange, client: ccxt.binance, name: str
) -> None:
    """The reason why an answer without ids has to count as unknown."""
    client.load_markets()
    exchange.arm(name, match=POST)

    order = client.create_order("BTC/USDT", "market", "buy", 0.01)

    assert (order["id"], orders(exchange)) == (None, 1)


def test_a_page_instead_of_an_answer(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("server_error", match=POST, status=502, body="html")

    answer = wire.order(**MARKET)

    assert (answer.status_code, answer.text[:6], orders(exchange)) == (502, "<html>", 0)


@pytest.mark.parametrize(("executed", "count"), [(False, 0), (True, 1)])
def test_a_server_error_may_hide_either(
    exchange: SimExchange, wire: Wire, executed: bool, count: int
) -> None:
    exchange.arm("server_error", match=POST, status=504, code=-1000, executed=executed)

    answer = wire.order(**MARKET)

    assert (answer.status_code, answer.json()["code"], orders(exchange)) == (504, -1000, count)


def test_half_an_answer(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("truncated", match=POST)

    answer = wire.order(**MARKET)

    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert (answer.text[0], orders(exchange)) == ("{", 1)


def test_somebody_elses_answer(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("foreign", match=POST)

    answer = wire.order(**MARKET, newClientOrderId="mine").json()

    assert (answer["clientOrderId"], answer["orderId"]) == ("somebody-elses-order", 999999999)
    assert exchange.truth(KEY).order("mine").status == "filled"


def test_a_giant_answer(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("giant", match=POST, megabytes=2)

    assert len(wire.order(**MARKET).content) > 2_000_000


def test_a_small_answer_that_unpacks_to_a_giant(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("bomb", match=POST, megabytes=4)

    answer = wire.order(**MARKET)

    assert int(answer.headers["Content-Length"]) < 50_000
    assert len(answer.content) > 4_000_000


def test_a_dripping_answer_outlives_a_timeout_per_read(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("drip", match=POST, seconds=0.002)
    before = CLOCK.monotonic_s()

    answer = wire.order(**MARKET, timeout=0.2)

    assert answer.json()["status"] == "FILLED"
    assert CLOCK.monotonic_s() - before > 0.5


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("rate_limited", 429, -1003),
        ("banned", 418, -1003),
        ("too_many_requests", 400, -1003),
        ("too_many_orders", 429, -1015),
        ("clock", 400, -1021),
        ("key_revoked", 401, -2015),
        ("bad_signature", 400, -1022),
        ("server_error", 503, -1008),
        ("refusal", 400, -1000),
    ],
)
def test_a_refusal_leaves_no_order(
    exchange: SimExchange, wire: Wire, name: str, status: int, code: int
) -> None:
    exchange.arm(name, match=POST)

    answer = wire.order(**MARKET)

    assert (answer.status_code, answer.json()["code"], orders(exchange)) == (status, code, 0)


@pytest.mark.parametrize(
    ("name", "options", "wanted"),
    [
        ("rate_limited", {}, None),
        ("rate_limited", {"retry_after": 7}, "7"),
        ("banned", {}, "120"),
    ],
)
def test_how_long_to_wait_is_said_or_not(
    exchange: SimExchange, wire: Wire, name: str, options: dict[str, Any], wanted: str | None
) -> None:
    exchange.arm(name, **options)

    assert wire.ask("GET", "/api/v3/ping").headers.get("Retry-After") == wanted


def test_a_refusal_says_what_it_is_told_to(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("refusal", match=POST, code=-2010, msg="Duplicate order sent.")

    assert wire.order(**MARKET).json() == {"code": -2010, "msg": "Duplicate order sent."}
    assert orders(exchange) == 0


def test_an_unknown_result_was_executed(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("unknown_result", match=POST)

    answer = wire.order(**MARKET)

    assert (answer.status_code, answer.json()["code"], orders(exchange)) == (503, -1007, 1)


def test_an_order_can_be_invisible_for_a_while(exchange: SimExchange, wire: Wire) -> None:
    wire.order(**MARKET, newClientOrderId="mine")
    which: dict[str, Any] = {"symbol": "BTCUSDT", "origClientOrderId": "mine"}
    exchange.arm("invisible", times=2, match={"method": "GET", "path": "/api/v3/order"})

    answers = [wire.signed("GET", "/api/v3/order", **which).json() for _ in range(3)]

    assert [one.get("code") for one in answers] == [-2013, -2013, None]


def test_a_request_can_be_delivered_twice(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("duplicate_delivery", times=2, match=POST)
    wire.order(**MARKET, newClientOrderId="market")
    resting = {"type": "LIMIT", "timeInForce": "GTC", "price": "40000"}

    answer = wire.order(**(MARKET | resting), newClientOrderId="limit")

    ids = [one.client_order_id for one in exchange.truth(KEY).orders]
    assert ids == ["market", "market", "limit"]
    assert answer.json() == {"code": -2010, "msg": "Duplicate order sent."}


def test_a_request_can_arrive_long_after_the_client_left(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("late", match=POST, seconds=0.5)

    with pytest.raises(requests.Timeout):
        wire.order(**MARKET, timeout=0.1)

    wait_for(lambda: orders(exchange) == 1)
    (order,) = exchange.truth(KEY).orders
    assert order.created_ms - exchange.requests[-1].time_ms >= 500


def test_a_slow_answer_is_overtaken(exchange: SimExchange, wire: Wire) -> None:
    from tests.testing.wire import user_stream

    exchange.arm("slow", match=POST, seconds=0.3)
    with user_stream(exchange) as ear:
        before = CLOCK.monotonic_s()
        answer = wire.order(**MARKET)
        took = CLOCK.monotonic_s() - before
        event = ear.hear()["event"]

    assert event["i"] == answer.json()["orderId"]
    assert took >= 0.3


def test_connections_are_refused_and_accepted_again(exchange: SimExchange, wire: Wire) -> None:
    exchange.refuse_connections()
    with pytest.raises(requests.ConnectionError, match="refused"):
        wire.ask("GET", "/api/v3/ping")

    exchange.refuse_connections(refused=False)

    assert wire.ask("GET", "/api/v3/ping").status_code == 200


def test_a_fault_strikes_what_it_matches_as_often_as_told(
    exchange: SimExchange, wire: Wire
) -> None:
    match = {"path": "/api/v3/ti*", "method": "GET"}
    fault = exchange.arm("server_error", times=2, match=match, after=1)

    statuses = [wire.ask("GET", "/api/v3/time").status_code for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert wire.ask("GET", "/api/v3/ping").status_code == 200
    assert (fault.struck, exchange.faults.armed) == (2, ())


def test_a_fault_may_look_at_any_parameter(exchange: SimExchange, wire: Wire) -> None:
    exchange.arm("lost_answer", times=-1, match={"newClientOrderId": "rt*", "symbol": "BTCUSDT"})

    assert wire.order(**MARKET, newClientOrderId="other").status_code == 200
    with pytest.raises(requests.ConnectionError):
        wire.order(**MARKET, newClientOrderId="rt-1")
    exchange.faults.clear("lost_answer")
    assert wire.order(**MARKET, newClientOrderId="rt-2").status_code == 200


def test_an_unknown_fault_is_refused_by_name(exchange: SimExchange) -> None:
    with pytest.raises(
        ValueError, match=r"no fault is named 'los_answer'; there are .*lost_answer"
    ):
        exchange.arm("los_answer")


@pytest.mark.parametrize(
    "name", [name for name, kind in FAULTS.items() if kind.scene is Scene.REQUEST]
)
def test_every_named_fault_of_a_request_spoils_it(
    exchange: SimExchange, wire: Wire, name: str
) -> None:
    """No name in the table without an effect: an honest answer is the failure here."""
    honest = wire.ask("GET", "/api/v3/time").text
    before = CLOCK.monotonic_s()
    exchange.arm(name, seconds=0.05, megabytes=1)

    try:
        spoiled = wire.ask("GET", "/api/v3/time", timeout=3)
    except requests.RequestException:
        return

    differs = spoiled.status_code != 200 or len(spoiled.text) != len(honest)
    took = CLOCK.monotonic_s() - before
    assert exchange.requests[-1].fault == name
    # the time of day has no ids to mistake, and to be told twice does not show
    assert differs or took >= 0.05 or name in {"foreign", "duplicate_delivery"}
