"""Orders on the exchange for each signal, a fifth of the answers lost: ours, and a plain loop.

    python tests/benchmarks/signals.py [--signals 10000] [--lost 0.2] [--loops ours,ccxt]

Both send market orders over HTTP to the simulated exchange. Of the requests whose answers are lost
half were executed. The plain loop is what most bots have around `create_order` of ccxt: on a
network error wait and send again, up to five times. Ours is the live venue with its journal on
SQLite; weight limits are lifted for both. Told are orders executed per signal, and for ours how
long it took until the strategy knew, and whether what it knew was so.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from realtrade.execution import is_over
from realtrade.model.order import OrderStatus
from realtrade.utils.clock import SystemClock
from tests.scenario.wire import KEY, SECRET, WireBot

if TYPE_CHECKING:
    from realtrade.testing import SimExchange

CLOCK = SystemClock()
POST = {"method": "POST", "path": "*/order"}
QUANTITY = "0.1"
TRIES = 5
LIMITLESS = 10_000_000


class Signals:
    """Says of each signal whether its answer is lost, and arms that; the same for every loop."""

    def __init__(self, exchange: SimExchange, lost: float) -> None:
        self._exchange, self._lost = exchange, lost
        self._random = Random(7)  # noqa: S311 - which answers are lost

    def spoil(self) -> str:
        """Arm what happens to the next order; return it."""
        if self._random.random() >= self._lost:
            return "answered"
        executed = self._random.random() < 0.5
        self._exchange.arm("lost_answer" if executed else "reset_before", match=POST)
        return "executed, answer lost" if executed else "lost"


class Timed(WireBot):
    """Notes when each order was placed and when its strategy knew what had become of it."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.placed_s: dict[str, float] = {}
        self.known_s: dict[str, float] = {}

    def _move(self, name: str, report: Any) -> None:
        super()._move(name, report)
        if is_over(self.status[name]):
            self.known_s.setdefault(name, CLOCK.monotonic_s())


def lift_limits(exchange: SimExchange) -> None:
    """Have the exchange count nothing: this measures something else."""
    services = exchange.dialect.services
    for limits in (services.spot_limits, services.usdm_limits):
        limits.order_limits, limits.weight.limit = (), LIMITLESS


def ours(signals: int, lost: float) -> dict[str, Any]:
    """Send each signal once through the live venue; return what came of it."""
    with tempfile.TemporaryDirectory() as folder, Timed(Path(folder)) as bot:
        lift_limits(bot.exchange)
        bot.store.gate.limit(LIMITLESS)
        bot.exchange.by_hand.deposit(KEY, "USDT", LIMITLESS)
        fate, happened = Signals(bot.exchange, lost), {}
        for number in range(signals):
            intent = bot.order(QUANTITY)
            name = intent.client_order_id
            happened[name] = fate.spoil()
            bot.placed_s[name] = CLOCK.monotonic_s()
            bot.place(intent)
            spoiled = happened[name] != "answered"
            while not (is_over(bot.status[name]) or (spoiled and not bot.exchange.faults.armed)):
                bot.wait(0.002)  # the fate of a spoiled one will be known later
            if number % 10 == 9:
                bot.next_bar()
        bot.until(lambda: all(map(is_over, bot.status.values())), 120)
        bot.settle(60)
        return _figures(bot, happened)


def _figures(bot: Timed, happened: dict[str, str]) -> dict[str, Any]:
    orders = Counter(bot.ledger().accepted)
    executed = {name for name, fate in happened.items() if fate != "lost"}
    believed = {name for name, status in bot.status.items() if status is OrderStatus.FILLED}
    doubts = [name for name, fate in happened.items() if fate != "answered"]
    waits = sorted(bot.known_s[name] - bot.placed_s[name] for name in doubts) or [0.0]
    return {
        "orders per signal that was executed": sum(orders.values()) / len(executed),
        "signals with more than one order": sum(count > 1 for count in orders.values()),
        "agree with the ledger": len(happened) - len(believed ^ set(orders)),
        "of": len(happened),
        "doubts": len(doubts),
        "doubt p50 s": waits[len(waits) // 2],
        "doubt p99 s": waits[len(waits) * 99 // 100],
    }


def plain(signals: int, lost: float) -> dict[str, Any]:
    """Send each signal through `create_order` until there is an answer, as plain loops do."""
    import ccxt

    from realtrade.testing import SimExchange

    with SimExchange() as exchange:
        lift_limits(exchange)
        exchange.add_account(KEY, SECRET, {"USDT": 100 * LIMITLESS})
        client = ccxt.binance({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
        client.options.update(fetchCurrencies=False, fetchMargins=False)
        client.options["fetchMarkets"] = {"types": ["spot"]}
        client.timeout = 2_000
        for kind, url in client.urls["api"].items():
            if isinstance(url, str):
                path = url.split("binance.com", 1)[-1] if "binance.com" in url else ""
                client.urls["api"][kind] = exchange.url + path
        client.load_markets()
        fate, wanted, sent = Signals(exchange, lost), 0, 0
        for _ in range(signals):
            wanted += fate.spoil() != "lost"
            sent += _placed(client, ccxt.NetworkError)
        truth = exchange.truth(KEY)
    return {
        "orders per signal": len(truth.orders) / signals,
        "signals with more than one order": len(truth.orders) - sent,
        "requests that were executed and should have been": wanted,
    }


def _placed(client: Any, error: type[Exception]) -> bool:
    for _ in range(TRIES):
        try:
            client.create_order("BTC/USDT", "market", "buy", float(QUANTITY))
        except error:
            continue
        return True
    return False


def main() -> None:
    """Run the loops and print what came of each."""
    options = argparse.ArgumentParser(description="Orders per signal when answers are lost.")
    options.add_argument("--signals", type=int, default=10_000)
    options.add_argument("--lost", type=float, default=0.2)
    options.add_argument("--loops", default="ours,ccxt")
    asked = options.parse_args()
    loops = {"ours": ours, "ccxt": plain}
    for name in asked.loops.split(","):
        begun_s = CLOCK.monotonic_s()
        found = loops[name](asked.signals, asked.lost)
        found["seconds"] = CLOCK.monotonic_s() - begun_s
        print(json.dumps({name: found}, indent=2))  # noqa: T201 - for people


if __name__ == "__main__":
    main()
