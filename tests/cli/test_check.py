from __future__ import annotations

import json
import textwrap
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Command

QUICKSTART = ROOT / "recipes" / "quickstart.yaml"
SMALL = ["--bars", "900", "--cuts", "4", "--quiet"]


def _recipe(folder: Path, name: str, body: str) -> Path:
    """Write a strategy and a recipe for it over the quickstart's bars.

    Its module has a name of its own: Python imports a module once.
    """
    source = f"import random\nimport backtrader as bt\n\nclass Mine(bt.Strategy):\n{body}"
    (folder / f"{name}.py").write_text(source, encoding="utf-8")
    data = ROOT / "recipes" / "data" / "coinbase-btc-usd-1h.csv"
    recipe = folder / f"{name}.yaml"
    recipe.write_text(
        textwrap.dedent(f"""\
            realtrade: v1
            name: mine
            mode: backtest
            feeds: {{btc: {{type: file, path: {data}, symbol: BTC/USD, timeframe: 1h}}}}
            strategy: {{type: python, class: "{name}:Mine"}}
            """),
        encoding="utf-8",
    )
    return recipe


PEEKS = """
    def next(self):
        print("noise")
        ahead = self.data.close.array[len(self.data) : len(self.data) + 1]
        rises = bool(ahead) and ahead[0] > self.data.close[0] * 1.01
        if rises and not self.position:
            self.buy(size=1)
        elif self.position:
            self.close()
"""


def test_the_quickstart_is_clean(realtrade: Command) -> None:
    done = realtrade("check", QUICKSTART, *SMALL)

    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    assert "look-ahead: none (the future changed at 6 bars, no signal did)" in done.stdout
    assert "feed btc_1h needs `history: 61 bars`" in done.stdout


def test_a_cheat_is_told_in_a_traders_words(realtrade: Command, tmp_path: Path) -> None:
    done = realtrade("check", _recipe(tmp_path, "check_peeks", PEEKS), *SMALL)

    assert done.exit_code == 65
    assert "noise" not in done.output
    (first, *_) = [line for line in done.stdout.splitlines() if line.startswith("  20")]
    when, said = first[2:18], first[19:]
    assert when[4] == when[7] == "-"
    assert when.endswith(":00")
    assert said == ("BTC/USD: bought 1 at market with the future visible; without it, nothing")


def test_an_indicator_drawn_ahead_is_told_of_and_no_failure(
    realtrade: Command, tmp_path: Path
) -> None:
    body = "    def __init__(self):\n        self.ahead = self.data.close(3)\n"
    body += "    def next(self):\n        if len(self.data) % 40 == 0:\n"
    body += "            self.buy(size=0.01)\n"
    recipe = _recipe(tmp_path, "check_drawn", body)

    done = realtrade("check", recipe, *SMALL, "--only", "look-ahead")

    assert done.exit_code == 0
    assert "  beware: self.ahead (LineForward) changes up to 3 bars back as others come" in (
        done.stdout
    )


def test_json_is_one_object(realtrade: Command, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, "check_json", PEEKS)

    done = realtrade("check", recipe, *SMALL, "--seed", "3", "-o", "json")

    found = json.loads(done.stdout)
    assert done.exit_code == 65
    assert found["format_version"] == 1
    assert found["clean"] is False
    assert (found["recipe"], found["bars"], found["seed"]) == ("mine", 900, 3)
    assert found["look_ahead"]["cuts"] == 6
    assert found["look_ahead"]["findings"][0]["seeing"][0]["act"] == "buy"
    assert found["not_deterministic"] is None
    assert found["warm_up"]["feed"] == "btc"


@pytest.mark.parametrize(("only", "other"), [("look-ahead", "warm_up"), ("warm-up", "look_ahead")])
def test_one_part_can_be_checked_alone(realtrade: Command, only: str, other: str) -> None:
    done = realtrade("check", QUICKSTART, *SMALL, "--only", only, "-o", "json")

    found = json.loads(done.stdout)
    assert done.exit_code == 0
    assert found[other] is None
    assert found[only.replace("-", "_")] is not None


def test_chance_is_named_and_not_called_foresight(realtrade: Command, tmp_path: Path) -> None:
    body = (
        "    def next(self):\n        if random.random() < 0.2:\n            self.buy(size=0.01)\n"
    )
    recipe = _recipe(tmp_path, "check_chance", body)

    done = realtrade("check", recipe, *SMALL)
    as_json = realtrade("check", recipe, *SMALL, "-o", "json")

    assert done.exit_code == 65
    assert "not deterministic" in done.stdout
    assert "look-ahead:" not in done.stdout.lower()
    assert json.loads(as_json.stdout)["not_deterministic"]["symbol"] == "BTC/USD"


def test_what_never_settles_fails_with_a_table(realtrade: Command, tmp_path: Path) -> None:
    body = "    def next(self):\n        if len(self.data) % 24 == 0:\n"
    body += "            self.buy(size=0.01)\n"

    done = realtrade("check", _recipe(tmp_path, "check_counts", body), *SMALL)

    assert done.exit_code == 65
    assert "look-ahead: none" in done.stdout
    assert "WARM-UP: not settled by" in done.stdout
    assert "with all history; with this," in done.stdout


def test_a_strategy_without_signals_is_told_so(realtrade: Command, tmp_path: Path) -> None:
    done = realtrade("check", _recipe(tmp_path, "check_still", "    pass\n"), *SMALL)

    assert done.exit_code == 0
    assert "900 bars, 0 signals: nothing to compare; look at more --bars" in done.stdout
    assert "warm-up: not checked" in done.stdout


def test_a_failing_strategy_ends_with_its_own_traceback(realtrade: Command, tmp_path: Path) -> None:
    body = "    def next(self):\n        raise ValueError('no such thing')\n"

    done = realtrade("check", _recipe(tmp_path, "check_fails", body), *SMALL)

    assert done.exit_code == 1
    assert "ValueError: no such thing" in done.stderr
    assert "check_fails.py" in done.stderr


def test_bars_that_cannot_be_had_are_told_in_a_sentence(realtrade: Command, tmp_path: Path) -> None:
    recipe = _recipe(tmp_path, "check_bars", "    pass\n")

    done = realtrade("check", recipe, "--set", "backtest.from=2030-01-01", *SMALL)

    assert done.exit_code == 78
    assert "feed 'btc' has no bar from 2030-01-01" in done.stderr
    assert done.stdout == ""


def test_progress_leaves_stdout_alone(realtrade: Command) -> None:
    loud = realtrade("check", QUICKSTART, "--bars", "300", "--cuts", "2", "-o", "json")

    assert loud.exit_code == 0
    json.loads(loud.stdout)
