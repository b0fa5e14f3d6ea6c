from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.testing.exchange.account import SimAccount
from realtrade.testing.exchange.core import Core
from realtrade.testing.exchange.market import SimMarket
from realtrade.testing.exchange.order import OrderRequest
from realtrade.testing.exchange.player import Player
from realtrade.utils.clock import ManualClock

if TYPE_CHECKING:
    from realtrade.testing.exchange.events import Event
    from realtrade.testing.exchange.order import SimOrder
    from realtrade.testing.exchange.truth import AccountTruth

SPOT, SWAP = "BTC/USDT", "BTC/USDT:USDT"
START_MS = 1_700_000_040_000


class Bench:
    """An exchange without wires: one spot and one perpetual market at 100, one account."""

    def __init__(self) -> None:
        self.clock = ManualClock(START_MS)
        markets = [
            SimMarket(symbol=symbol, lot=Decimal("0.001"), min_quantity=Decimal("0.001"))
            for symbol in (SPOT, SWAP)
        ]
        self.core = Core(markets, clock=self.clock)
        self.player = Player(self.core, start_ms=START_MS, seed=1, follower=self.clock)
        self.account = SimAccount(key="k", secret="s")  # noqa: S106 - of a made-up account
        self.core.open_account(self.account)
        self.core.transfer(self.account, "USDT", Decimal(10_000))
        self.core.transfer(self.account, "BTC", Decimal(10))
        self.core.transfer(self.account, "USDT", Decimal(10_000), futures=True)
        self.events: list[Event] = []
        self.core.listen(self.events.append)
        self._count = 0

    def place(
        self,
        side: str = "buy",
        quantity: str = "1",
        price: str | None = None,
        *,
        symbol: str = SPOT,
        client_order_id: str | None = None,
        stop: str | None = None,
        trail_bps: str | None = None,
        **more: Any,
    ) -> SimOrder:
        return self.core.place(
            self.account,
            self.asked(
                side,
                quantity,
                price,
                symbol=symbol,
                client_order_id=client_order_id,
                stop=stop,
                trail_bps=trail_bps,
                **more,
            ),
        )

    def asked(
        self,
        side: str = "buy",
        quantity: str = "1",
        price: str | None = None,
        *,
        symbol: str = SPOT,
        client_order_id: str | None = None,
        stop: str | None = None,
        trail_bps: str | None = None,
        **more: Any,
    ) -> OrderRequest:
        self._count += 1
        if stop is not None or trail_bps is not None:
            more.setdefault("trigger", "stop")
        return OrderRequest(
            symbol=symbol,
            side=side,  # type: ignore[arg-type]  # tests write it as text
            type="TEST",
            client_order_id=client_order_id or f"c{self._count}",
            quantity=Decimal(quantity),
            price=_decimal(price),
            stop_price=_decimal(stop),
            trail_bps=_decimal(trail_bps),
            **more,
        )

    def move(self, *prices: str, symbol: str = SPOT) -> None:
        for price in prices:
            self.player.move(symbol, Decimal(price))

    def walk(self, price: str, symbol: str = SPOT) -> None:
        self.player.walk(symbol, Decimal(price))

    @property
    def truth(self) -> AccountTruth:
        return self.core.truth("k")

    def fills(self) -> list[tuple[str, str]]:
        """Return price and quantity of every fill, as text."""
        return [
            (f"{one.price.normalize():f}", f"{one.quantity.normalize():f}")
            for one in self.truth.fills
        ]


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


@pytest.fixture
def bench() -> Bench:
    return Bench()
