"""The loop for who only buys and sells again does what the general one does, to the last digit."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pytest

from realtrade.common.simulated import Slippage
from realtrade.engine.vectorised.account import LeanAccount
from realtrade.engine.vectorised.orders import OrderDesk
from realtrade.engine.vectorised.trading import Signals, Trading
from realtrade.model.bar import BarColumns
from realtrade.model.instrument import Instrument

COUNT = 3000


def bars() -> BarColumns:
    rng = np.random.default_rng(3)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.01, COUNT)))
    opens = np.concatenate(([100.0], close[:-1])) * (1 + rng.normal(0, 0.002, COUNT))
    times = np.arange(COUNT, dtype=np.int64) * 60_000
    high, low = np.maximum(opens, close), np.minimum(opens, close)
    return BarColumns(times, times + 60_000, opens, high, low, close, np.ones(COUNT))


def trading(cash: float, fee: float, *, general: bool) -> tuple[Trading, LeanAccount]:
    rng = np.random.default_rng(4)
    holds = {"entry": rng.random(COUNT) < 0.2, "exit": rng.random(COUNT) < 0.2}
    signals = Signals(holds, COUNT)
    if general:
        signals.long_only = False
    instrument = Instrument(symbol="A/B", base="A", quote="B", market="spot")
    account = LeanAccount(cash, fee, instrument)
    desk = OrderDesk(account, instrument, sizing=None, fee_rate=Decimal(str(fee)))
    made = Trading(bars(), signals, account=account, desk=desk, slippage=Slippage())
    made.run()
    return made, account


def test_all_at_once_where_the_cash_pays_for_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Trading, "_run_long_only", None)  # would fail when called

    rich, account = trading(1e6, 0.001, general=False)

    assert len(rich.executions) == len(rich.steps) - 1 > 500
    assert account.cash_now == rich.steps[-1][1]
    with pytest.raises(TypeError, match="not callable"):
        trading(101.0, 0.001, general=False)


def test_nothing_wanted_is_nothing_done() -> None:
    account = LeanAccount(50.0, 0.0, Instrument(symbol="A/B", base="A", quote="B", market="spot"))
    desk = OrderDesk(account, account.instrument("A/B"), sizing=None, fee_rate=Decimal(0))
    idle = Trading(bars(), Signals({}, COUNT), account=account, desk=desk, slippage=Slippage())

    idle.run()

    assert (idle.executions, idle.steps, account.cash_now) == ([], [(0, 50.0, 0.0, 0.0)], 50.0)


@pytest.mark.parametrize(
    ("cash", "fee", "fewest", "most"),
    [(1e6, 0.001, 500, 600), (101.0, 0.001, 5, 20), (110.0, 0.0, 20, 25), (10.0, 0.0, 0, 0)],
)
def test_both_loops_trade_the_same(cash: float, fee: float, fewest: int, most: int) -> None:
    quick, quick_account = trading(cash, fee, general=False)
    slow, slow_account = trading(cash, fee, general=True)

    assert fewest <= len(slow.executions) <= most
    assert quick.executions == slow.executions
    assert quick.steps == slow.steps
    assert quick_account.cash_now == slow_account.cash_now
