"""Orders, executions and the rest, as tests of journals write them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from realtrade.model.order import Fill, OrderIntent, OrderType, Side
from realtrade.plugins.ports.journal import Attempt

if TYPE_CHECKING:
    from pathlib import Path

    from realtrade.storage import SqlJournal

ACCOUNT = "binance:spot:4f2a"
BOT = "btc-trend"
NOW_MS = 1_700_000_000_000


def an_intent(name: str = "rt-1", **given: Any) -> OrderIntent:
    plain = OrderIntent(
        client_order_id=name,
        symbol="BTC/USDT",
        feed="btc_1h",
        side=Side.BUY,
        type=OrderType.LIMIT,
        quantity=Decimal("1.50"),
        limit_price=Decimal(30_000),
        created_ms=1_000,
    )
    return replace(plain, **given)


def a_fill(trade: str = "t1", name: str = "rt-1", **given: Any) -> Fill:
    plain = Fill(
        trade_id=trade,
        client_order_id=name,
        symbol="BTC/USDT",
        side=Side.BUY,
        quantity=Decimal("0.5"),
        price=Decimal("29999.90"),
        fee=Decimal("0.0005"),
        fee_currency="BTC",
        maker=True,
        time_ms=NOW_MS,
    )
    return replace(plain, **given)


def a_sending(name: str = "rt-1", number: int = 1, **given: Any) -> Attempt:
    return replace(
        Attempt(client_order_id=name, number=number, dead_at_ms=NOW_MS + 20_000), **given
    )


def opened(path: Path, **given: Any) -> SqlJournal:
    """Open a SQLite journal at `path` as its own bot, with locks beside it."""
    from realtrade.storage import open_journal
    from realtrade.utils.clock import ManualClock

    asked: dict[str, Any] = {
        "account": ACCOUNT,
        "bot": BOT,
        "folder": path.parent,
        "clock": ManualClock(NOW_MS),
        "locks": path.parent / "locks",
    }
    return open_journal(f"sqlite:///{path.name}", **asked | given)
