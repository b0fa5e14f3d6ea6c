from __future__ import annotations

import subprocess
import sys
from dataclasses import FrozenInstanceError
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import ValidationError

from realtrade.model.events import EventType
from realtrade.model.order import Money
from realtrade.plugins import SecretRef
from realtrade.plugins.values import Distance, Rate
from realtrade.recipe import RecipeInvalid, check_recipe, effective, load_recipe, render
from realtrade.recipe.blocks import ExchangeFeed, Mode, Plugged, Recipe, ResampledFeed
from realtrade.recipe.tree import plain
from realtrade.utils.timeframes import Timeframe

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.plugins import Registry
    from realtrade.recipe import Diagnostic

DATA = Path(__file__).parent.parent / "data"
HOUR = Timeframe(1, "h")


@pytest.fixture(scope="module")
def full(registry: Registry) -> Recipe:
    return load_recipe(DATA / "full-example.yaml", registry=registry)


def test_the_full_example_and_its_environments_are_valid(registry: Registry) -> None:
    assert check_recipe(DATA / "full-example.yaml", registry=registry) == []


def test_reads_the_head(full: Recipe) -> None:
    assert (full.realtrade, full.name, full.mode) == ("v1", "btc-eth-trend", Mode.PAPER)
    assert full.vars == {"risk": "1%", "fast": 20}


def test_reads_feeds_in_order(full: Recipe) -> None:
    assert list(full.feeds) == ["btc_1h", "btc_1d", "alts_ETH", "alts_SOL", "file"]
    assert full.feeds["btc_1h"] == ExchangeFeed.model_validate(
        {"symbol": "BTC/USDT:USDT", "timeframe": HOUR, "history": "500 bars"}
    )
    assert full.feeds["btc_1d"] == ResampledFeed(resample="btc_1h", timeframe=Timeframe(1, "d"))
    assert full.feeds["alts_SOL"] == ExchangeFeed.model_validate(
        {"symbol": "SOL/USDT:USDT", "timeframe": HOUR, "history": "500 bars"}
    )
    assert isinstance(full.feeds["file"], Plugged)


def test_reads_the_strategy(full: Recipe) -> None:
    params = full.strategy.config.params  # type: ignore[attr-defined]  # ma_cross has them

    assert full.strategy.type == "ma_cross"
    assert full.strategy.feeds == ("btc_1h", "btc_1d", "alts_ETH", "alts_SOL")
    assert (params.fast, params.slow) == (20, 60)


def test_reads_values_with_units(full: Recipe) -> None:
    assert full.orders.entry.offset == Distance(ticks=Decimal(2))
    assert full.orders.entry.replace_after == timedelta(seconds=30)
    assert full.backtest.start == datetime(2018, 1, 1, tzinfo=UTC)
    assert full.backtest.cash == Money(Decimal(10_000), "USDT")
    assert full.backtest.fees.maker == Decimal("0.0002")
    assert full.schedule.blackout["maintenance"].lasts == timedelta(minutes=30)
    assert full.notify.routes["fills"].rate == Rate(20, timedelta(hours=1))
    assert full.notify.routes["alarms"].events == (
        EventType.RISK_HALT,
        EventType.FEED_STALE,
        EventType.CONNECTION_LOST,
    )


def test_secrets_stay_references(full: Recipe) -> None:
    assert full.exchange is not None
    assert full.exchange.config.api_key == SecretRef("env", "BINANCE_KEY")  # type: ignore[attr-defined]  # binance has one


def test_templates_are_filled_in_but_for_messages(full: Recipe) -> None:
    assert full.storage is not None
    assert full.storage.url == "sqlite:///state/btc-eth-trend.db"  # type: ignore[union-attr]  # a StorageBlock
    assert str(full.notify.routes["fills"].text).startswith("{{ order.side }}")


def test_an_environment_is_loaded_with_its_own_limits(registry: Registry) -> None:
    live = load_recipe(DATA / "full-example.yaml", env="live", registry=registry)

    assert live.mode is Mode.LIVE
    assert live.risk["daily"].config.limit.fraction == Decimal("0.02")  # type: ignore[attr-defined]  # daily_loss has one
    assert live.notify.routes["fills"].to == ("tg", "ding")


def test_knows_where_it_came_from(full: Recipe) -> None:
    assert full.path == DATA / "full-example.yaml"
    assert full.folder == DATA
    assert full.at("orders.on_start").file == str(DATA / "full-example.yaml")
    assert full.at("strategy.feeds[1]").line == full.at("strategy").line + 2
    assert full.at("risk.stop.nothing") == full.at("risk.stop.nothing.more")


def test_a_recipe_made_by_hand_has_no_file(full: Recipe) -> None:
    with pytest.raises(LookupError, match="not loaded"):
        _ = Recipe.model_construct(**dict(full)).folder


def test_is_frozen(full: Recipe) -> None:
    with pytest.raises(ValidationError):
        full.name = "other"  # type: ignore[misc]  # that is what is tested
    with pytest.raises(FrozenInstanceError):
        full.backtest.cash.amount = Decimal(1)  # type: ignore[misc]  # that is what is tested


def test_the_hash_is_of_what_is_said(load: Callable[..., Recipe], good: str) -> None:
    base = load(good).hash

    assert load(f"# a comment\n{good}description: other words\n").hash == base
    assert load(good.replace("fast: 10", "fast:   10")).hash == base
    assert load(good.replace("fast: 10", "fast: 11")).hash != base
    templated = good.replace("fast: 10", "fast: '{{ vars.x }}'")
    assert load(f"vars: {{x: 10}}\n{templated}").hash == base


def test_the_hash_is_path_free(write: Callable[..., Path], registry: Registry, good: str) -> None:
    one = load_recipe(write(good, "a/x.yaml"), registry=registry)
    other = load_recipe(write(good, "b/y.yaml"), registry=registry)

    assert one.hash == other.hash


BAD = """\
realtrade: v2
name: Quick start
mode: backtest
feeds:
  btc: {symbol: BTC/USDT, timeframe: 1h, histroy: 10}
  day: {resample: btcc, timeframe: 1d}
strategy: {type: ma_cros, feeds: [btc, eth], params: {}}
backtest: {slippage: 15}
"""
BAD_TEXT = """\
error[RT204]: expected 'v1'
  --> recipe.yaml:1:12  (realtrade)
    1 | realtrade: v2
      |            ^

error[RT204]: expected small letters, digits and hyphens, such as btc-trend
  --> recipe.yaml:2:7  (name)
    2 | name: Quick start
      |       ^

error[RT201]: unknown key 'histroy'
  --> recipe.yaml:5:42  (feeds.btc.histroy)
    5 |   btc: {symbol: BTC/USDT, timeframe: 1h, histroy: 10}
      |                                          ^ did you mean 'history'?

error[RT301]: there is no feed 'btcc'
  --> recipe.yaml:6:19  (feeds.day.resample)
    6 |   day: {resample: btcc, timeframe: 1d}
      |                   ^ did you mean 'btc'?

error[RT401]: no strategy is named 'ma_cros'
  --> recipe.yaml:7:18  (strategy.type)
    7 | strategy: {type: ma_cros, feeds: [btc, eth], params: {}}
      |                  ^ did you mean 'ma_cross'?

error[RT301]: there is no feed 'eth'
  --> recipe.yaml:7:40  (strategy.feeds[1])
    7 | strategy: {type: ma_cros, feeds: [btc, eth], params: {}}
      |                                        ^ known: btc, day

error[RT205]: a percent needs its unit: write 15%
  --> recipe.yaml:8:22  (backtest.slippage)
    8 | backtest: {slippage: 15}
      |                      ^"""


def test_tells_everything_at_once(
    write: Callable[..., Path], registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(write(BAD).parent)

    with pytest.raises(RecipeInvalid) as caught:
        load_recipe("recipe.yaml", registry=registry)

    assert render(caught.value.diagnostics) == BAD_TEXT
    assert str(caught.value) == "recipe.yaml:1:12: RT204: expected 'v1' (and 6 more)"


def test_effective_is_the_merged_tree_with_places() -> None:
    tree = effective(DATA / "full-example.yaml", env="live", sets=["risk.rate.max=7"])
    said = plain(tree)

    assert said["mode"] == "live"
    assert said["risk"]["rate"]["max"] == 7
    assert said["exchange"]["secret"] == {"file": "/run/secrets/binance"}
    assert said["strategy"]["params"] == {"fast": 20, "slow": 60}
    assert "environments" not in said


def test_effective_raises_for_what_cannot_be_merged(write: Callable[..., Path]) -> None:
    with pytest.raises(RecipeInvalid):
        effective(write("a: [\n"))
    with pytest.raises(RecipeInvalid):
        effective(write('a: "{{ 1 / 0 }}"\n'))


HEAVY = ("backtrader", "numpy", "pyarrow", "ccxt", "sqlalchemy", "apprise", "plotly")


def test_validating_imports_nothing_heavy(write: Callable[..., Path], good: str) -> None:
    path = write(good)
    code = (
        "import sys\nfrom realtrade.recipe import check_recipe\n"
        f"assert check_recipe({str(path)!r}) == []\n"
        f"print([name for name in {(*HEAVY, 'jinja2')!r} if name in sys.modules])\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"


def test_checks_no_user_code(
    write: Callable[..., Path], check: Callable[..., list[Diagnostic]], good: str
) -> None:
    write("raise SystemExit('imported')\n", "mine.py")
    text = good.replace(
        "type: ma_cross, params: {fast: 10, slow: 30}", "type: python, class: 'mine:X'"
    )

    assert check(text) == []
