"""What a bot that runs for months lets go of."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from realtrade.engine import forgetting
from realtrade.engine.forgetting import KEPT, Forgetting
from realtrade.utils.clock import ManualClock
from tests.engine.runs import MA_CROSS, REPLAY

if TYPE_CHECKING:
    import pytest

    from tests.engine.conftest import Bench


def test_once_a_minute_all_but_the_newest_trades_are_let_go_of() -> None:
    clock = ManualClock()
    many, few = list(range(250)), [1, 2]
    strategy = SimpleNamespace(_trades={"btc": {0: many}, "eth": {0: few}})
    parts: Any = SimpleNamespace(clock=clock, cerebro=SimpleNamespace(runningstrats=[strategy]))
    one = Forgetting(parts)

    clock.sleep(59)
    one.turn()
    early = len(many)
    clock.sleep(1)
    one.turn()

    assert early == 250
    assert many == list(range(250 - KEPT, 250))
    assert few == [1, 2]


def test_before_there_are_strategies_there_is_nothing_to_forget() -> None:
    clock = ManualClock()
    parts: Any = SimpleNamespace(clock=clock, cerebro=SimpleNamespace())
    one = Forgetting(parts)
    clock.sleep(61)

    one.turn()


def test_a_live_run_trades_the_same_and_keeps_few_trades(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every minute becomes every turn, and a hundred trades become one."""
    recipe = bench.recipe(MA_CROSS)
    bench.run(recipe, "all", *REPLAY)
    monkeypatch.setattr(forgetting, "_EVERY_S", 0.0)
    monkeypatch.setattr(forgetting, "KEPT", 1)
    kept: list[int] = []
    turn = Forgetting.turn

    def counted(self: Forgetting) -> None:
        turn(self)
        for strategy in getattr(self._parts.cerebro, "runningstrats", ()):
            kept.extend(len(trades) for ids in strategy._trades.values() for trades in ids.values())

    monkeypatch.setattr(Forgetting, "turn", counted)
    bench.run(recipe, "few", *REPLAY)

    trades = [(bench.folder / out / "trades.csv").read_bytes() for out in ("all", "few")]
    assert trades[0] == trades[1]
    assert trades[0].count(b"\n") > 5
    assert max(kept) == 1
