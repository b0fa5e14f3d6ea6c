"""Every kind of order with every term on both markets: it leaves as documented, or is refused.

Sources: "New order (TRADE)" of the spot API, "New Order" and "New Algo Order" of USDⓈ-M futures.
"""

from __future__ import annotations

from typing import Any

import pytest

from realtrade.binance import orders
from realtrade.model.order import OrderType, Side, TimeInForce
from tests.binance.orders_made import intent, listing
from tests.binance.snapshots import LATER_MS, NOW_MS

FORCES = (*TimeInForce, "post-only", "until")


def _row(kind: OrderType, force: str, *, reduces: bool) -> dict[str, Any]:
    """Return the changes that make an order of a kind, with terms and prices that fit it."""
    changes: dict[str, Any] = {"type": kind, "side": Side.SELL, "reduce_only": reduces}
    if kind in {OrderType.LIMIT, OrderType.STOP_LIMIT}:
        changes["limit_price"] = "44900"
    if kind in {OrderType.STOP, OrderType.STOP_LIMIT}:
        changes["stop_price"] = "45000"
    if kind is OrderType.TRAILING_STOP:
        changes["trail_percent"] = "0.01"
    if force == "post-only":
        return changes | {"post_only": True}
    return changes | (
        {"valid_until_ms": LATER_MS} if force == "until" else {"time_in_force": force}
    )


def _documented(market: str, kind: OrderType, force: str) -> bool:
    """Tell whether Binance documents a kind of order with these terms."""
    if kind not in {OrderType.LIMIT, OrderType.STOP_LIMIT}:
        return force == TimeInForce.GTC
    if force == "until":
        return market == "swap" and kind is OrderType.LIMIT
    return force != "post-only" or market == "swap" or kind is OrderType.LIMIT


KINDS = [
    OrderType.MARKET,
    OrderType.LIMIT,
    OrderType.STOP,
    OrderType.STOP_LIMIT,
    OrderType.TRAILING_STOP,
]


@pytest.mark.parametrize("reduces", [False, True])
@pytest.mark.parametrize("force", FORCES)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("market", ["spot", "swap"])
def test_every_combination_leaves_as_documented_or_is_refused_by_name(
    market: str, kind: OrderType, force: str, reduces: bool
) -> None:
    one, wanted = listing(market), intent(market, **_row(kind, force, reduces=reduces))

    refused = orders.refusal(wanted, one, NOW_MS)

    assert (refused is None) is _documented(market, kind, force), refused
    if refused is not None:
        assert refused.startswith("Binance ")
        return
    sent = orders.request(wanted, one).params
    assert (sent.get("reduceOnly") == "true") is (reduces and market == "swap")
    assert ("timeInForce" in sent) is ("price" in sent and sent["type"] != "LIMIT_MAKER")
    terms = {"post-only": "GTX", "until": "GTD"}
    if "timeInForce" in sent:
        assert sent["timeInForce"] == terms.get(force, str(force).upper())


@pytest.mark.parametrize("market", ["spot", "swap"])
@pytest.mark.parametrize("kind", sorted(set(OrderType) - set(KINDS)))
def test_kinds_that_binance_has_not_are_refused_by_name(market: str, kind: OrderType) -> None:
    wanted = intent(market, type=kind)

    refused = orders.refusal(wanted, listing(market), NOW_MS)

    assert refused is not None
    assert f"knows no {kind} orders" in refused
