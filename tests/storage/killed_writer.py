"""Started by `kills.py`: forks writers of orders that are killed, on command, one after the other.

Reads lines from stdin, each a number to begin with; answers each with the writer's process id, then
with every id as soon as the journal has acknowledged it, then with `over` once the writer is gone.
"""

from __future__ import annotations

import os
import sys
from decimal import Decimal
from pathlib import Path

from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.gateway import Outcome
from realtrade.storage import open_journal
from realtrade.utils.clock import SystemClock
from tests.storage.samples import a_fill, a_sending, an_intent


def tell(what: str, number: int) -> None:
    """Say something in one piece: two processes write to the same pipe."""
    os.write(1, f"{what} {number}\n".encode())


def write(url: str, bot: str, folder: Path, number: int) -> None:
    """Write orders until killed: five commits each, the fourth with three rows and more."""
    tell("pid", os.getpid())
    journal = open_journal(
        url, account="account", bot=bot, folder=folder, clock=SystemClock(), locks=folder
    )
    tell("ready", number)
    while True:
        name = f"rt-{number}"
        journal.intent(an_intent(name, created_ms=number))
        tell("intent", number)
        journal.attempt(a_sending(name))
        tell("sending", number)
        journal.attempt(a_sending(name, outcome=Outcome.ACK, venue_order_id=str(number)))
        tell("answer", number)
        with journal.together():
            journal.fill(a_fill(f"t{number}", name, quantity=Decimal(1)))
            journal.position("BTC/USDT", Position(Decimal(number + 1), Decimal(30_000)))
            journal.status(name, OrderStatus.FILLED)
        tell("fill", number)
        journal.bar("btc_1h", number)
        tell("bar", number)
        number += 1


def main() -> None:
    """Fork a writer for each line."""
    url, bot, folder = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if not child:
            write(url, bot, Path(folder), int(line))
        _, ended = os.waitpid(child, 0)
        tell("over", os.WTERMSIG(ended) if os.WIFSIGNALED(ended) else 0)


if __name__ == "__main__":
    main()
