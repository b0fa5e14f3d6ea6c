"""What ships for Prometheus and Grafana, held against Prometheus itself and our own metrics."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest
import yaml

from realtrade.utils.clock import SystemClock

if TYPE_CHECKING:
    from tests.monitor.http.conftest import Bot

FOLDER = Path(str(resources.files("realtrade.monitor").joinpath("dashboards")))
CLOCK = SystemClock()


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not installed: apt-get install prometheus")
    return str(found)


def expressions() -> list[str]:
    """Every query of the dashboard, its variables filled in."""
    board = json.loads((FOLDER / "grafana.json").read_text())
    queries = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    queries += [note["expr"] for note in board["annotations"]["list"]]
    return [query.replace("$bot", "a") for query in queries]


def run(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode()


def test_promtool_takes_the_rules_and_the_configuration(tmp_path: Path) -> None:
    for name in ("alerts.yml", "prometheus.yml"):
        shutil.copy(FOLDER / name, tmp_path)
    shutil.copy(Path(__file__).parents[1] / "alerts_test.yml", tmp_path)

    run(tool("promtool"), "check", "rules", tmp_path / "alerts.yml")
    run(tool("promtool"), "check", "config", tmp_path / "prometheus.yml")
    run(tool("promtool"), "test", "rules", tmp_path / "alerts_test.yml")


def test_promtool_reads_every_query_of_the_dashboard(tmp_path: Path) -> None:
    rules = [
        {"record": f"panel:{number}:query", "expr": query}
        for number, query in enumerate(expressions())
    ]
    path = tmp_path / "queries.yml"
    path.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    run(tool("promtool"), "check", "rules", path)


def test_every_metric_that_is_asked_for_exists(bot: Bot) -> None:
    from realtrade.monitor.http.metrics import Metrics, Sample

    more = [
        Sample("bars_waiting", "x", 1),
        Sample("notifications_waiting", "x", 1, {"channel": "tg"}),
        Sample("notifications_failures", "x", 1, {"channel": "tg"}),
        Sample("notifications_sent", "x", 1, {"channel": "tg"}, "counter"),
    ]
    from realtrade.model.events import Event, EventType

    bot.board.event(Event(EventType.STARTED, 1, "x"))
    text = Metrics(bot.board, bot.health.look, lambda: more).text().decode()
    known = set(re.findall(r"^(\w+)[{ ]", text, re.MULTILINE)) | {"up"}
    alerts = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"][0]["rules"]
    asked = [*expressions(), *(alert["expr"] for alert in alerts)]

    names = {name for query in asked for name in re.findall(r"\b(?:realtrade|process)_\w+", query)}

    assert names - known == set()
    assert len(names) > 15


def test_panels_do_not_overlap() -> None:
    board = json.loads((FOLDER / "grafana.json").read_text())
    taken: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_a_real_prometheus_scrapes_a_bot(bot: Bot, tmp_path: Path) -> None:
    prometheus = tool("prometheus")
    bot.serve()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config: dict[str, Any] = {
        "global": {"scrape_interval": "1s"},
        "scrape_configs": [
            {"job_name": "realtrade", "static_configs": [{"targets": [bot.server.address]}]}
        ],
    }
    (tmp_path / "prometheus.yml").write_text(yaml.safe_dump(config))
    command = [prometheus, f"--config.file={tmp_path / 'prometheus.yml'}"]
    command += [
        f"--storage.tsdb.path={tmp_path / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(command, stderr=log, stdout=log)
        try:
            equity = _query(port, "realtrade_equity")
            up = _query(port, 'up{job="realtrade"}')
        finally:
            process.terminate()
            process.wait(20)

    assert equity == "10061.262054276585"
    assert up == "1"


def _query(port: int, query: str) -> str:
    """Ask until there is an answer."""
    url = f"http://127.0.0.1:{port}/api/v1/query?query={quote(query)}"
    until_s = CLOCK.monotonic_s() + 30
    while CLOCK.monotonic_s() < until_s:
        try:
            with urlopen(url, timeout=5) as answer:
                found = json.loads(answer.read())["data"]["result"]
        except (URLError, ConnectionError):
            found = []
        if found:
            return str(found[0]["value"][1])
        CLOCK.sleep(0.2)
    pytest.fail(f"no answer to {query} within 30 s")
