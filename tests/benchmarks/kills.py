"""The real command killed with SIGKILL, thousands of times, and its books compared after each.

    python tests/benchmarks/kills.py [--kills 2000] [--seed 1] [--markets spot,swap]
        [--storage sqlite,postgresql] [--faults 0.3] [--keep FOLDER]

Rounds of a hundred kills take turns over markets, journals and strategies. A bot dies at a random
moment or at a random step of an order's way, before or after it; a share of the rounds has faults
on the wire besides. After each kill nothing may be done twice; after each round both books must be
the same. A round that fails is kept, with the exchange's ledger, and the next begins. Run it from
the repository's root: bots then start as forks of a process that has all imports.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import traceback
from collections import Counter
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import cycle, product
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from realtrade.utils.clock import SystemClock
from tests.scenario.kill_books import rows_of
from tests.scenario.kill_points import PLACES, KillPoint
from tests.scenario.kill_scene import OPENED, STARTED, Scene, played
from tests.storage.postgres import PostgresServer, binaries

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

CLOCK = SystemClock()
STRATEGIES = ("kill_strategy.txt", "kill_stops.txt")
REQUESTS = (
    "lost_answer",
    "reset_before",
    "reset_after",
    "server_error",
    "unknown_result",
    "empty",
    "html",
    "truncated",
    "clock",
    "slow",
)
FRAMES = ("ws_skip", "ws_duplicate", "ws_reorder", "ws_garbage", "ws_drop", "ws_close", "ws_torn")
ASKED = (
    ("POST", "*/order"),
    ("POST", "*/algoOrder"),
    ("DELETE", "*/order"),
    ("DELETE", "*/algoOrder"),
    ("GET", "*/order"),
    ("GET", "*/openOrders"),
    ("GET", "*Trades"),
    ("GET", "*/account"),
)
FAILURES = {
    "accepted more than once": "duplicates",
    "executed, and never booked": "fills lost",
    "booked twice": "fills booked twice",
    "booked, and never executed": "fills invented",
    "without a committed intent": "orders without an intent",
}
"""What an invariant says when it is broken, and how that is counted; all else is `drift`."""


@dataclass
class Tally:
    """What was done, and what was found."""

    done: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Round:
    """One scene of many kills."""

    number: int
    market: str
    storage: str
    strategy: str
    faults: bool
    kills: int

    def __str__(self) -> str:
        how = "with faults" if self.faults else "plain"
        return f"{self.number} {self.market} {self.storage} {self.strategy} {how}"

    def play(self, folder: Path, random: Random) -> Counter[str]:
        """Kill so often; return what was done.

        Raises:
            AssertionError: the books do not agree.
        """
        with ExitStack() as stack:
            url = None
            if self.storage == "postgresql":
                url = stack.enter_context(PostgresServer(binaries())).url
            with kept(folder) as scenes, played(folder, self.market, url) as scene:
                scenes.append(scene)
                text = Path(__file__).parents[1] / "scenario" / self.strategy
                (folder / "churn.py").write_text(text.read_text())
                self._kill(scene, random)
                scene.exchange.faults.clear()
                scene.live(4)
        truth = scene.ledger()
        struck = sum(bool(one.fault) for one in scene.exchange.requests)
        return Counter(
            kills=self.kills, orders=len(truth.accepted), fills=len(truth.trades), spoiled=struck
        )

    def _kill(self, scene: Scene, random: Random) -> None:
        for _ in range(self.kills):
            if self.faults:
                scene.exchange.faults.clear()
                _arm(scene, random)
            scene.die(*_when(random))


def _when(random: Random) -> tuple[KillPoint | None, float, str]:
    """Return where, when, and after which words the next bot dies.

    At a step of an order's way, while the process starts, while it recovers, or while it trades.
    """
    chance = random.random()
    if chance < 0.4:
        place = random.choice(list(PLACES))
        return KillPoint(place, random.random() < 0.5, random.randint(1, 8)), 3.0, OPENED
    if chance < 0.5:
        return None, random.uniform(0.1, 1.0), ""
    if chance < 0.7:
        return None, random.uniform(0.0, 0.5), OPENED
    return None, random.uniform(0.0, 1.5), STARTED


def _arm(scene: Scene, random: Random) -> None:
    """Arm a few faults; what is asked at a start alone is left whole, so that there is one."""
    for method, path in (ASKED[0], *random.sample(ASKED, 3)):
        match = {"method": method, "path": path}
        scene.exchange.arm(random.choice(REQUESTS), match=match, after=random.randint(0, 1))
    for _ in range(random.randint(0, 2)):
        after = random.randint(0, 3)
        scene.exchange.arm(random.choice(FRAMES), match={"event": "*[RO]*"}, after=after)


@contextmanager
def kept(folder: Path) -> Iterator[list[Scene]]:
    """Write down what everybody knew when a scene fails, and end its bot."""
    scenes: list[Scene] = []
    try:
        yield scenes
    except BaseException:
        for scene in scenes:
            _keep(scene, folder)
        raise


def _keep(scene: Scene, folder: Path) -> None:
    scene.bot.end()
    truth = scene.exchange.truth(scene.key)
    told = [*map(repr, truth.orders), "", *map(repr, truth.fills), "", repr(truth.positions)]
    (folder / "ledger.txt").write_text("\n".join(told))
    asked = [
        f"{one.time_ms} {one.method} {one.path} {one.params} {one.status} {one.fault}"
        for one in scene.exchange.requests
    ]
    (folder / "requests.txt").write_text("\n".join(asked))
    (folder / "journal.txt").write_text("\n".join(rows_of(scene.journal)))


def rounds(asked: argparse.Namespace, random: Random) -> Iterator[Round]:
    """Return rounds until so many kills are planned."""
    kinds = cycle(product(asked.storage, STRATEGIES, asked.markets))
    for number, first in enumerate(range(0, asked.kills, asked.round)):
        storage, strategy, market = next(kinds)
        faults = random.random() < asked.faults
        yield Round(
            number, market, storage, strategy, faults, min(asked.round, asked.kills - first)
        )


def soak(asked: argparse.Namespace) -> Tally:
    """Play all rounds, each to its end or to its first disagreement."""
    tally, random = Tally(), Random(asked.seed)  # noqa: S311 - when to kill
    for each in rounds(asked, random):
        folder = Path(mkdtemp(prefix=f"kills-{asked.seed}-{each.number}-", dir=asked.keep))
        begun_s = CLOCK.monotonic_s()
        try:
            done = each.play(folder, random)
        except Exception as error:  # noqa: BLE001 - noted and kept; the soak goes on
            (folder / "error.txt").write_text(traceback.format_exc())
            tally.found[_failure(error)] += 1
            _say(f"{each} FAILED, kept in {folder}: {str(error)[:300]}")
            continue
        shutil.rmtree(folder)
        tally.done += done
        took_s = CLOCK.monotonic_s() - begun_s
        _say(f"{each} {dict(done)} {took_s:.0f} s; in all {tally.done['kills']}")
    return tally


def _failure(error: Exception) -> str:
    return next((name for told, name in FAILURES.items() if told in str(error)), "drift")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _words(text: str) -> Sequence[str]:
    return text.split(",")


def main() -> int:
    """Soak, print what was done and found, and tell whether nothing was found."""
    options = argparse.ArgumentParser(description="Kill the real command thousands of times.")
    options.add_argument("--kills", type=int, default=2000)
    options.add_argument("--round", type=int, default=100, help="kills of one account")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--markets", type=_words, default=["spot", "swap"])
    options.add_argument("--storage", type=_words, default=["sqlite", "postgresql"])
    options.add_argument("--faults", type=float, default=0.3, help="share of rounds with faults")
    options.add_argument("--keep", type=Path, default=None, help="where rounds that fail are kept")
    tally = soak(options.parse_args())
    nothing = dict.fromkeys([*FAILURES.values(), "drift"], 0)
    _say(json.dumps({"done": tally.done, "found": nothing | tally.found}, indent=2))
    return 1 if tally.found else 0


if __name__ == "__main__":
    sys.exit(main())
