"""The report as people open it: in a browser, from disk, without a network."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Any

import pytest

from realtrade.monitor import Reporter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def report(tmp_path: Path, run: Any, facts: Any) -> Path:
    """A report of the real run."""
    Reporter(tmp_path / "out").write(
        run.tracker, facts, recipe_text="name: quickstart\n", prices={"BTC/USD": run.bars}
    )
    return tmp_path / "out" / "report.html"


def attribute(name: str, dom: str) -> str | None:
    """Return an attribute of the page's root."""
    found = re.search(rf'<html[^>]*\b{name}="([^"]*)"', dom)
    return found[1] if found else None


def test_everything_is_drawn_and_nothing_fails(
    browse: Callable[..., str], report: Path, run: Any
) -> None:
    marks = 2 * len(run.tracker.round_trips) + len(run.tracker.open_trips)

    dom = browse(report)

    assert attribute("data-error", dom) is None
    assert attribute("data-drawn", dom) == "3"
    assert dom.count('<g class="trace boxes"') == 1, "candles"
    assert dom.count('<g class="trace scatter') >= 5, "markers, equity, drawdown"
    assert len(re.findall(r'<path[^>]* class="box"|<path class="box"', dom)) > 100
    assert len(re.findall(r'<path class="point[ "]', dom)) == marks, "an entry and an exit a trade"
    assert dom.count("<tr>") == 1 + 25, "a page of trades"


def test_trades_behind_the_last_candle_are_in_the_picture_too(
    browse: Callable[..., str], tmp_path: Path, run: Any, facts: Any
) -> None:
    """A report may know of trades whose bars it has not: these stand far above those it has."""
    Reporter(tmp_path / "out").write(
        run.tracker, facts, recipe_text="", prices={"BTC/USD": run.bars.part(0, 100)}
    )
    highest = max(max(trip.entry_price, trip.exit_price) for trip in run.tracker.round_trips)
    assert highest > 1.2 * run.bars.high[:100].max()

    dom = browse(tmp_path / "out" / "report.html")

    ticks = [float(tick) for tick in re.findall(r'class="ytick"><text[^>]*>([0-9.]+)<', dom)]
    assert max(ticks) > 0.8 * highest
    assert "they stand without candles" in dom


def test_it_looks_like_something(browse: Callable[..., str], report: Path, tmp_path: Path) -> None:
    picture = tmp_path / "report.png"
    browse(report, "--window-size=1400,2000", f"--screenshot={picture}")

    content = picture.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", content[16:24])[0] == 1400
    assert len(content) > 100_000, "a blank page is a small picture"


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ('<img src="http://127.0.0.1:9/x.png">', "refused: http://127.0.0.1:9/x.png"),
        ("<script>document.title = 'owned'</script>", "refused: inline"),
    ],
)
def test_what_is_planted_neither_loads_nor_runs(
    browse: Callable[..., str], report: Path, planted: str, told: str
) -> None:
    # Proves too that a failure on the page would be seen by the test above.
    text = report.read_text(encoding="utf-8")
    report.write_text(text.replace("<main>", f"<main>{planted}"), encoding="utf-8")

    dom = browse(report)

    assert told in (attribute("data-error", dom) or "")
    assert "<title>owned" not in dom
    assert '<p class="failure" id="failure">' in dom
