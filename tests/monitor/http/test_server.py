"""The monitor's server from outside: what it tells, to whom, and who may act."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import threading
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from prometheus_client.parser import text_string_to_metric_families

from realtrade.model.events import Event, EventType
from realtrade.monitor.http.access import Access
from realtrade.monitor.http.server import MonitorServer
from realtrade.plugins.ports.health import Finding, HealthStatus
from tests.monitor.http.conftest import PICTURE, TOKEN

if TYPE_CHECKING:
    from tests.monitor.http.conftest import Bot

BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Answer:
    def __init__(self, status: int, headers: Any, body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(bot: Bot, path: str, method: str = "GET", data: Any = None, **head: str) -> Answer:
    headers = {name.replace("_", "-"): value for name, value in head.items()}
    request = Request(bot.url + path, data, headers, method=method)  # noqa: S310 - loopback
    try:
        with urlopen(request, timeout=10) as answer:  # noqa: S310 - loopback
            return Answer(answer.status, answer.headers, answer.read())
    except HTTPError as error:
        with error:
            return Answer(error.code, error.headers, error.read())


def test_health_for_probes(bot: Bot) -> None:
    bot.serve()
    bot.phase = "warmup"
    bot.live = (False, "the trading thread has had no turn for 61 s")

    live, ready = ask(bot, "/livez"), ask(bot, "/readyz")

    assert (live.status, live.json["message"]) == (503, bot.live[1])
    assert (ready.status, ready.json) == (503, {"ok": False, "message": "the bot is warmup"})
    bot.phase, bot.live = "trading", (True, "well")
    assert [ask(bot, path).status for path in ("/livez", "/readyz")] == [200, 200]


def test_an_exchange_that_is_down_is_seen_and_costs_no_life(bot: Bot) -> None:
    bot.finding = Finding(HealthStatus.DEGRADED, "no connection for 90 s", 90.0)
    bot.serve()

    status = ask(bot, "/status").json

    assert status["health"]["status"] == "degraded"
    assert status["health"]["conditions"][0]["message"] == "no connection for 90 s"
    assert ask(bot, "/livez").status == 200


def test_status_is_the_board(bot: Bot) -> None:
    bot.board.event(Event(EventType.ORDER_FILLED, 5, "bought", {"client_order_id": "rt-1"}))
    bot.board.line("a line")
    bot.serve()

    status = ask(bot, "/status").json

    assert {key: status[key] for key in PICTURE} == PICTURE
    assert (status["name"], status["phase"], status["mode"]) == ("demo", "trading", "paper")
    assert status["events"] == [
        {"time_ms": 5, "type": "order_filled", "message": "bought", "client_order_id": "rt-1"}
    ]
    assert status["log"] == [[1, "a line"]]
    assert status["curve"][-1] == [PICTURE["bar_ms"], PICTURE["equity"]]


def test_metrics_are_what_prometheus_reads(bot: Bot) -> None:
    bot.board.event(Event(EventType.ORDER_FILLED, 5, "bought"))
    bot.serve()

    answer = ask(bot, "/metrics")

    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    families = {
        family.name: family for family in text_string_to_metric_families(answer.body.decode())
    }
    values = {
        (sample.name, *sample.labels.values()): sample.value
        for family in families.values()
        for sample in family.samples
    }
    assert values["realtrade_equity",] == 10061.262054276585
    assert values["realtrade_phase", "trading"] == 1
    assert values["realtrade_phase", "halted"] == 0
    assert values["realtrade_position_quantity", "BTC/USDT"] == 3.2
    assert values["realtrade_events_total", "order_filled"] == 1
    assert values["realtrade_healthy", "loop"] == 1
    assert values["realtrade_condition_value", "loop"] == 0.5
    assert values["realtrade_notifications_sent_total", "tg"] == 3
    assert values["realtrade_open_orders",] == 1
    assert values["realtrade_last_bar_timestamp_seconds",] == 1_499_054_400
    assert "process_resident_memory_bytes" in families
    assert families["realtrade_fees_paid"].type == "counter"


def test_prometheus_own_tool_finds_no_fault_with_the_metrics(bot: Bot) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed: apt-get install prometheus")
    bot.serve()

    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=ask(bot, "/metrics").body,
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr + done.stdout


def test_a_bot_without_a_picture_yet_has_metrics_too(bot: Bot) -> None:
    bot.board.hang({})
    bot.serve()

    text = ask(bot, "/metrics").body.decode()

    assert "realtrade_equity" not in text
    assert 'realtrade_phase{phase="trading"} 1.0' in text


@pytest.mark.parametrize("verb", ["pause", "resume", "halt", "flatten", "adopt"])
def test_acts_with_the_token(bot: Bot, verb: str) -> None:
    bot.serve()

    refused = ask(bot, f"/do/{verb}", "POST", b"{}")
    done = ask(bot, f"/do/{verb}", "POST", b'{"reason": " fire "}', **BEARER)

    assert (refused.status, refused.json) == (403, {"error": "acting takes the token"})
    assert (done.status, done.json) == (200, {"ok": True, "done": verb})
    words = {"by": "http"} if verb in {"resume", "adopt"} else {"by": "http", "reason": "fire"}
    assert bot.hands.done == [(verb, words)]


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ({"Authorization": "Bearer wrong"}, 403),
        ({"Authorization": f"Basic {TOKEN}"}, 403),
        ({"Authorization": TOKEN}, 403),
        ({**BEARER, "Origin": "http://evil.example"}, 403),
        ({**BEARER, "Origin": "null"}, 403),
        ({**BEARER, "Host": "evil.example"}, 421),
        ({**BEARER, "Host": "127.0.0.1.evil.example"}, 421),
        ({"Authorization": "Bearer \xff"}, 403),
        ({**BEARER, "Origin": "http://["}, 403),
        ({**BEARER, "Host": "["}, 421),
    ],
)
def test_nobody_else_acts(bot: Bot, head: dict[str, str], status: int) -> None:
    bot.serve()

    answer = ask(bot, "/do/halt", "POST", b"{}", **head)

    assert answer.status == status
    assert bot.hands.done == []


@pytest.mark.parametrize(
    ("kind", "body"), [("text/plain; charset=odd", b"{}"), ("application/json", b"[" * 15_000)]
)
def test_who_may_act_is_obeyed_whatever_is_said_along(bot: Bot, kind: str, body: bytes) -> None:
    bot.serve()

    answer = ask(bot, "/do/halt", "POST", body, **BEARER, Content_Type=kind)

    assert answer.status == 200
    assert bot.hands.done == [("halt", {"by": "http"})]


def test_a_foreign_name_sees_nothing_unless_it_is_ours(bot: Bot) -> None:
    bot.serve(names=frozenset({"Bot.example.org"}))

    assert ask(bot, "/status", Host="rebound.example").status == 421
    assert ask(bot, "/status", Host="bot.example.org:443").status == 200
    assert ask(bot, "/status", Host="localhost:1").status == 200


def test_without_a_token_nobody_acts(bot: Bot) -> None:
    bot.serve(token="")

    assert ask(bot, "/do/halt", "POST", b"{}", Authorization="Bearer ").status == 403


@pytest.mark.parametrize("path", ["/status", "/metrics", "/stream"])
def test_from_afar_looking_takes_the_token(bot: Bot, path: str) -> None:
    bot.serve("0.0.0.0")  # noqa: S104 - the case under test

    assert ask(bot, path).status == 401
    assert ask(bot, "/livez").status == ask(bot, "/").status == 200
    assert ask(bot, "/login", "POST").status == 403
    login = ask(bot, "/login", "POST", None, **BEARER)
    cookie = login.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert TOKEN not in cookie
    if path != "/stream":
        assert ask(bot, path, Cookie=cookie.partition(";")[0]).status == 200
        assert ask(bot, path, "GET", None, **BEARER).status == 200
    assert ask(bot, path, Cookie="realtrade=guess").status == 401
    assert ask(bot, "/do/halt", "POST", b"{}", Cookie=cookie.partition(";")[0]).status == 403


def test_what_goes_wrong_is_told_as_json(bot: Bot) -> None:
    bot.serve()
    bot.hands.fails = OSError("disk full")

    failed = ask(bot, "/do/halt", "POST", b"not json", **BEARER)

    assert failed.status == 500
    assert failed.json["error"] == "it holds now, and would not outlive a restart: disk full"
    assert ask(bot, "/do/dance", "POST", None, **BEARER).status == 404
    assert ask(bot, "/nowhere").json == {"error": "Not Found"}
    assert ask(bot, "/do/halt").status == 405
    assert ask(bot, "/do/halt", "POST", b"x" * 20_000, **BEARER).status == 413


def test_a_browser_may_load_nothing_from_elsewhere(bot: Bot) -> None:
    bot.serve()

    for path in ("/", "/live.js", "/live.css", "/status", "/nowhere"):
        headers = ask(bot, path).headers
        assert headers["Content-Security-Policy"].startswith(
            "default-src 'none'; script-src 'self'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
    page = ask(bot, "/").body.decode()
    assert "http" not in page.replace("http-equiv", "")


def test_the_stream_sends_what_changes_and_ends_with_the_server(bot: Bot) -> None:
    bot.serve()
    host, _, port = bot.server.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        stream = connection.makefile("rb")
        first = next(line for line in stream if line.startswith(b"data: "))
        bot.board.line("news")
        second = next(line for line in stream if line.startswith(b"data: "))
        bot.server.stop()
        rest = stream.read()
        stream.close()

    assert json.loads(first[6:])["equity"] == PICTURE["equity"]
    assert json.loads(second[6:])["log"] == [[1, "news"]]
    assert rest.endswith(b"0\r\n\r\n")


def test_a_port_that_is_taken_is_an_error_and_leaves_no_thread(bot: Bot) -> None:
    before = threading.active_count()
    bot.serve()
    port = int(bot.server.address.rpartition(":")[2])
    server = MonitorServer(
        "127.0.0.1",
        port,
        board=bot.board,
        health=bot.health.look,
        metrics=bot.server._views._metrics,
        operator=bot.hands,
        access=Access(host="127.0.0.1"),
        live=lambda: bot.live,
        ready=lambda: bot.live,
    )

    with pytest.raises(OSError, match="address already in use"):
        server.start()
    server.stop()
    bot.server.stop()
    bot.server.stop()

    assert threading.active_count() == before
