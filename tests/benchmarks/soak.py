"""A bot with everything around it switched on, on a faulty exchange, telling faulty sinks.

    python tests/benchmarks/soak.py [--minutes 60] [--out FOLDER] [--trace]

The simulated exchange closes 1-minute bars of three markets four times a second and strikes with
a fault of some kind every few seconds. The bot trades them over HTTP and WebSocket in a process of
its own, with journal, page, metrics, chat and reports, and is paused, halted and resumed. Alarms
go to a mail server, a webhook and an imitation of Telegram's Bot API, which every 20 seconds are
up, down or slow in turn. The last minutes are calm, so that what is owed can be paid. Exits 1 when
something grows, is lost, told twice, booked wrongly, or makes trading wait.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from random import Random
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from realtrade.testing import SimExchange, SimMarket  # noqa: E402  - the repository's root first
from realtrade.utils.clock import SystemClock  # noqa: E402  - as above
from tests.benchmarks import soak_bot, soak_verdict  # noqa: E402  - as above
from tests.benchmarks.soak_sinks import Sinks  # noqa: E402  - as above
from tests.scenario.kill_market import Market  # noqa: E402  - as above

if TYPE_CHECKING:
    from collections.abc import Callable

CLOCK = SystemClock()
SYMBOLS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
PACE_S, CASH = 0.25, 100_000
HISTORY = 60
_REST_S, _OWED_S = 10.0, 120.0
KEY, SECRET = f"soak-{os.getpid()}-" + "k" * 24, "s" * 32  # a lock is of a machine
ALARMS = (
    *("started", "stopped", "failed", "halted", "paused", "resumed", "risk_halt", "risk_action"),
    *("connection_lost", "connection_restored", "feed_stale", "health_changed", "order_unknown"),
    *("order_rejected", "account_differs", "trade_closed", "flattened"),
)
RECIPE = """\
realtrade: v1
name: soak
mode: testnet
exchange:
  type: binance
  market: spot
  endpoints: {exchange}
  api_key: {{env: SOAK_KEY}}
  secret: {{env: SOAK_SECRET}}
feeds:
  btc: {{symbol: BTC/USDT, timeframe: 1m}}
  eth: {{symbol: ETH/USDT, timeframe: 1m}}
  sol: {{symbol: SOL/USDT, timeframe: 1m}}
strategy: {{type: python, class: "soak_strategy:Busy"}}
risk: {{drawdown: {{type: max_drawdown, limit: 90%}}}}
schedule: {{blackout: {{night: {{cron: "0 3 * * *", for: 1h}}}}}}
storage: {{url: "sqlite:///soak.db"}}
notify:
  channels:
    mail: {{type: apprise, url: {{env: SOAK_MAIL}}}}
    hook: {{type: apprise, url: {{env: SOAK_HOOK}}}}
    chat: {{type: apprise, url: {{env: SOAK_CHAT}}}}
  routes:
    alarms: {{severity: critical, to: [mail, hook, chat], events: [{events}]}}
    trades: {{to: [hook], digest: 1m, events: [order_filled, order_cancelled, order_denied]}}
  telegram: {{token: {{env: SOAK_TOKEN}}, chats: [12345], endpoint: {chat}}}
monitor: {{http: "127.0.0.1:0", report: daily, log: {{level: warning}}}}
"""
ORDER, ANY = {"path": "/api/v3/order"}, {"path": "/api/v3/*"}
FAULTS: tuple[tuple[str, dict[str, str] | None, dict[str, Any]], ...] = (
    ("lost_answer", ORDER, {}),
    ("reset_before", ORDER, {}),
    ("reset_after", ORDER, {}),
    ("timeout_before", ORDER, {"seconds": 3}),
    ("timeout_after", ORDER, {"seconds": 3}),
    ("late", ORDER, {"seconds": 2}),
    ("slow", ANY, {"seconds": 1}),
    ("server_error", ANY, {"status": 503}),
    ("server_error", ANY, {"status": 502, "body": "html"}),
    ("unknown_result", ORDER, {}),
    ("empty", ORDER, {}),
    ("html", ANY, {}),
    ("truncated", ANY, {}),
    ("drip", ORDER, {"seconds": 0.02}),
    ("rate_limited", ANY, {"retry_after": 2}),
    ("too_many_orders", ORDER, {}),
    ("clock", ORDER, {}),
    ("ws_skip", None, {}),
    ("ws_duplicate", None, {}),
    ("ws_reorder", None, {}),
    ("ws_delay", None, {"seconds": 1}),
    ("ws_garbage", None, {}),
    ("ws_half", None, {}),
    ("ws_torn", None, {}),
    ("ws_drop", None, {}),
    ("ws_close", None, {}),
    ("ws_shutdown", None, {}),
    ("ws_stall", None, {}),
    ("ws_refuse", None, {}),
)


class Trouble:
    """Arms a fault of some kind every few seconds until left; now and then worse."""

    def __init__(self, exchange: SimExchange, seed: int = 1) -> None:
        self._exchange = exchange
        self._random = Random(seed)  # noqa: S311 - chance to be repeated
        self._over = Event()
        self.armed = 0
        self._thread = Thread(target=self._run, name="trouble", daemon=True)
        self._worse: list[Callable[[], object]] = [
            exchange.drop_connections,
            exchange.shut_down_connections,
            exchange.end_user_streams,
            self._refuse,
            self._skew,
        ]

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End, with everything mended."""
        self._over.set()
        self._thread.join()
        self._exchange.faults.clear()
        self._exchange.clock.skew_ms = 0

    def _run(self) -> None:
        while not self._over.wait(self._random.uniform(3, 12)):
            self.armed += 1
            if self._random.random() < 0.1:
                self._random.choice(self._worse)()
                continue
            name, match, options = self._random.choice(FAULTS)
            self._exchange.faults.clear()  # what nothing has met by now is over, as out there
            self._exchange.arm(name, self._random.choice([1, 1, 2]), match, **options)

    def _refuse(self) -> None:
        self._exchange.refuse_connections()
        self._over.wait(5)
        self._exchange.refuse_connections(refused=False)

    def _skew(self) -> None:
        self._exchange.clock.skew_ms = self._random.choice([0, 3_000, -3_000])


def calm_s(minutes: float) -> float:
    """Return how long the end is without faults: a quarter, five minutes at most."""
    return min(300.0, minutes * 15)


def soak(folder: Path, minutes: float, *, trace: bool) -> dict[str, Any]:
    """Run and return what was measured."""
    trouble_s = minutes * 60 - calm_s(minutes)
    markets = [SimMarket(symbol=symbol, price=Decimal(1_000)) for symbol in SYMBOLS]
    with SimExchange(markets) as exchange, Sinks(trouble_s) as sinks:
        exchange.add_account(KEY, SECRET, {"USDT": CASH})
        market = Market(exchange, SYMBOLS, seed=5, pace_s=PACE_S)
        market.play(HISTORY)
        _write(folder, exchange.url, sinks)
        trouble = Trouble(exchange)
        with _bot(folder, trace=trace) as bot:
            with market:
                CLOCK.sleep(20)
                trouble.start()
                _wait(bot, trouble_s - 20)
                trouble.stop()
                _wait(bot, calm_s(minutes))
            _wait(bot, _REST_S)
            _until_told(bot, folder)
            _end(bot)
        found = soak_verdict.judge(folder, sinks, exchange.truth(KEY), ALARMS)
        return {"faults": float(trouble.armed), **found}


def _write(folder: Path, exchange: str, sinks: Sinks) -> None:
    values = {"exchange": exchange, "chat": sinks.api, "events": ", ".join(ALARMS)}
    (folder / "soak.yaml").write_text(RECIPE.format(**values))
    (folder / "soak_strategy.py").write_text(soak_bot.STRATEGY)


def _bot(folder: Path, *, trace: bool) -> subprocess.Popen[str]:
    command = [sys.executable, soak_bot.__file__, str(folder), *(["--trace"] if trace else [])]
    log = (folder / "bot.log").open("w")
    environment = {**os.environ, "SOAK_KEY": KEY, "SOAK_SECRET": SECRET}  # noqa: TID251 - what a shell would set
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=log, stderr=log, text=True, env=environment
    )


def _wait(bot: subprocess.Popen[str], seconds: float) -> None:
    """Let the bot trade for so long, or until it ends of itself: then there is a fault."""
    try:
        bot.wait(max(1.0, seconds))
    except subprocess.TimeoutExpired:
        return


def _until_told(bot: subprocess.Popen[str], folder: Path) -> None:
    """Let the bot tell what waits to be told: mails are slow, and trades closed until now."""
    until_s = CLOCK.monotonic_s() + _OWED_S
    while CLOCK.monotonic_s() < until_s and soak_verdict.last_row(folder)["outbox"]:
        _wait(bot, 1.0)


def _end(bot: subprocess.Popen[str]) -> None:
    try:
        bot.communicate("enough\n", timeout=90)
    except subprocess.TimeoutExpired:
        bot.kill()
        raise


def main() -> int:
    """Soak, print what was measured, and tell whether every limit holds."""
    options = argparse.ArgumentParser(description="A long run with a failing world around it.")
    options.add_argument("--minutes", type=float, default=60.0)
    options.add_argument("--out", type=Path)
    options.add_argument("--trace", action="store_true", help="tell what takes the memory")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out = given.out or Path(folder)
        out.mkdir(parents=True, exist_ok=True)
        found = soak(out, given.minutes, trace=given.trace)
    broken = soak_verdict.broken(found)
    told = {"measured": found, "limits": soak_verdict.LIMITS, "broken": broken}
    text = json.dumps(told, indent=2) + "\n"
    sys.stdout.write(text + ("broken\n" if broken else "every limit holds\n"))
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
