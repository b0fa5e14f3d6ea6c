"""Every built-in strategy's recipe, made to trade often, and the same bars for all modes."""

from __future__ import annotations

import csv
import json
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from realtrade.model.bar import Bar
from realtrade.utils.timeframes import Timeframe
from tests.scenario.lockstep import LOT, MAKER, SECRET, TAKER, TICK

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from realtrade.testing import SimExchange

RECIPES = Path(__file__).parents[2] / "recipes"
CASH = 10_000


@dataclass(frozen=True, kw_only=True)
class Play:
    """A recipe of ours on an exchange: what of it is changed, and what it is played on."""

    params: Mapping[str, Any] = field(default_factory=dict)
    """Changed parameters, so that a few hundred bars are enough."""
    strategy: Mapping[str, Any] = field(default_factory=dict)
    """What else of the strategy's block is changed."""
    market: str = "swap"
    begin: str = "2017-12-01"
    bars: int = 300
    resampled: str = "4h"
    """Timeframe of feeds made of others."""
    fills: int = 20
    """It fills so many orders at least."""
    walks: bool = False
    """Its orders wait for a price. The exchange fills those at their own price where the market
    opens beyond it, the simulated broker at that open: so its bars open where the last closed."""


BOTH = {"direction": "both"}


def _average(kind: str) -> dict[str, Any]:
    return {"type": "ma_cross", "params": {"fast": 4, "slow": 12, "average": kind, **BOTH}}


_STRENGTH = {"type": "rsi_momentum", "params": {"period": 9, "strong": 58, "middle": 50, **BOTH}}
_MEMBERS = {"trend": _average("hma"), "strength": _STRENGTH}
_SIGNALS = {
    "above": {"type": "macd", "params": {"fast": 4, "slow": 9, "signal": 4, **BOTH}},
    "below": {"type": "bollinger", "params": {"period": 8, "width": 1.2, **BOTH}},
}
PLAYS = {
    "adx-trend": Play(params={"period": 8, "strong": 30, "weak": 25, **BOTH}),
    "atr-grid": Play(
        params={"period": 12, "factor": 1, "quantity": 0.05, **BOTH},
        begin="2018-04-01",
        bars=240,
        walks=True,
    ),
    "bollinger": Play(params={"period": 10, "width": 1.2, **BOTH}),
    "dca-drop": Play(params={"period": 24, "drop": 0.02, "take_profit": 0.02}, market="spot"),
    "dca-schedule": Play(params={"every": 6, "take_profit": 0.03}, market="spot"),
    "donchian": Play(params={"entry": 7, "leave": 3, **BOTH}),
    "fixed-grid": Play(
        params={"lower": 8000, "upper": 15000, "lines": 36, "quantity": 0.05},
        market="spot",
        walks=True,
        bars=150,
    ),
    "macd": Play(params={"fast": 4, "slow": 9, "signal": 4, **BOTH}),
    "multi-timeframe": Play(params={"entry": _STRENGTH, "trend": _average("wma"), **BOTH}),
    "pairs": Play(params={"period": 10, "entry": 1.2}, bars=200),
    "quickstart": Play(params={"fast": 4, "slow": 12, "average": "kama", **BOTH}),
    "regime": Play(
        params={"filter": {"by": "adx", "period": 8, "high": 30, "low": 25}, **_SIGNALS, **BOTH}
    ),
    "roc-rank": Play(params={"period": 5, "every": 3, "top": 1, **BOTH}, bars=200),
    "rsi-momentum": Play(params={"period": 9, "strong": 58, **BOTH}),
    "rsi-reversion": Play(params={"period": 6, "low": 30, "middle": 50, "high": 70, **BOTH}),
    "rules-ma-cross": Play(
        strategy={"indicators": {"fast": "sma(close, 4)", "slow": "sma(close, 12)"}},
        market="spot",
    ),
    "supertrend": Play(params={"period": 6, "factor": 1.2, **BOTH}),
    "volume-breakout": Play(params={"period": 7, "factor": 1, "leave": 3, **BOTH}),
    "vote": Play(params={"members": _MEMBERS, "weights": {"trend": 2}, "entry": 0.6, **BOTH}),
    "zscore": Play(params={"period": 12, "entry": 1.3, **BOTH}),
}


class Script:
    """One play written down: the recipe for the exchange, and for files of the bars it played."""

    def __init__(self, name: str, play: Play) -> None:
        self.play = play
        body = yaml.safe_load((RECIPES / f"{name}.yaml").read_text("utf-8"))
        self._feeds: dict[str, dict[str, Any]] = body["feeds"]
        self._files = {name: feed for name, feed in self._feeds.items() if "path" in feed}
        self.symbols = {name: self._symbol(feed) for name, feed in self._files.items()}
        self.timeframe: str = next(iter(self._files.values()))["timeframe"]
        strategy = deepcopy(body["strategy"]) | dict(play.strategy)
        if play.params:
            strategy["params"] = strategy.get("params", {}) | dict(play.params)
        fees = {"maker": f"{MAKER * 100}%", "taker": f"{TAKER * 100}%"}
        money = {"cash": f"{CASH} USD", "fees": fees}
        self._body = {
            "realtrade": "v1",
            "name": name,
            "strategy": strategy,
            "paper": money,
            "backtest": money,
            **{key: body[key] for key in ("sizing", "risk") if key in body},
        }
        if body.get("sizing", {}).get("type") == "percent_equity":
            # A simulated account has no leverage: what it cannot pay for, this one could.
            self._body["sizing"] = body["sizing"] | {"percent": "30%"}

    def _symbol(self, feed: Mapping[str, Any]) -> str:
        symbol = str(feed["symbol"])
        return f"{symbol}:USD" if self.play.market == "swap" else symbol

    def bars(self) -> dict[str, list[Bar]]:
        """Return the bars to play, by symbol."""
        return {
            self.symbols[name]: list(self._read(RECIPES / feed["path"]))
            for name, feed in self._files.items()
        }

    def _read(self, path: Path) -> Iterator[Bar]:
        last = 0.0
        for row in list(_rows(path, self.play.begin))[: self.play.bars]:
            moment = datetime.fromisoformat(row["time"])
            time_ms = round(moment.timestamp() * 1000)
            prices = [float(row[key]) for key in ("open", "high", "low", "close", "volume")]
            if self.play.walks and last:
                prices[:3] = last, max(prices[1], last), min(prices[2], last)
            last = prices[3]
            yield Bar(time_ms, Timeframe.parse(self.timeframe).close_ms(time_ms), *prices)

    def for_exchange(self, folder: Path, url: str, key: str) -> Path:
        """Write the recipe that trades at the exchange; return where it is."""
        exchange = {
            "type": "binance",
            "market": self.play.market,
            "endpoints": url,
            "currency": "USD",
            "api_key": {"file": "key.txt"},
            "secret": {"file": "secret.txt"},
        }
        live = {
            name: {"symbol": symbol, "timeframe": self.timeframe}
            for name, symbol in self.symbols.items()
        }
        folder.mkdir()
        (folder / "key.txt").write_text(key)
        (folder / "secret.txt").write_text(SECRET)
        return self._write(folder, mode="live", exchange=exchange, feeds=self._with_longer(live))

    def for_files(self, folder: Path, exchange: SimExchange, mode: str) -> Path:
        """Write the recipe of a backtest or a replay, and what the exchange has played."""
        folder.mkdir()
        files = {}
        for name, symbol in self.symbols.items():
            path = folder / f"{name}.csv"
            with path.open("w", encoding="utf-8", newline="") as file:
                out = csv.writer(file)
                out.writerow(("time", "open", "high", "low", "close", "volume"))
                out.writerows(
                    (bar.open_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)
                    for bar in exchange.bars(symbol, self.timeframe)
                )
            files[name] = {
                "type": "file",
                "path": path.name,
                "symbol": symbol,
                "timeframe": self.timeframe,
                "lot": float(LOT),
                "tick": float(TICK),
                "min_quantity": float(LOT),
            }
        more: dict[str, Any] = {"mode": mode, "feeds": self._with_longer(files)}
        if mode == "paper":
            more["exchange"] = {"type": "replay"}
            more["storage"] = {"url": "sqlite:///replay.db"}
        return self._write(folder, **more)

    def _with_longer(self, feeds: Mapping[str, Any]) -> dict[str, Any]:
        longer = {
            name: {"resample": feed["resample"], "timeframe": self.play.resampled}
            for name, feed in self._feeds.items()
            if "resample" in feed
        }
        return {**feeds, **longer}

    def _write(self, folder: Path, **more: Any) -> Path:
        path = folder / "recipe.yaml"
        path.write_text(json.dumps({**self._body, **more}), encoding="utf-8")
        return path


def _rows(path: Path, begin: str) -> Sequence[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [row for row in rows if row["time"] >= begin]
