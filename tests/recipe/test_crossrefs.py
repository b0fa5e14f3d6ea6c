from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.recipe import Diagnostic, Recipe

Check = "Callable[..., list[Diagnostic]]"
LIVE = """\
realtrade: v1
name: bot
mode: live
exchange: {type: binance, api_key: {env: K}, secret: {env: S}}
feeds:
  btc: {symbol: BTC/USDT, timeframe: 1h}
  old: {type: file, path: x.csv, symbol: BTC/USD, timeframe: 1h}
strategy: {type: ma_cross, feeds: [btc]}
"""


def codes(found: list[Diagnostic]) -> list[tuple[str, str]]:
    return [(one.code, one.path) for one in found]


FEEDS = """\
realtrade: v1
name: bot
mode: paper
exchange: {{type: binance}}
feeds: {{{}}}
strategy: {{type: ma_cross{}}}
"""
H1 = "h: {symbol: BTC/USDT, timeframe: 1h}"


@pytest.mark.parametrize(
    ("feeds", "strategy", "expected"),
    [
        (H1, ", feeds: [h]", []),
        (H1, ", feeds: [x]", [("RT301", "strategy.feeds[0]")]),
        (H1, ", feeds: [h, h]", [("RT307", "strategy.feeds[1]")]),
        (H1, ", feeds: h", [("RT203", "strategy.feeds")]),
        (H1, ", feeds: [1]", [("RT204", "strategy.feeds[0]")]),
        (H1 + ", d: {resample: h, timeframe: 1d}", "", []),
        (H1 + ", d: {resample: h, timeframe: 1h}", "", [("RT304", "feeds.d.timeframe")]),
        (H1 + ", d: {resample: h, timeframe: 30m}", "", [("RT304", "feeds.d.timeframe")]),
        (H1 + ", d: {resample: h, timeframe: 90m}", "", [("RT304", "feeds.d.timeframe")]),
        (H1 + ", d: {resample: x, timeframe: 1d}", "", [("RT301", "feeds.d.resample")]),
        (
            "a: {resample: b, timeframe: 1d}, b: {resample: a, timeframe: 1d}",
            "",
            [("RT303", "feeds.a.resample"), ("RT303", "feeds.b.resample")],
        ),
        ("a: {resample: a, timeframe: 1d}", "", [("RT303", "feeds.a.resample")]),
        (
            "a: {resample: b, timeframe: 1d}, b: {resample: b, timeframe: 1h}",
            "",
            [("RT303", "feeds.b.resample")],
        ),
        ("h: {symbol: BTC/USDT, timeframe: 45m}", "", [("RT312", "feeds.h.timeframe")]),
        ("h: {symbol: 'BTC/USDT:USDT', timeframe: 1h}", "", [("RT313", "feeds.h.symbol")]),
        ("g: {symbols: [BTC/USDT, ETH/USDT], timeframe: 1h}", ", feeds: [g]", []),
        ("g: {symbols: [BTC/USDT], timeframe: 1h}", ", feeds: [g_BTC]", []),
        (
            "g: {symbols: [BTC/USDT, BTC/USDC], timeframe: 1h}",
            "",
            [("RT307", "feeds.g.symbols")],
        ),
        (
            "g: {symbols: [BTC/USDT], timeframe: 1h}, g_BTC: {symbol: ETH/USDT, timeframe: 1h}",
            "",
            [("RT307", "feeds.g")],
        ),
        (
            "g: {symbols: [BTC/USDT], timeframe: 1h}, d: {resample: g, timeframe: 1d}",
            "",
            [("RT301", "feeds.d.resample")],
        ),
        ("g: {symbols: [], timeframe: 1h}", "", [("RT204", "feeds.g.symbols")]),
        ("g: {symbols: BTC/USDT, timeframe: 1h}", "", [("RT203", "feeds.g.symbols")]),
        ("g: {symbols: [btc], timeframe: 1h}", "", [("RT204", "feeds.g.symbols[0]")]),
        ("g: {symbols: [BTC/USDT], timeframe: 1h, x: 1}", "", [("RT201", "feeds.g.x")]),
        (
            "g: {symbols: [BTC/USDT, ETH/USDT], timeframe: 45m}",
            "",
            [("RT312", "feeds.g_BTC.timeframe"), ("RT312", "feeds.g_ETH.timeframe")],
        ),
        ("h: 1", "", [("RT203", "feeds.h")]),
        ("1h: {symbol: BTC/USDT, timeframe: 1h}", "", [("RT206", "feeds.1h")]),
        ("", "", [("RT204", "feeds")]),
    ],
)
def test_feeds(
    feeds: str,
    strategy: str,
    expected: list[tuple[str, str]],
    check: Callable[..., list[Diagnostic]],
) -> None:
    assert codes(check(FEEDS.format(feeds, strategy))) == expected


TICKS = "t: {symbol: BTC/USDT, timeframe: tick}"
QUOTES = "t: {symbol: BTC/USDT, timeframe: tick, source: quotes}"
PAST = "t: {symbol: BTC/USDT, timeframe: tick, history: 500 bars}"
FILE = "t: {type: file, path: x.csv, symbol: BTC/USDT, timeframe: tick}"
SLOW = "t: {symbol: BTC/USDT, timeframe: 1h, source: quotes}"


@pytest.mark.parametrize(
    ("feeds", "exchange", "mode", "expected"),
    [
        (TICKS + ", s: {resample: t, timeframe: 5s}", "binance", "paper", []),
        (TICKS + ", s: {resample: t, timeframe: tick}", "binance", "paper", ["RT304"]),
        (QUOTES, "binance", "paper", []),
        (PAST, "binance", "backtest", []),
        (FILE, "binance", "backtest", []),
        (TICKS, "binance", "backtest", ["RT314"]),
        (QUOTES, "binance", "backtest", ["RT314"]),
        (SLOW, "binance", "paper", ["RT204"]),
        (TICKS, "ccxt, id: kraken", "paper", ["RT312"]),
    ],
)
def test_ticks(
    feeds: str,
    exchange: str,
    mode: str,
    expected: list[str],
    check: Callable[..., list[Diagnostic]],
) -> None:
    text = FEEDS.format(feeds, "").replace("paper", mode)

    found = check(text.replace("type: binance", f"type: {exchange}"))

    assert [one.code for one in found] == expected


def test_a_circle_of_three_is_named(check: Callable[..., list[Diagnostic]]) -> None:
    feeds = ", ".join(f"{a}: {{resample: {b}, timeframe: 1d}}" for a, b in ("ab", "bc", "ca"))

    assert check(FEEDS.format(feeds, ""))[0].message.endswith("a → b → c → a")


def test_members_of_a_group_are_feeds(load: Callable[..., Recipe]) -> None:
    text = FEEDS.format("g: {symbols: [1INCH/USDT, ETH/USDT], timeframe: 1h}", ", feeds: [g]")
    recipe = load(text)

    assert list(recipe.feeds) == ["g_1INCH", "g_ETH"]
    assert recipe.strategy.feeds == ("g_1INCH", "g_ETH")
    assert recipe.at("feeds.g_ETH.symbol").column == text.splitlines()[4].index("ETH") + 1


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("", "", []),
        ("mode: live", "mode: testnet", []),
        ("type: binance, api_key: {env: K}, secret: {env: S}", "type: replay", ["RT306"]),
        ("exchange: {type: binance, api_key: {env: K}, secret: {env: S}}\n", "", ["RT305"]),
        ("feeds: [btc]", "feeds: [btc, old]", ["RT306"]),
        (", feeds: [btc]", "", ["RT306"]),
        ("feeds: [btc]", "feeds: [day]", ["RT301"]),
        ("mode: live", "mode: Live", ["RT204"]),
        ("mode: live", "mode: '{{ 1 }}'", ["RT502"]),
        ("api_key: {env: K}, ", "", ["RT204"]),
    ],
)
def test_live_is_never_contradicted(
    before: str, after: str, expected: list[str], check: Callable[..., list[Diagnostic]]
) -> None:
    found = check(LIVE.replace(before, after, 1))

    assert [one.code for one in found] == expected


def test_live_through_a_resampled_file(check: Callable[..., list[Diagnostic]]) -> None:
    text = LIVE.replace("strategy", "  day: {resample: old, timeframe: 1d}\nstrategy")

    found = check(text.replace("feeds: [btc]", "feeds: [btc, day]"))

    assert codes(found) == [("RT306", "feeds.old")]


def test_live_cannot_be_set_from_outside(
    check: Callable[..., list[Diagnostic]], write: Callable[..., object]
) -> None:
    paper = LIVE.replace("mode: live", "mode: paper")
    write("mode: live\n", "base.yaml")

    assert [one.code for one in check(paper, "mode=live")] == ["RT306"]
    assert [one.code for one in check("extends: base.yaml\n" + LIVE)] == []
    hidden = "extends: base.yaml\n" + LIVE.replace("mode: live\n", "")
    assert [one.code for one in check(hidden)] == ["RT306"]
    assert check(paper + "environments: {live: {mode: live}}\n") == []


@pytest.mark.parametrize("mode", ["paper", "testnet", "live"])
def test_only_backtests_need_no_exchange(
    mode: str, check: Callable[..., list[Diagnostic]], good: str
) -> None:
    assert "RT305" in [one.code for one in check(good.replace("backtest", mode, 1))]


def test_a_backtest_on_an_exchanges_bars_needs_it(
    check: Callable[..., list[Diagnostic]], good: str
) -> None:
    found = check(good.replace("type: file, path: data/btc.csv, ", ""))

    assert codes(found) == [("RT305", "feeds.btc")]


GOOD = """\
realtrade: v1
name: bot
mode: backtest
feeds: {btc: {type: file, path: x.csv, symbol: BTC/USD, timeframe: 1h}}
strategy: {type: ma_cross}
"""
NOTIFY = """\
notify:
  channels: {{tg: {{type: apprise, url: {{env: U}}}}}}
  routes: {{r: {{events: [{}], to: [{}], text: "{}"}}}}
"""


@pytest.mark.parametrize(
    ("events", "to", "text", "expected"),
    [
        ("order_filled", "tg", "{{ order.side | upper }} {{ recipe.name }}", []),
        ("order_filled, order_denied", "tg", "{{ order.symbol }}: {{ event.message }}", []),
        ("trade_closed", "tg", "{{ trade.pnl }}", []),
        ("order_filled", "tg", "no template", []),
        ("order_filled", "gt", "x", [("RT302", "notify.routes.r.to[0]")]),
        ("order_filld", "tg", "x", [("RT204", "notify.routes.r.events[0]")]),
        ("", "tg", "x", [("RT204", "notify.routes.r.events")]),
        ("order_filled", "tg", "{{ order.pirce }}", [("RT506", "notify.routes.r.text")]),
        ("risk_halt", "tg", "{{ order.side }}", [("RT506", "notify.routes.r.text")]),
        ("order_filled", "tg", "{{ vars.x }}", [("RT506", "notify.routes.r.text")]),
        ("order_filled", "tg", "{{ order.side() }}", [("RT502", "notify.routes.r.text")]),
        ("order_filled", "tg", "{{ order.side", [("RT501", "notify.routes.r.text")]),
    ],
)
def test_routes(
    events: str,
    to: str,
    text: str,
    expected: list[tuple[str, str]],
    check: Callable[..., list[Diagnostic]],
) -> None:
    assert codes(check(GOOD + NOTIFY.format(events, to, text))) == expected


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        ("from: 2018-01-01, to: 2018-01-02", []),
        ("from: 2018-01-01", []),
        ("from: 2018-01-01, to: 2018-01-01", ["RT311"]),
        ("from: 2018-01-01T02:00:00+02:00, to: 2018-01-01", ["RT311"]),
        ("from: 2018-02-30, to: 2018-01-01", ["RT204"]),
        ("from: 20, to: 2018-01-01", ["RT204"]),
    ],
)
def test_spans(
    span: str, expected: list[str], check: Callable[..., list[Diagnostic]], good: str
) -> None:
    found = check(f"{good}backtest: {{{span}}}\n")

    assert [one.code for one in found] == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:///state/bot.db", []),
        ("postgresql+psycopg://db/bot", []),
        ("postgresql+psycopg://bot:pw@db/bot", ["RT602"]),
        ("bot.db", ["RT204"]),
    ],
)
def test_storage(
    url: str, expected: list[str], check: Callable[..., list[Diagnostic]], good: str
) -> None:
    found = check(f"{good}storage: {{url: '{url}'}}\n")

    assert [one.code for one in found] == expected


def test_storage_may_be_a_reference(load: Callable[..., Recipe], good: str) -> None:
    assert "SecretRef" in repr(load(f"{good}storage: {{url: {{env: URL}}}}\n").storage)


@pytest.mark.parametrize("exchange", ["type: binance", "type: ccxt, id: kraken"])
@pytest.mark.parametrize("mode", ["testnet", "live"])
def test_orders_need_a_key(
    check: Callable[..., list[Diagnostic]], mode: str, exchange: str
) -> None:
    text = LIVE.replace("mode: live", f"mode: {mode}")

    (finding,) = check(text.replace("type: binance, api_key: {env: K}, secret: {env: S}", exchange))

    assert (finding.code, finding.path, finding.line) == ("RT202", "exchange", 4)
    assert f"mode '{mode}' sends orders, and they need a key" in finding.message


def test_live_bars_alone_need_no_key(check: Callable[..., list[Diagnostic]]) -> None:
    text = LIVE.replace("mode: live", "mode: paper")

    assert check(text.replace(", api_key: {env: K}, secret: {env: S}", "")) == []
