"""A monitor's server over a made-up bot, and a browser that is driven over its own protocol."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from realtrade.monitor.board import Board
from realtrade.monitor.health import HealthCheck
from realtrade.monitor.http.access import Access
from realtrade.monitor.http.metrics import Metrics, Sample
from realtrade.monitor.http.server import MonitorServer
from realtrade.plugins.ports.health import Finding, HealthStatus
from realtrade.utils.clock import SystemClock
from tests.monitor.conftest import BROWSERS, QUIET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOKEN = "a-token-for-tests"  # noqa: S105 - made up
CLOCK = SystemClock()
PICTURE = {
    "equity": "10061.262054276585",
    "cash": "2061.25",
    "start_equity": "10000",
    "peak_equity": "10195.11",
    "drawdown": "0.013129",
    "fees": "23.77",
    "trades": 2,
    "bar_ms": 1_499_054_400_000,
    "positions": [
        {
            "symbol": "BTC/USDT",
            "quantity": "3.2",
            "price": "2476.41",
            "last": "2500",
            "pnl": "75.488",
        }
    ],
    "orders": [
        {
            "client_order_id": "rtdemo-abc-1",
            "symbol": "BTC/USDT",
            "side": "sell",
            "type": "stop",
            "quantity": "3.2",
            "price": "2400",
        }
    ],
    "fills": [
        {
            "time_ms": 1_499_014_800_000,
            "symbol": "BTC/USDT",
            "side": "buy",
            "quantity": "3.2",
            "price": "2476.41",
            "fee": "4.75",
        }
    ],
    "halts": [],
    "rules": [
        {
            "rule": "rate",
            "text": "3 orders in the last 0:01:00 of 10 allowed",
            "limit": "10",
            "left": "7",
            "halt": None,
            "denied": 4,
        },
        {
            "rule": "daily",
            "text": "loss of the day 500",
            "limit": "500",
            "left": "0",
            "halt": {"reason": "loss of the day 500", "until_ms": 1_499_054_400_000},
            "denied": 0,
        },
        {"rule": "collar", "text": "", "limit": None, "left": None, "halt": None, "denied": 0},
    ],
}


class Hands:
    """An operator that writes down what it is asked to do."""

    def __init__(self) -> None:
        self.done: list[tuple[str, dict[str, Any]]] = []
        self.fails: OSError | None = None

    def __getattr__(self, verb: str) -> Callable[..., None]:
        def do(**words: Any) -> None:
            self.done.append((verb, words))
            if self.fails is not None:
                raise self.fails

        return do


@dataclass
class Bot:
    """Everything a server shows, to be changed by a test."""

    phase: str = "trading"
    reason: str = ""
    live: tuple[bool, str] = (True, "the bot is trading")
    finding: Finding = field(default_factory=lambda: Finding(HealthStatus.HEALTHY, value=0.5))
    hands: Hands = field(default_factory=Hands)
    board: Board = field(init=False)
    server: MonitorServer = field(init=False)

    def __post_init__(self) -> None:
        self.board = Board(
            lambda: {"phase": self.phase, "reason": self.reason, "since_ms": 1},
            name="demo",
            mode="paper",
            strategy="ma_cross",
            currency="USDT",
            started_ms=1_499_000_000_000,
        )
        self.board.hang(PICTURE)
        for step in range(50):
            time_ms = 1_499_000_000_000 + step * 3_600_000
            self.board.point(time_ms, str(10_000 + (step * 37) % 90 + step))
        self.health = HealthCheck(CLOCK)
        self.health.register("loop", lambda: self.finding)

    def serve(self, host: str = "127.0.0.1", **access: Any) -> None:
        metrics = Metrics(
            self.board,
            self.health.look,
            lambda: [Sample("notifications_sent", "Sent.", 3, {"channel": "tg"}, "counter")],
        )
        self.server = MonitorServer(
            host,
            0,
            board=self.board,
            health=self.health.look,
            metrics=metrics,
            operator=self.hands,
            access=Access(host=host, **({"token": TOKEN} | access)),
            live=lambda: self.live,
            ready=lambda: (self.phase == "trading", f"the bot is {self.phase}"),
        )
        self.server.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.address.rpartition(':')[2]}"


@pytest.fixture
def bot() -> Iterator[Bot]:
    """A bot whose server is not started yet."""
    bot = Bot()
    yield bot
    if hasattr(bot, "server"):
        bot.server.stop()


class Browser:
    """Chromium, headless, over its DevTools protocol."""

    def __init__(self, path: str, folder: Path) -> None:
        spoilt = ("virtual-time", "host-resolver")
        command = [path, *(one for one in QUIET if not any(word in one for word in spoilt))]
        command += [
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
            "--no-proxy-server",
        ]
        command += ["--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank"]
        self._process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        assert self._process.stderr is not None
        told = (re.search(r"listening on ws://([^/]+)/", line) for line in self._process.stderr)
        address = next(found[1] for found in told if found)
        pages = json.loads(_get(f"http://{address}/json"))
        page = next(one for one in pages if one["type"] == "page")
        self._socket = websocket.create_connection(
            page["webSocketDebuggerUrl"], timeout=20, suppress_origin=True
        )
        self._number = 0
        self.ask("Page.enable")

    def ask(self, method: str, **words: Any) -> Any:
        """Have something done and return its result."""
        self._number += 1
        self._socket.send(json.dumps({"id": self._number, "method": method, "params": words}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("id") == self._number:
                assert "error" not in message, message
                return message["result"]

    def open(self, url: str, width: int = 1280, height: int = 900, *, phone: bool = False) -> None:
        """Show a page at a size."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=2 if phone else 1,
            mobile=phone,
        )
        self.ask("Page.navigate", url=url)

    def run(self, script: str) -> Any:
        """Return the value of an expression on the page."""
        told = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in told, told
        return told["result"].get("value")

    def until(self, script: str) -> Any:
        """Wait until an expression is true on the page."""
        until_s = CLOCK.monotonic_s() + 10
        safe = f"(() => {{ try {{ return {script} }} catch {{ return null }} }})()"
        while not (value := self.run(safe)):  # there is no document while a page is coming
            assert CLOCK.monotonic_s() < until_s, self.run("document.body.innerText")
            CLOCK.sleep(0.05)
        return value

    def picture(self, path: Path) -> bytes:
        """Save the whole page as a picture."""
        told = self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        content = base64.b64decode(told["data"])
        path.write_bytes(content)
        return content

    def close(self) -> None:
        """End the browser."""
        self._socket.close()
        self._process.terminate()
        self._process.wait(20)
        assert self._process.stderr is not None
        self._process.stderr.close()


def _get(url: str) -> bytes:
    from urllib.request import urlopen

    with urlopen(url, timeout=10) as answer:  # noqa: S310 - the browser's own address
        content: bytes = answer.read()
    return content


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A browser; without one on this machine the test is left out, save in CI."""
    found = [path for path in map(shutil.which, BROWSERS) if path]
    if not found:
        reason = f"no browser: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("CI"):  # noqa: TID251 - tests may ask where they run
            pytest.fail(f"{reason}, and CI must open the page in one")
        pytest.skip(reason)
    browser = Browser(found[0], tmp_path / "profile")
    yield browser
    browser.close()
