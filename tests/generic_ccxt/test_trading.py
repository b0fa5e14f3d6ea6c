"""Whether an exchange may be traded through ccxt: told by validate, by doctor, at a start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ccxt
import pytest
from pydantic import ValidationError

from realtrade.generic_ccxt.config import CcxtConfig
from realtrade.generic_ccxt.exchange import CcxtExchange, build
from realtrade.generic_ccxt.names import GATE, LETTERS, PLAIN, UUID, Names
from realtrade.generic_ccxt.unfit import NEEDED, UNFIT
from realtrade.model.order import OrderIntent, OrderType, Side
from realtrade.plugins.errors import SettingWrong
from realtrade.plugins.ports import FeedRequest, TakesNoOrders
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.gateway import GatewayError
from realtrade.plugins.secret import Secret
from realtrade.recipe import check_recipe
from realtrade.testing import SimExchange
from realtrade.utils.clock import SystemClock
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from realtrade.generic_ccxt.names import Spelling

    Connect = Callable[..., CcxtExchange]

KEYS = {"api_key": {"env": "K"}, "secret": {"env": "S"}}
OURS = "rtfwux-nzlvkt5fybdlb7xuuyt3tf-0"


@pytest.fixture
def venue() -> Iterator[SimExchange]:
    with SimExchange(["BTC/USDT", "BTC/USDT:USDT"]) as running:
        running.add_account("key", "secret", {"USDT": 1_000}, futures={"USDT": 1_000})
        running.move("BTC/USDT", 100)
        running.move("BTC/USDT:USDT", 100)
        yield running


@pytest.fixture
def connect(venue: SimExchange, tmp_path: Path) -> Iterator[Connect]:
    made: list[CcxtExchange] = []

    def connected(name: str = "binance", *, testnet: bool = False, **settings: Any) -> CcxtExchange:
        given = {"id": name, "endpoints": venue.url, "proxy": "none", **settings}
        secrets = {"K": Secret("key"), "S": Secret("secret")}
        context = BuildContext(
            name="exchange",
            folder=tmp_path,
            clock=SystemClock(),
            testnet=testnet,
            secret=lambda reference: secrets[reference.name],
        )
        made.append(build(CcxtConfig.model_validate(given), context))
        return made[-1]

    yield connected
    for one in made:
        one.close()


def lacking() -> Iterator[tuple[str, str]]:
    for name in ccxt.exchanges:
        has = getattr(ccxt, name)().has
        missing = [method for method in NEEDED["spot"] if not has.get(method)]
        if missing:
            yield name, missing[0]


def test_what_is_said_of_ccxt_without_asking_it_is_true() -> None:
    assert dict(lacking()) == dict(UNFIT)


@pytest.mark.parametrize(("mode", "refused"), [("paper", False), ("testnet", True), ("live", True)])
def test_a_recipe_is_told_while_it_is_checked(tmp_path: Path, mode: str, refused: bool) -> None:
    recipe = tmp_path / "bot.yaml"
    exchange = "{type: ccxt, id: upbit, api_key: {env: K}, secret: {env: S}}"
    strategy = "{type: ma_cross}"
    recipe.write_text(
        f"realtrade: v1\nname: bot\nmode: {mode}\nexchange: {exchange}\n"
        f"feeds: {{btc: {{symbol: BTC/USDT, timeframe: 1h}}}}\nstrategy: {strategy}\n"
    )

    told = [one.message for one in check_recipe(recipe) if one.code == "RT306"]

    assert told == (
        [f"mode '{mode}' is impossible: ccxt has no fetchMyTrades of 'upbit'"] if refused else []
    )


def test_settings_say_what_they_know() -> None:
    fit, unfit = CcxtConfig(id="kraken"), CcxtConfig(id="upbit")

    assert isinstance(fit, TakesNoOrders)
    assert fit.no_orders() is None
    assert unfit.no_orders() == "ccxt has no fetchMyTrades of 'upbit'"
    with pytest.raises(ValidationError, match="go together"):
        CcxtConfig.model_validate({"id": "kraken", "api_key": {"env": "K"}})


@pytest.mark.parametrize(
    ("name", "market", "symbol"),
    [("binance", "spot", "BTC/USDT"), ("binanceusdm", "swap", "BTC/USDT:USDT")],
)
def test_the_doctor_finds_everything_in_order(
    connect: Connect, name: str, market: str, symbol: str
) -> None:
    exchange = connect(name, market=market, **KEYS)
    feeds = [FeedRequest("btc", symbol, Timeframe.parse("1m"), 5)]

    found = {one.subject: one for one in exchange.examine(feeds, orders=True)}

    assert {one.status for one in found.values()} == {"ok", "warn"}
    assert found["order lookup"].found == "orders are found again by our id"
    assert found["limit orders"].found == "leave as they are meant"
    assert found["market buy orders"].status == found["market sell orders"].status == "ok"
    assert found["balance"].found == "1000.00000000 USDT free, 0.00000000 locked"
    assert found["key permissions"].status == "warn"
    assert "may not withdraw" in found["key permissions"].fix


def test_the_doctor_says_what_is_wrong_with_the_key(connect: Connect, venue: SimExchange) -> None:
    exchange = connect(**KEYS)
    venue.arm("key_revoked", -1, {"path": "*/account"})

    found = {one.subject: one for one in exchange.examine([], orders=True)}

    assert found["key"].status == "fail"
    assert "check api_key" in found["key"].fix


def test_the_doctor_names_an_exchange_without_orders(connect: Connect) -> None:
    exchange = connect("upbit", **KEYS)
    exchange.store.listings = dict  # type: ignore[method-assign, assignment]  # it speaks Binance
    exchange.store.clock.measure = float  # type: ignore[method-assign]  # as above

    found = {one.subject: one for one in exchange.examine([], orders=True)}

    assert (found["orders"].status, found["orders"].found) == (
        "fail",
        "ccxt has no fetchMyTrades of 'upbit'",
    )
    with pytest.raises(GatewayError, match="has no fetchMyTrades"):
        exchange.gateway()


def test_a_gateway_is_made_once_and_nothing_of_the_key_is_shown(connect: Connect) -> None:
    exchange = connect(**KEYS)

    gateway = exchange.gateway()

    assert exchange.gateway() is gateway
    assert gateway.account.startswith("ccxt-binance-spot-real-")
    assert "key" not in gateway.account
    assert exchange.account_stream() is not exchange.account_stream()
    assert abs(exchange.now_ms() - SystemClock().now_ms()) < 5_000


def test_an_exchange_that_does_not_answer_says_so(connect: Connect, venue: SimExchange) -> None:
    exchange = connect(**KEYS)
    venue.close()

    with pytest.raises(GatewayError, match="the account cannot be reached"):
        exchange.gateway()


def test_without_a_test_venue_there_is_no_test_net(connect: Connect) -> None:
    with pytest.raises(SettingWrong, match="no test venue of 'kraken'"):
        connect("kraken", testnet=True, endpoints=None, **KEYS)


@pytest.mark.parametrize(
    ("name", "market", "host"),
    [
        ("okx", "spot", None),
        ("binance", "spot", "testnet.binance.vision"),
        ("binanceusdm", "swap", "demo-fapi.binance.com"),
        ("bybit", "spot", "testnet"),
    ],
)
def test_a_test_venue_is_ccxts_own(
    connect: Connect, name: str, market: str, host: str | None
) -> None:
    client = connect(name, testnet=True, endpoints=None, market=market).store.exchange

    assert host is None or host in str(client.urls["api"])
    assert client.headers.get("x-simulated-trading") == ("1" if name == "okx" else None)


@pytest.mark.parametrize(
    ("spelling", "longest", "letters"),
    [(PLAIN, 36, "-"), (LETTERS, 32, ""), (UUID, 36, "-"), (GATE, 30, "-")],
)
def test_ids_are_spelled_as_exchanges_take_them_and_read_back(
    spelling: Spelling, longest: int, letters: str
) -> None:
    names = Names(spelling)

    text = names.spelled(OURS)

    assert len(text) <= longest
    assert text.replace("-", "").isalnum()
    assert letters or text.isalnum()
    assert names.spelled(OURS) == text
    assert names.ours(text) == OURS
    assert names.ours("web_1") == "web_1"
    readable = spelling in (PLAIN, LETTERS)
    assert (Names(spelling).ours(text) == OURS) is readable  # after a restart


def test_names_are_learned_in_both_directions() -> None:
    names = Names(PLAIN)
    intent = OrderIntent(
        client_order_id=OURS, symbol="BTC/USDT", feed="", side=Side.BUY, type=OrderType.MARKET,
        quantity=1,  # type: ignore[arg-type]  # of no account here
    )  # fmt: skip

    names.learn("BTC/USDT", "7", OURS)
    names.learn("BTC/USDT", "8", "")

    assert names.venue_order_id(intent.client_order_id) == "7"
    assert names.of("BTC/USDT", "7") == OURS
    assert names.of("BTC/USDT", "8") == ""
    assert names.of("BTC/USDT", "9") is None
