"""A paper run with everything around it switched on, looked at from outside."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from realtrade.engine import StageFailed
from realtrade.engine.lifecycle import Phase
from realtrade.engine.state import StateFolder
from realtrade.model.events import EventType
from realtrade.recipe import RecipeInvalid
from realtrade.utils.clock import SystemClock
from tests.engine.runs import MINE, REPLAY, STOPPING, Notes
from tests.notifications.conftest import Site, serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from realtrade.engine import TradingRunner
    from tests.engine.conftest import Bench

CLOCK = SystemClock()
HTTP = "monitor.http=127.0.0.1:0"
NOTIFY = (
    "notify: {channels: {hook: {type: apprise, url: {env: HOOK}}}, routes: {all: {events: "
    "[started, stopped, failed, halted, resumed, order_filled, trade_closed, report], "
    "to: [hook]}}}\n"
)


@pytest.fixture
def site() -> Iterator[Site]:
    yield from serving()


def runner_of(
    bench: Bench, hook: Callable[[Any], object], recipe: str, *sets: str
) -> tuple[TradingRunner, Notes]:
    bench.strategy("mine", STOPPING)
    notes = Notes()
    state = StateFolder(bench.folder / "state" / "bot")
    path = bench.recipe(MINE + recipe)
    swap = "feeds.btc.market=swap"
    runner = bench.runner(path, "out", swap, *REPLAY, *sets, observer=notes, state=state)

    def first(stage: str) -> None:
        if stage == "trading":
            strategy: Any = runner._parts.spec.cls
            strategy.hook = staticmethod(hook)

    notes._on_stage = first
    return runner, notes


def fetch(runner: TradingRunner, path: str, token: str = "") -> bytes:
    running = StateFolder(runner._parts.state.path).running()  # type: ignore[union-attr]  # these runs have one
    assert running is not None
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    data = b"{}" if token else None
    request = Request(f"http://{running.address}{path}", data, headers)
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
        body: bytes = answer.read()
    return body


class Visit:
    """What a person sees and does at bar 200 of a run with one closed trade."""

    def __init__(self) -> None:
        self.runner: Any = None
        self.status: dict[str, Any] = {}
        self.metrics = ""
        self.phase: Phase | None = None
        self.order: Any = None

    def __call__(self, strategy: Any) -> None:
        bar = len(strategy)
        if bar == 100:
            strategy.sell(size=0.5)
        if bar == 110:
            strategy.close()
        if bar == 200:
            self._look_and_halt()
        if bar == 210:
            self.phase = self.runner.lifecycle.phase
            self.order = strategy.buy(size=1)

    def _look_and_halt(self) -> None:
        parts = self.runner._parts
        parts.turns.after[0].__self__.paint()  # a picture of this very moment
        self.status = json.loads(fetch(self.runner, "/status"))
        self.metrics = fetch(self.runner, "/metrics").decode()
        fetch(self.runner, "/do/halt", parts.state.token())


def test_everything_around_a_run_tells_the_same_story(
    bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{site.port}/alarm")
    visit = Visit()
    runner, notes = runner_of(bench, visit, NOTIFY, HTTP)
    visit.runner = runner

    outcome = runner.run()

    assert outcome.crash is None
    trades = (bench.folder / "out" / "trades.csv").read_text().splitlines()
    assert visit.status["trades"] == len(trades) - 1 == 1
    assert [fill["quantity"] for fill in visit.status["fills"]] == ["0.5", "0.5", "1"]
    closed = next(one for one in visit.status["events"] if one["type"] == "trade_closed")
    result = f"{float(trades[1].split(',')[7]):.8f}".rstrip("0")
    assert f" closed: {result} after fees of " in closed["message"]
    assert f"realtrade_equity {float(visit.status['equity'])}" in visit.metrics
    assert visit.phase is Phase.HALTED
    assert visit.order.getstatusname() == "Rejected"
    assert sorted(seen.json["message"].partition(" [")[0] for seen in site.seen) == sorted(
        [
            "bot started in mode paper",
            *[line for _, line in notes.lines if "filled" in line],
            closed["message"],
            "halted by http: asked to",
            "bot completed",
        ]
    )


def test_with_sinks_down_the_run_ends_and_the_next_one_tells(
    bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{site.port}/alarm")
    site.answer = lambda seen: 500
    kept = NOTIFY + 'storage: {url: "sqlite:///state/journal.db"}\n'
    runner, notes = runner_of(bench, lambda strategy: None, kept)
    first = runner.run()
    down = [line for _, line in notes.lines if "wait for the next start" in line]
    site.answer = lambda seen: {"ok": True}
    tried = len(site.seen)
    runner, _ = runner_of(bench, lambda strategy: None, kept)
    runner.run()

    assert first.crash is None
    assert len(down) == 1
    told = [seen.json["message"].partition(" [")[0] for seen in site.seen[tried:]]
    assert told.count("bot started in mode paper") == 2
    assert told.count("bot completed") == 2


@pytest.mark.parametrize(
    ("sets", "place"),
    [
        (("monitor.http=192.0.2.1:80",), "the page cannot be served here"),
        (("monitor.http=127.0.0.1:0", "monitor.token={env: NO_SUCH}"), "NO_SUCH"),
    ],
)
def test_a_page_that_cannot_be_served_is_shown_before_anything_is_traded(
    bench: Bench, sets: tuple[str, ...], place: str
) -> None:
    runner, _ = runner_of(bench, lambda strategy: None, "", *sets)

    with pytest.raises(StageFailed) as caught:
        runner.run()

    assert caught.value.stage == "operations"
    assert isinstance(caught.value.cause, RecipeInvalid)
    assert place in str(caught.value.cause.diagnostics[0].message)
    assert runner.lifecycle.phase is Phase.FAILED


def test_a_page_open_to_others_needs_a_token(bench: Bench) -> None:
    path = bench.recipe(MINE)
    bench.strategy("mine", STOPPING)
    runner = bench.runner(path, "out", *REPLAY, "monitor.http=0.0.0.0:0")

    with pytest.raises(StageFailed) as caught:
        runner.run()

    cause = caught.value.cause
    assert isinstance(cause, RecipeInvalid)
    assert "the page would be open to everybody who reaches 0.0.0.0" in cause.diagnostics[0].message


def test_a_report_is_written_beside_trading_and_told_of(bench: Bench) -> None:
    from realtrade.engine.report import prices
    from realtrade.engine.reports import Reports

    written: list[str] = []

    shown: list[int] = []

    def hook(strategy: Any) -> None:
        if len(strategy) == 300:
            from threading import Thread

            shown.append(len(prices(runner._parts)["BTC/USD"]))
            Thread(target=write, daemon=True).start()
        if len(strategy) > 300 and not written:
            CLOCK.sleep(0.05)

    def write() -> None:
        parts = runner._parts
        assert parts.turns is not None
        reports = Reports(parts, parts.turns)
        assert [job.name for job in reports.jobs()] == ["daily report"]
        reports.write()
        written.append("yes")

    runner, notes = runner_of(bench, hook, "", "monitor.report=daily")
    outcome = runner.run()

    assert outcome.crash is None
    (folder,) = (bench.folder / "out" / "reports").iterdir()
    assert "BTC/USD" in (folder / "report.html").read_text()
    summary = json.loads((folder / "summary.json").read_text())
    assert 295 <= summary["bars"] < outcome.summary["bars"]
    assert shown == [300]  # its candles: no bar of the file that has not been yet
    (line,) = [line for _, line in notes.lines if line.startswith("daily report:")]
    assert str(folder / "report.html") in line
    assert " USD, " in line


def test_a_crash_is_told(bench: Bench, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f"json://127.0.0.1:{site.port}/alarm")

    def hook(strategy: Any) -> None:
        if len(strategy) == 100:
            raise ValueError("my fault")

    runner, _ = runner_of(bench, hook, NOTIFY)
    outcome = runner.run()

    assert outcome.ending == "failed"
    assert runner.lifecycle.phase is Phase.FAILED
    assert any("ValueError: my fault" in seen.json["message"] for seen in site.seen)


def test_flattening_by_the_schedule_goes_by_the_bars_time_in_a_replay(bench: Bench) -> None:
    held: dict[str, float] = {}

    def hook(strategy: Any) -> None:
        held[strategy.data.datetime.datetime(0).isoformat()] = strategy.position.size

    recipe = 'schedule: {flatten: {evening: "0 18 4 1 *"}}\n'  # bar 50 buys on 3 January
    runner, _ = runner_of(bench, hook, recipe)
    replayed = runner.run()
    live = dict(held)
    backtest = bench.run(bench.folder / "bot.yaml", "backtest", "feeds.btc.market=swap")

    assert live["2024-01-04T16:00:00"] == 1.0
    assert live["2024-01-04T20:00:00"] == 0.0
    assert replayed.summary["final_equity"] == backtest.summary["final_equity"]
    assert replayed.summary["trades"] == backtest.summary["trades"] == 1


HEAVY = ("apprise", "aiohttp", "prometheus_client", "apscheduler", "telegram", "sqlalchemy")
PROGRAM = """
import sys
from pathlib import Path
from realtrade.engine import TradingRunner
from realtrade.recipe import load_recipe
outcome = TradingRunner(load_recipe(Path(sys.argv[1])), out=Path(sys.argv[2])).run()
assert outcome.ending == "completed", outcome
print("\\n".join(sorted(name for name in sys.modules)))
"""


def test_a_backtest_loads_nothing_of_it(bench: Bench) -> None:
    recipe = bench.recipe("strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n")

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, recipe, bench.folder / "out"],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = set(done.stdout.split())
    assert {name.partition(".")[0] for name in loaded} & set(HEAVY) == set()
    ours = {"realtrade.engine.operations", "realtrade.notifications", "realtrade.monitor.http"}
    assert loaded & ours == set()
    assert "realtrade.monitor.board" not in loaded


def test_a_bot_without_them_loads_no_page_and_no_channels(bench: Bench) -> None:
    recipe = bench.recipe(
        "strategy: {type: ma_cross, params: {fast: 5, slow: 20}}\n"
        "mode: paper\nexchange: {type: replay}\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, recipe, bench.folder / "out"],
        capture_output=True,
        text=True,
        check=True,
    )

    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert loaded & {"apprise", "aiohttp", "prometheus_client", "apscheduler", "telegram"} == set()


def test_every_event_may_be_asked_for(bench: Bench) -> None:
    names = ", ".join(kind.value for kind in EventType)
    recipe = bench.recipe(
        f"{MINE}notify: {{channels: {{me: {{type: apprise, url: {{env: URL}}}}}}, "
        f"routes: {{all: {{events: [{names}], to: [me]}}}}}}\n"
    )
    bench.strategy("mine", STOPPING)

    from realtrade.recipe import load_recipe

    assert len(load_recipe(recipe).notify.routes["all"].events) == len(EventType)
