"""What ten rules cost per order and per bar, as a share of a bar's budget.

    python tests/benchmarks/risk.py

Two ways. Alone: the gate is asked about one order after another, over an account with two positions
and four orders at work, and watches one bar after another. In a run: the common work's recipe over
the sample's hours, without and with the ten rules; what they add is divided by bars and orders. A
live bar's budget is taken as a hundredth of a one-minute bar: 600 ms.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from statistics import median
from timeit import default_timer as now
from types import SimpleNamespace
from typing import Any

from realtrade.engine import TradingRunner
from realtrade.model.bar import Bar
from realtrade.model.instrument import Instrument
from realtrade.model.order import OrderIntent, OrderType, Position, Side
from realtrade.plugins import Kind, Registry
from realtrade.plugins.ports.build import BuildContext
from realtrade.recipe import load_recipe
from realtrade.risk import RiskManager
from realtrade.utils.clock import ManualClock

BUDGET_US = 600_000.0
DATA = Path(__file__).parents[2] / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
RULES: dict[str, dict[str, Any]] = {
    "max_position": {"notional": "95%"},
    "max_order_size": {"notional": "96%"},
    "max_open_orders": {"max": 50},
    "max_open_positions": {"max": 10},
    "max_leverage": {"limit": 2},
    "order_rate": {"max": 100, "per": "1m"},
    "daily_loss": {"limit": "90%", "action": "halt"},
    "max_drawdown": {"limit": "99%", "action": "flatten_and_halt"},
    "cooldown": {"after_loss": "1m"},
    "price_collar": {"limit": "50%"},
}
RECIPE = """realtrade: v1
name: cost
mode: backtest
feeds: {{btc: {{type: file, path: '{data}', symbol: BTC/USD, timeframe: 1h, market: swap}}}}
strategy: {{type: ma_cross, params: {{fast: 5, slow: 15, direction: both}}}}
sizing: {{type: percent_equity, percent: 40%}}
risk: {{{risk}}}
backtest: {{cash: 10000 USD}}
"""


def built_rules() -> list[Any]:
    """Return the ten rules, built from settings as a recipe's are."""
    registry, rules = Registry(), []
    for name, settings in RULES.items():
        config = registry.config_class(Kind.RISK_RULE, name).model_validate(settings)
        context = BuildContext(name=name, folder=Path(), clock=ManualClock())
        rules.append(registry.builder(Kind.RISK_RULE, name)(config, context))
    return rules


def account() -> Any:
    """Return an account with two positions and four orders at work."""
    symbols = ("BTC/USDT:USDT", "ETH/USDT:USDT")
    held = {symbol: Position(Decimal("0.5"), Decimal(100)) for symbol in symbols}
    instruments = {
        symbol: Instrument(symbol, symbol[:3], "USDT", "swap", lot=Decimal("0.001"))
        for symbol in symbols
    }
    waiting = [
        OrderIntent(
            client_order_id=f"w{number}",
            symbol=symbols[number % 2],
            feed="feed",
            side=Side.BUY,
            type=OrderType.LIMIT,
            quantity=Decimal("0.1"),
            limit_price=Decimal(90),
        )
        for number in range(4)
    ]
    bar = Bar(0, 3_600_000, 100.0, 101.0, 99.0, 100.0, 1.0)
    return SimpleNamespace(
        now_ms=3_600_000,
        cash=Decimal(10_000),
        equity=Decimal(10_000),
        positions=held,
        open_orders=waiting,
        position=lambda symbol: held.get(symbol, Position()),
        price=lambda symbol: Decimal(100),
        instrument=instruments.__getitem__,
        bar=lambda symbol: bar,
        bars=lambda symbol, count: [bar] * count,
        spread=lambda symbol: None,
    )


def alone(rounds: int) -> tuple[float, float, float]:
    """Return the median microseconds of judging an order, watching a bar, telling what is left."""
    gate, view = RiskManager(built_rules()), account()
    order = OrderIntent(
        client_order_id="o",
        symbol="BTC/USDT:USDT",
        feed="feed",
        side=Side.BUY,
        type=OrderType.MARKET,
        quantity=Decimal("0.2"),
        reference_price=Decimal(100),
    )
    orders, bars, looks = [], [], []
    for _ in range(rounds):
        view.now_ms += 3_600_000
        start = now()
        gate.watch(view)
        middle = now()
        gate.assess(order, view)
        end = now()
        gate.head_room(view)
        looks.append(now() - end)
        orders.append(end - middle)
        bars.append(middle - start)
    return median(orders) * 1e6, median(bars) * 1e6, median(looks) * 1e6


def in_a_run(risk: str, rounds: int) -> tuple[float, int, int]:
    """Return the least seconds of a run, its bars and its orders."""
    seconds, bars, orders = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cost.yaml"
        path.write_text(RECIPE.format(data=DATA, risk=risk), encoding="utf-8")
        for _ in range(rounds):
            runner = TradingRunner(load_recipe(path))
            start = now()
            outcome = runner.run()
            seconds.append(now() - start)
            if outcome.crash is not None:
                raise outcome.crash.error
            tracker = runner._parts.tracker
            bars, orders = tracker.bars, len(list(tracker.fills))
    return min(seconds), bars, orders


def main() -> int:
    """Print both measures."""
    parser = argparse.ArgumentParser(description="What ten risk rules cost.")
    parser.add_argument("--asked", type=int, default=5_000, help="orders and bars asked alone")
    parser.add_argument("--rounds", type=int, default=3, help="runs of each recipe; best counts")
    asked = parser.parse_args()
    order_us, bar_us, look_us = alone(asked.asked)
    say = sys.stdout.write
    say(f"alone, {len(RULES)} rules, median of {asked.asked:,}:\n")
    say(f"  an order {order_us:8.1f} us  {order_us / BUDGET_US:.3%} of a live bar's budget\n")
    say(f"  a bar    {bar_us:8.1f} us  {bar_us / BUDGET_US:.3%}\n")
    say(f"  a look   {look_us:8.1f} us  at what is left, five times a second at most\n")
    written = ", ".join(
        f"{name}: {{type: {name}, {', '.join(f'{key}: {value}' for key, value in given.items())}}}"
        for name, given in RULES.items()
    )
    without, bars, orders = in_a_run("", asked.rounds)
    with_rules, _, _ = in_a_run(written, asked.rounds)
    more_us = (with_rules - without) * 1e6
    say(f"in a run of {bars:,} bars and {orders:,} orders, best of {asked.rounds}:\n")
    say(f"  without {without:6.2f} s, with {with_rules:6.2f} s: {with_rules / without:.1f} times\n")
    say(f"  {more_us / bars:.1f} us a bar, orders included\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
