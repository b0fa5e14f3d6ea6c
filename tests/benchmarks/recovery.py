"""How long a start takes after much was missed, and what it asks of the exchange.

    python tests/benchmarks/recovery.py [--open 500] [--trades 5000] [--market spot]

A bot leaves orders resting at the simulated exchange and dies. While it is dead one of them is
executed in thousands of parts. Then it starts again, over HTTP and WebSocket, with the journal it
had on SQLite. Told are the seconds until it may trade, the requests it made and the weight they
cost of what a minute allows; and it is checked that its books are the exchange's to the last digit.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from realtrade.model.order import OrderStatus, OrderType
from realtrade.utils.clock import SystemClock
from tests.benchmarks.signals import LIMITLESS, lift_limits
from tests.scenario.wire import KEY, WireBot

if TYPE_CHECKING:
    from collections.abc import Sequence

CLOCK = SystemClock()
RESTS, MET, PART = "50", "99", "0.1"
"""Prices of what stays open and of what is executed (the market stands at 100), and each part."""
PATIENCE_S = 300.0
_RESTING = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


def measure(open_orders: int, trades: int, market: Any) -> dict[str, Any]:
    """Leave, die, miss and start again; return what it took."""
    with tempfile.TemporaryDirectory() as folder, WireBot(Path(folder), market) as bot:
        services = bot.exchange.dialect.services
        limits = services.spot_limits if market == "spot" else services.usdm_limits
        allowed, orders = limits.weight.limit, limits.order_limits
        _leave(bot, open_orders, trades)
        bot.end()
        bot.exchange.by_hand.depth(bot.symbol, PART)
        for _ in range(trades):
            bot.exchange.trade(bot.symbol, MET, PART)
        limits.weight.limit, limits.order_limits = allowed, orders
        limits.weight.used = 0
        asked, began_s = len(bot.exchange.requests), CLOCK.monotonic_s()
        bot.begin()
        took_s = CLOCK.monotonic_s() - began_s
        requests, weight = len(bot.exchange.requests) - asked, limits.weight.used
        bot.settle(PATIENCE_S)
        truth = bot.ledger()
        return {
            "open orders": len(truth.open),
            "trades missed": len(truth.trades),
            "seconds until it may trade": round(took_s, 2),
            "requests": requests,
            "weight": weight,
            "weight allowed a minute": allowed,
        }


def _leave(bot: WireBot, open_orders: int, trades: int) -> None:
    """Have orders rest: one big enough for every trade, and the others far from the market."""
    lift_limits(bot.exchange)
    bot.store.gate.limit(LIMITLESS)
    bot.exchange.by_hand.deposit(KEY, "USDT", LIMITLESS)
    big = str(trades * float(PART) + 1)
    for number in range(open_orders):
        quantity, price = (big, MET) if not number else ("0.1", RESTS)
        bot.place(bot.order(quantity, type=OrderType.LIMIT, limit_price=Decimal(price)))
        if number % 20 == 19:  # names of one bar are few
            bot.until(lambda: all(one in _RESTING for one in bot.status.values()), PATIENCE_S)
            bot.next_bar()
    bot.until(lambda: all(one in _RESTING for one in bot.status.values()), PATIENCE_S)


def main(given: Sequence[str] | None = None) -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description="A start after much was missed.")
    options.add_argument("--open", type=int, default=500, dest="open_orders")
    options.add_argument("--trades", type=int, default=5_000)
    options.add_argument("--market", choices=("spot", "swap"), default="spot")
    found = measure(**vars(options.parse_args(given)))
    sys.stdout.write(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
