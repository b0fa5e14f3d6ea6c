"""An order as the tests of ccxt's exchanges want it, and its id as some exchanges take it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from realtrade.model.order import OrderIntent, OrderType, Side

D = Decimal
OURS = "rtfwux-nzlvkt5fybdlb7xuuyt3tf-0"
LETTERS = "rtfwuxnzlvkt5fybdlb7xuuyt3tf0"
UUID = "49aed31d-2af7-4b9a-bba6-c74452b8492b"
GATE = "t-49aed31d2af71b9a7ba6c74452"


def order(market: str = "spot", **words: Any) -> OrderIntent:
    given = OrderIntent(
        client_order_id=OURS,
        symbol="BTC/USDT" if market == "spot" else "BTC/USDT:USDT",
        feed="btc",
        side=Side.BUY,
        type=OrderType.LIMIT,
        quantity=D("0.25"),
        limit_price=D("100.5"),
        reference_price=D(100),
    )
    given = replace(given, **words)
    return replace(given, limit_price=None) if given.type is OrderType.MARKET else given
