"""The levers over HTTP do what the Python methods do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.testing.conftest import KEY, SECRET

if TYPE_CHECKING:
    from realtrade.testing import SimExchange
    from tests.testing.wire import Wire

BTC = "BTC/USDT"


@pytest.fixture
def pull(exchange: SimExchange, wire: Wire) -> Any:
    def pull(lever: str, **arguments: Any) -> Any:
        return wire.session.post(f"{exchange.url}/control/{lever}", json=arguments, timeout=5)

    return pull


@pytest.fixture
def look(exchange: SimExchange, wire: Wire) -> Any:
    def look(what: str, **params: Any) -> Any:
        return wire.session.get(f"{exchange.url}/control/{what}", params=params, timeout=5)

    return look


def test_prices_move_and_are_told(pull: Any, look: Any) -> None:
    assert pull("move", symbol=BTC, price="51234.5").status_code == 200

    assert look("prices").json()[BTC] == "51234.5"


def test_an_account_trades_by_hand_and_its_truth_is_told(pull: Any, look: Any) -> None:
    pull("accounts", key="new", balances={"USDT": "1000"}, secret=SECRET)
    order = pull("order", key="new", symbol=BTC, side="buy", quantity="0.01").json()
    pull("deposit", key="new", asset="USDT", amount="5")

    truth = look("truth", key="new").json()

    assert order["status"] == "filled"
    assert truth["fills"][0]["fee"] == "0.00001000"
    assert truth["balances"]["USDT"]["free"] == "504.9999"


def test_faults_are_armed_listed_and_cleared(
    exchange: SimExchange, wire: Wire, pull: Any, look: Any
) -> None:
    pull("faults", name="server_error", times=3, match={"path": "/api/*"}, status=500)

    assert wire.ask("GET", "/api/v3/ping").status_code == 500
    assert [(one["name"], one["times"]) for one in look("faults").json()] == [("server_error", 2)]
    wire.session.delete(f"{exchange.url}/control/faults", timeout=5)
    assert wire.ask("GET", "/api/v3/ping").status_code == 200


def test_filters_clock_and_bars(exchange: SimExchange, pull: Any) -> None:
    pull("market", symbol=BTC, tick="0.5")
    pull("skew", milliseconds=5000)
    bar = pull("close_bar", symbol=BTC, timeframe="1m", open=1, high=2, low=1, close=2).json()

    assert str(exchange.core.desks[BTC].market.tick) == "0.5"
    assert exchange.clock.skew_ms == 5000
    assert (bar["high"], bar["close"]) == ("2.0", "2.0")


def test_requests_are_told(wire: Wire, look: Any) -> None:
    wire.ask("GET", "/api/v3/ping")

    (seen,) = look("requests").json()

    assert (seen["method"], seen["path"], seen["status"]) == ("GET", "/api/v3/ping", 200)


@pytest.mark.parametrize(
    ("lever", "arguments", "status", "said"),
    [
        ("faults", {"name": "nonsense"}, 400, "no fault is named 'nonsense'"),
        ("move", {"symbol": BTC}, 400, "TypeError"),
        ("move", {"symbol": BTC, "price": "x"}, 400, "InvalidOperation"),
        ("move", {"symbol": "X/Y", "price": "1"}, 409, "unknown symbol"),
        ("order", {"key": "x", "symbol": BTC, "side": "buy", "quantity": "1"}, 400, "KeyError"),
        ("order", {"key": KEY, "symbol": BTC, "side": "buy", "quantity": "9"}, 409, "balance"),
    ],
)
def test_what_cannot_be_is_said(
    pull: Any, lever: str, arguments: dict[str, Any], status: int, said: str
) -> None:
    answer = pull(lever, **arguments)

    assert answer.status_code == status
    assert said in answer.json()["error"]


def test_an_unknown_account_is_404(look: Any) -> None:
    assert look("truth", key="nobody").status_code == 404


def test_listening_stops_and_connections_drop(exchange: SimExchange, pull: Any) -> None:
    assert pull("drop").json() == 0
    pull("refuse", refused=True)  # this connection lives on

    assert pull("refuse", refused=False).status_code == 200


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_pages_in_a_browser_pull_no_levers(
    exchange: SimExchange, wire: Wire, headers: dict[str, str]
) -> None:
    answer = wire.session.get(f"{exchange.url}/control/prices", headers=headers, timeout=5)

    assert answer.status_code == 403
