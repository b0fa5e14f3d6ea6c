from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.model.order import Side
from realtrade.monitor import PerformanceTracker, Reporter, RunFacts
from realtrade.monitor.facts import RuleFacts

if TYPE_CHECKING:
    from pathlib import Path

HOSTILE = "</script><script>document.title='owned'</script><img src=http://127.0.0.1:9/x onerror=1>"


class Page(HTMLParser):
    """What a browser would load, run and show."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.handlers: list[str] = []
        self.scripts: list[str] = []
        self.tags: list[str] = []
        self.payload = ""
        self.policy = ""
        self._inside = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.append(tag)
        self._inside = tag if tag != "script" or "type" not in named else "payload"
        loading = ("src", "href", "srcset", "data", "action", "poster", "background")
        self.loads += [named[key] or "" for key in loading if key in named]
        self.handlers += [key for key in named if key.startswith("on")]
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "script":
            self.scripts.append(data)
        if self._inside == "payload":
            self.payload += data


def write(folder: Path, run: Any, facts: RunFacts, **options: Any) -> str:
    Reporter(folder).write(run.tracker, facts, prices={"BTC/USD": run.bars}, **options)
    return (folder / "report.html").read_text(encoding="utf-8")


def test_a_page_loads_nothing(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    page = Page(write(tmp_path, run, facts))

    assert page.loads == ["data:,"]
    assert page.handlers == []
    assert page.policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "http" not in page.policy
    assert "url(" not in write(tmp_path, run, facts).split("</style>")[0]


def test_only_our_own_scripts_may_run(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    page = Page(write(tmp_path, run, facts))

    hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in page.scripts]
    assert len(hashes) == 3
    assert re.findall(r"'sha256-([^']+)'", page.policy) == hashes


def test_hostile_text_stays_text(tmp_path: Path, run: Any) -> None:
    rule = RuleFacts(name=HOSTILE, type=HOSTILE, stands=HOSTILE, breached=True, last=HOSTILE)
    facts = RunFacts(
        name=HOSTILE,
        mode=HOSTILE,
        recipe_hash=HOSTILE,
        path_reason=HOSTILE,
        description=HOSTILE,
        rules=(rule,),
        drawdown_limits=((HOSTILE, 0.1),),
    )
    tracker = PerformanceTracker(100)
    tracker.record_columns([0, 1000], [100, 100], [100, 100])
    for side in (Side.BUY, Side.SELL):
        tracker.record_fill(HOSTILE, side, quantity=1, price=1, fee=0, time_ms=0)
    Reporter(tmp_path).write(
        tracker, facts, recipe_text=f"{HOSTILE}: 1\n# {HOSTILE}\n", prices={HOSTILE: run.bars}
    )

    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))

    assert len(page.scripts) == 3
    assert page.loads == ["data:,"]
    assert "img" not in page.tags
    assert json.loads(page.payload)["trades"][0][0] == HOSTILE


def test_shows_what_each_risk_rule_did(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    rules = (
        RuleFacts(name="brake", type="max_drawdown", stands="drawdown 9% of 15%", denied=1234),
        RuleFacts(name="day", type="daily_loss", stands="over", breached=True, acted=1, last="x"),
    )

    text = write(tmp_path, run, replace(facts, rules=rules, drawdown_limits=(("brake", 0.15),)))

    assert "<td>drawdown 9% of 15%</td>" in text
    assert '<td class="number">1,234</td>' in text
    assert '<td class="loss">over</td>' in text
    assert "Limit of brake" in text
    assert '<table id="risk">' not in write(tmp_path, run, facts)


def test_the_page_says_what_was_run(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    text = write(tmp_path, run, facts, recipe_text="realtrade: v1\nname: quickstart # mine\n")

    assert "<title>quickstart · realtrade</title>" in text
    assert "Averages that cross." in text
    assert '<span class="key">name:</span>' in text
    assert "0123abcd" in text
    for row in Reporter(tmp_path).write(run.tracker, facts).rows:
        assert f"<dt>{row.label}</dt>" in text


def test_two_reports_are_the_same_bytes(tmp_path: Path, run: Any, facts: RunFacts) -> None:
    first = write(tmp_path / "a", run, facts, recipe_text="a: 1")
    second = write(tmp_path / "b", run, facts, recipe_text="a: 1")

    assert first == second
    assert str(tmp_path) not in first


def test_the_table_holds_the_latest_and_says_so(
    tmp_path: Path, run: Any, facts: RunFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtrade.monitor.report.MOST_TRADES", 3)

    text = write(tmp_path, run, facts)

    shown = json.loads(Page(text).payload)["trades"]
    assert shown == [list(trip) for trip in run.tracker.round_trips[-3:]]
    assert f"Shown are the latest 3 of {len(run.tracker.round_trips)}" in text


@pytest.mark.parametrize(("equity", "tone"), [(110, "gain"), (90, "loss"), (100, "")])
def test_the_return_is_coloured(tmp_path: Path, facts: RunFacts, equity: float, tone: str) -> None:
    tracker = PerformanceTracker(100)
    tracker.record_bar(0, 100, equity)

    Reporter(tmp_path).write(tracker, facts)

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert f'<dd class="{tone}">{equity - 100:.2f}%</dd>' in text


@pytest.mark.parametrize("start", [0, 100])
def test_a_run_without_bars_or_money_still_has_a_page(
    tmp_path: Path, facts: RunFacts, start: float
) -> None:
    tracker = PerformanceTracker(start)
    if not start:
        tracker.record_bar(0, 0, 0)
        tracker.record_fill("A/B", Side.BUY, quantity=1, price=1, fee=0, time_ms=0)

    Reporter(tmp_path).write(tracker, facts)

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "No position was opened and closed again." in text
    assert ("1 is still open." in text) == (not start)


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("name: quickstart", "name:"),
        ("  - type: ma_cross", "type:"),
        ("# a: comment", None),
        ("plain", None),
        ("  - 'quoted: text'", None),
    ],
)
def test_a_recipe_is_shown_with_its_keys(
    tmp_path: Path, facts: RunFacts, line: str, key: str | None
) -> None:
    Reporter(tmp_path).write(PerformanceTracker(1), facts, recipe_text=line)

    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert re.findall(r'<span class="key">([^<]*)</span>', text) == ([key] if key else [])
    shown = text.split("<pre>")[1].split("</pre>")[0]
    assert re.sub(r"<[^>]+>", "", shown).replace("&#39;", "'") == f"{line}\n"
