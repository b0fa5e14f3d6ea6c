"""Answers that are slow, large, late or refuse, and rules that change: books and ledger agree."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.common.rest import rate_gate
from realtrade.execution import State
from realtrade.model.order import OrderStatus
from tests.scenario.invariants import check
from tests.scenario.wire import KEY

if TYPE_CHECKING:
    from tests.scenario.wire import WireBot

D = Decimal
POST = {"method": "POST", "path": "*/order"}
BOTH = pytest.mark.parametrize("market", ["spot", "swap"])


@BOTH
@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("timeout_after", {}),
        ("drip", {"seconds": 0.05}),
        ("giant", {"megabytes": 9}),
        ("bomb", {"megabytes": 9}),
    ],
)
def test_an_answer_too_slow_or_too_large_is_no_answer(
    bot: WireBot, fault: str, options: dict[str, Any], impatient: None
) -> None:
    armed = bot.exchange.arm(fault, match=POST, **options)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert (armed.struck, bot.ledger().accepted) == (1, [name])


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("timeout_before", {}),
        ("server_error", {"body": "html"}),
        ("server_error", {"status": 502, "body": "html"}),
    ],
)
def test_an_order_that_was_not_executed_is_given_up_and_not_repeated(
    bot: WireBot, fault: str, options: dict[str, Any], impatient: None, short_lived: None
) -> None:
    armed = bot.exchange.arm(fault, match=POST, **options)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name) is OrderStatus.REJECTED
    bot.settle()
    assert (armed.struck, bot.ledger().accepted) == (1, [])


@BOTH
@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("rate_limited", {}),
        ("rate_limited", {"retry_after": 1}),
        ("banned", {"retry_after": 1}),
        ("too_many_orders", {}),
    ],
)
def test_an_order_refused_for_haste_goes_again_once_and_not_sooner(
    bot: WireBot, fault: str, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where it is not said for how long, the exchange's minute is waited for: here two seconds."""
    monkeypatch.setattr(rate_gate, "_MINUTE_MS", 2_000)
    bot.exchange.arm(fault, match=POST, **options)

    name = bot.place(bot.order("0.5"))

    assert bot.until_over(name, 20) is OrderStatus.FILLED
    bot.settle()
    sent = [one.time_ms for one in bot.exchange.requests if one.params.get("side") == "BUY"]
    assert len(sent) == 2
    assert sent[1] - sent[0] >= 900


@BOTH
def test_filters_that_change_meanwhile_refuse_one_order_and_are_then_known(
    watchful: None, bot: WireBot
) -> None:
    """They are read again when the account is looked at next, which here is soon."""
    bot.exchange.by_hand.market(bot.symbol, lot=D("0.1"))

    refused = bot.place(bot.order("0.55"))

    assert bot.until_over(refused) is OrderStatus.REJECTED
    fitting = bot.place(bot.order("0.5"))
    assert bot.until_over(fitting) is OrderStatus.FILLED
    bot.settle()
    bot.until(lambda: bot.gateway.instrument(bot.symbol).lot == D("0.1"))
    assert bot.ledger().accepted == [fitting]


@BOTH
def test_a_key_revoked_meanwhile_halts_and_leaves_the_books_as_they_are(bot: WireBot) -> None:
    filled = bot.place(bot.order("0.5"))
    bot.until_over(filled)
    bot.exchange.by_hand.revoke(KEY)

    refused = bot.place(bot.order("0.5"))

    assert bot.until_over(refused) is OrderStatus.REJECTED
    assert bot.standing.state is State.HALTED
    denied = bot.order("0.5")
    bot.place(denied)
    assert denied.client_order_id not in bot.status
    check(bot.books(), bot.ledger())
    assert bot.ledger().accepted == [filled]


@BOTH
def test_a_refused_connection_loses_nothing(bot: WireBot) -> None:
    bot.exchange.refuse_connections()
    bot.store.close()
    name = bot.place(bot.order("0.5"))
    bot.wait(0.3)

    bot.exchange.refuse_connections(refused=False)

    assert bot.until_over(name) is OrderStatus.FILLED
    bot.settle()
    assert bot.ledger().accepted == [name]
