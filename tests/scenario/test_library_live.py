"""Every built-in strategy trades at an exchange as in a backtest and a replay of the same bars."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
from tests.scenario.library_plays import CASH, PLAYS, Script
from tests.scenario.lockstep import LOT, Filled, Stage

if TYPE_CHECKING:
    from pathlib import Path

DIGITS = 10
"""Of quantities: a simulated account adds floats, an exchange lots."""
CUT = Decimal("0.00000001")
"""The exchange cuts every fee down to a multiple of it."""
PRECISE = Decimal("0.0000001")


def _run(recipe: Path) -> None:
    """Run a recipe whose fills are simulated."""
    outcome = TradingRunner(load_recipe(recipe), out=recipe.parent / "out").run()
    assert outcome.crash is None


def _rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "out" / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _replayed(journal: Path, first_ms: int, length_ms: int) -> list[Filled]:
    """Return the fills that the journal of a replay has, in the words of a live one."""
    query = "select time_ms, symbol, side, quantity, price, fee from fill order by seq"
    with closing(sqlite3.connect(journal)) as database:
        rows = database.execute(query).fetchall()
    return [
        Filled((time_ms - first_ms) // length_ms, symbol, side, *map(Decimal, numbers))
        for time_ms, symbol, side, *numbers in rows
    ]


def _told(fills: list[Filled]) -> list[tuple[object, ...]]:
    """Return all but the fee, bar by bar: which of a bar's orders came first no bar tells."""
    return sorted((*one[:3], round(one.quantity, DIGITS), one.price) for one in fills)


def _fees(fills: list[Filled]) -> Decimal:
    return sum((fill.fee for fill in fills), Decimal(0))


def _equity(folder: Path) -> list[Decimal]:
    return [Decimal(row["equity"]) for row in _rows(folder, "equity.csv")]


def _played(script: Script, folder: Path, **account: str) -> tuple[list[Filled], list[Filled]]:
    """Play a script's bars in all modes, into folders by their names; return live fills, replayed.

    `account` goes to the exchange; fees are paid in USD unless it says otherwise.
    """
    bars = script.bars()
    # The lock of an account is the machine's, and other tests run beside this one.
    key = sha256(str(folder).encode()).hexdigest()
    with Stage(list(bars), CASH, key, **account) as stage:
        recipe = script.for_exchange(folder / "live", stage.exchange.url, key)
        traded = stage.trade(recipe, bars, script.timeframe, walks=script.play.walks)
        _run(script.for_files(folder / "backtest", stage.exchange, "backtest"))
        _run(script.for_files(folder / "replay", stage.exchange, "paper"))
    first = next(iter(bars.values()))[0]
    journal = folder / "replay" / "replay.db"
    return traded.fills, _replayed(journal, first.time_ms, first.due_ms - first.time_ms)


@pytest.mark.untraced
@pytest.mark.parametrize("name", PLAYS)
def test_trades_at_an_exchange_as_in_a_backtest_and_in_a_replay(name: str, tmp_path: Path) -> None:
    play = PLAYS[name]
    backtest, replay = tmp_path / "backtest", tmp_path / "replay"

    traded, simulated = _played(Script(name, play), tmp_path, fee_asset="USD")

    for file in ("trades.csv", "equity.csv"):
        assert (backtest / "out" / file).read_bytes() == (replay / "out" / file).read_bytes()
    assert _told(traded) == _told(simulated)
    assert abs(_fees(traded) - _fees(simulated)) < CUT * len(simulated)
    for here, there in zip(_equity(backtest), _equity(tmp_path / "live"), strict=True):
        assert abs(here - there) < CUT * len(simulated) + PRECISE
    assert len(simulated) >= play.fills
    sides = {row["side"] for row in _rows(backtest, "trades.csv")}
    assert sides >= ({"long", "short"} if play.params.get("direction") == "both" else {"long"})


def test_fees_taken_in_coins_leave_less_to_sell_and_nothing_else_differs(tmp_path: Path) -> None:
    """A simulated account pays them in money: so much alike is all that can be."""
    play = replace(PLAYS["dca-schedule"], bars=150)

    traded, simulated = _played(Script("dca-schedule", play), tmp_path)

    assert [(one.bar, one.side, one.price) for one in traded] == [
        (one.bar, one.side, one.price) for one in simulated
    ]
    held = less = Decimal(0)
    for here, there in zip(traded, simulated, strict=True):
        if here.side == "buy":
            assert here.quantity == there.quantity
            held += here.quantity - here.fee
        else:
            assert here.quantity == held - held % LOT <= there.quantity
            held -= here.quantity
            less += there.quantity - here.quantity
    assert less >= LOT * 3
