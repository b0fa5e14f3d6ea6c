"""Which way a backtest of rules takes, and the way in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.markets import instrument_of
from realtrade.recipe.blocks import OrderStyle, ScheduleBlock

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from realtrade.engine.parts import Parts
    from realtrade.engine.vectorised.shared import Shelf
    from realtrade.engine.vectorised.trading import Trading
    from realtrade.model.bar import BarColumns
    from realtrade.monitor import PerformanceTracker

VECTORISED = "vectorised: all signals at once, then only the bars with orders"
_SIZERS = frozenset({"fixed_quantity", "fixed_notional", "percent_equity"})
"""Sizers that look at the account of the moment and nothing else."""


def run_bars(parts: Parts) -> None:
    """Trade all bars: in one pass where that gives the very same result, else bar by bar.

    Raises:
        Exception: whatever the strategy, or anything it calls, raises.
    """
    if not _trades_by_rules(parts):
        parts.cerebro.run()
    elif reason := objection(parts):
        parts.cerebro.run()
        parts.cerebro.path_reason = parts.cerebro.path_reason or f"not vectorised: {reason}"
    else:
        run_vectorised(parts)
        parts.cerebro.path, parts.cerebro.path_reason = "fast", VECTORISED


def _trades_by_rules(parts: Parts) -> bool:
    if parts.live or parts.recipe.strategy.type != "rules":
        return False
    from realtrade.strategies.rules.strategy import RulesStrategy

    return parts.spec.cls is RulesStrategy


def objection(parts: Parts) -> str:
    """Return what a pass over columns would not do exactly as the bar-by-bar run; or nothing."""
    recipe = parts.recipe
    reasons = {
        "there are several feeds": len(parts.datas) != 1,
        "rules of risk are asked about every order": bool(recipe.risk),
        "trading is paused": parts.pause.paused,
        "the schedule is asked about every order": recipe.schedule != ScheduleBlock(),
        "orders are not all market orders": any(
            style != OrderStyle() for style in (recipe.orders.entry, recipe.orders.exit)
        ),
        "this sizer looks at more than the account": recipe.sizing is not None
        and recipe.sizing.type not in _SIZERS,
    }
    found = (reason for reason, holds in reasons.items() if holds)
    return next(found, "") or _about_market(parts)


def _about_market(parts: Parts) -> str:
    (name,) = parts.datas
    if instrument_of(parts, name).contract_size != 1:
        return "a contract is not one unit"
    return "" if len(parts.columns[name]) else "there are no bars"


def run_vectorised(parts: Parts) -> None:
    """Trade all bars and hand what came of it to the tracker."""
    from realtrade.common.stamps import stamp_times
    from realtrade.engine.lean.heap import old_objects_aside
    from realtrade.engine.vectorised.account import LeanAccount
    from realtrade.engine.vectorised.columns import answers
    from realtrade.engine.vectorised.orders import OrderDesk
    from realtrade.engine.vectorised.trading import Signals, Trading

    (name,) = parts.datas
    bars, instrument, venue = (
        parts.columns[name],
        instrument_of(parts, name),
        parts.broker.simulated,
    )
    account = LeanAccount(venue.cash, float(parts.money.fees.taker), instrument)
    sizing = None if parts.recipe.sizing is None else parts.risk.quantity
    trading = Trading(
        bars,
        Signals(answers(parts.spec.params["plan"], bars, _shelf(parts, name)), len(bars)),
        account=account,
        desk=OrderDesk(account, instrument, sizing=sizing, fee_rate=parts.money.fees.taker),
        slippage=venue.slippage,
    )
    with old_objects_aside():
        trading.run()
    record(trading, bars, stamp_times(bars.due_ms, parts.finest), instrument.symbol, parts.tracker)
    parts.done = len(bars)


def _shelf(parts: Parts, name: str) -> Shelf | None:
    """Return what other backtests of this process know about the bars; only sweeps have some."""
    shared = None if parts.bank is None else parts.bank.shared(name)
    return None if shared is None else shared.on(parts.columns[name])


def record(
    trading: Trading,
    bars: BarColumns,
    times: NDArray[np.int64],
    symbol: str,
    tracker: PerformanceTracker,
) -> None:
    """Hand every execution and the equity curve to `tracker`; `times` are the bars' stamps."""
    import numpy as np

    from realtrade.engine.curve import by_bar, plain_worth

    if trading.executions:
        at, *columns = zip(*trading.executions, strict=True)
        bar = np.array(at)
        fills = list(zip(times[bar].tolist(), *columns, strict=True))
        decided = bars.close[np.maximum(bar - 1, 0)]
        tracker.record_fills(symbol, fills, wanted=decided.tolist())
    cash, quantity, price = by_bar(trading.steps, len(bars))
    equity = plain_worth(quantity, price, bars.close, leverage=1.0)
    equity += cash
    tracker.record_columns(times, cash, equity)
