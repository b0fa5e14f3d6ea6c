"""Risk rules deny, cut, close and halt at an exchange as in a backtest and a replay: bar by bar."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
from realtrade.risk.record import RiskNote, RiskRecord
from tests.scenario.library_plays import CASH, Play, Script
from tests.scenario.lockstep import Stage

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

RISK = {
    "most": {"type": "max_position", "quantity": 0.5},
    "collar": {"type": "price_collar", "limit": "3%"},
    "rate": {"type": "order_rate", "max": 4, "per": "6h"},
    "calm": {"type": "cooldown", "after_loss": "3h"},
    "busy": {"type": "max_trades_per_day", "max": 3},
    "daily": {"type": "daily_loss", "limit": "1%", "action": "halt"},
    "streak": {"type": "consecutive_losses", "max": 4, "pause": "12h"},
    "fall": {
        "type": "max_drawdown",
        "limit": "2.5%",
        "action": "flatten_and_halt",
        "halt_for": "36h",
    },
    "stop": {"type": "stop_loss", "distance": "1.5%"},
    "target": {"type": "take_profit", "targets": [{"at": "2%", "close": "50%"}]},
}
STRATEGY = '''
import backtrader as bt


class Reckless(bt.Strategy):
    """Wants more than it may, by the hour: too much, too often, at prices too far away."""

    def next(self):
        if len(self.data) < 2:  # live, that one is history
            return
        hour = self.data.datetime.datetime(0).hour
        held = self.position.size
        rising = self.data.close[0] > self.data.open[0]
        if hour % 3 == 0:
            (self.buy if rising else self.sell)(size=0.4)
        elif hour % 7 == 1:
            self.buy(size=0.1, exectype=bt.Order.Limit, price=self.data.close[0] * 1.1)
        elif hour % 5 == 4 and held:
            self.close()
'''


WANTED = {
    ("most", "cut"),
    ("collar", "denied"),
    ("rate", "denied"),
    ("calm", "denied"),
    ("busy", "denied"),
    ("daily", "halt"),
    ("daily", "denied"),
    ("streak", "denied"),
    ("fall", "flatten_and_halt"),
    ("fall", "denied"),
    ("stop", "close"),
    ("target", "close"),
}
"""What the path must lead to for the comparison to mean anything."""


class Told(NamedTuple):
    """What a rule did, in words that every mode has."""

    time_ms: int
    rule: str
    what: str
    reason: str


class Scribe:
    """Writes down what rules do, whoever's they are; a record keeps but the newest."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[Told] = []
        note = RiskRecord._note

        def heard(record: RiskRecord, said: RiskNote) -> None:
            self.told.append(Told(said.time_ms, said.rule, said.what, said.reason))
            note(record, said)

        monkeypatch.setattr(RiskRecord, "_note", heard)

    def turn(self) -> list[Told]:
        """Return what was told since the last time."""
        told, self.told = self.told, []
        return told


def _script() -> Script:
    play = Play(strategy={"type": "python", "class": "reckless:Reckless", "params": {}}, bars=260)
    script = Script("quickstart", play)
    script._body |= {"name": "reckless", "risk": RISK}
    script._body.pop("sizing", None)
    return script


def _simulated(recipe: Path) -> None:
    (recipe.parent / "reckless.py").write_text(STRATEGY)
    outcome = TradingRunner(load_recipe(recipe), out=recipe.parent / "out").run()
    assert outcome.crash is None


def test_rules_do_the_same_at_the_same_bars_in_every_mode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scribe, script = Scribe(monkeypatch), _script()
    bars = script.bars()
    # The lock of an account is the machine's, and other tests run beside this one.
    key = sha256(str(tmp_path).encode()).hexdigest()
    with Stage(list(bars), CASH, key, fee_asset="USD") as stage:
        recipe = script.for_exchange(tmp_path / "live", stage.exchange.url, key)
        (recipe.parent / "reckless.py").write_text(STRATEGY)
        stage.trade(recipe, bars, script.timeframe, walks=False)
        live = scribe.turn()
        _simulated(script.for_files(tmp_path / "backtest", stage.exchange, "backtest"))
        backtest = scribe.turn()
        _simulated(script.for_files(tmp_path / "replay", stage.exchange, "paper"))
        replay = scribe.turn()

    done = Counter((one.rule, one.what) for one in backtest)
    assert done.keys() >= WANTED
    assert backtest == replay
    assert live == backtest
