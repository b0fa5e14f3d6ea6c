"""Many signals, a fifth of their answers lost: one order each, and how long doubt lasts."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from realtrade.model.order import OrderStatus
from tests.common.live.exchange import SWAP, Fault
from tests.scenario.bot import Bot

SIGNALS = 1_000


class Doubtful(Bot):
    """Notes when each order was placed and when its strategy knew what had become of it."""

    def __init__(self) -> None:
        self.placed_s: dict[str, float] = {}
        self.known_s: dict[str, float] = {}
        super().__init__(SWAP)

    def _move(self, name: str, report: object) -> None:
        super()._move(name, report)  # type: ignore[arg-type]  # as it came
        self.known_s.setdefault(name, self.clock.monotonic_s())


@pytest.mark.parametrize("stream", ["flows", "silent"])
def test_a_signal_is_one_order_whatever_is_lost(stream: str) -> None:
    random, bot = Random(stream), Doubtful()  # noqa: S311  # chance to be repeated
    bot.exchange.silent = stream == "silent"
    executed: dict[str, bool] = {}
    for number in range(SIGNALS):
        lost = random.random() < 0.2
        happens = not lost or random.random() < 0.5
        bot.exchange.faults.append(Fault(executed=happens) if lost else None)
        intent = bot.order("0.01")
        executed[bot.place(intent)] = happens
        bot.placed_s[intent.client_order_id] = bot.clock.monotonic_s()
        bot.run(0.5)
        if number % 10 == 9:
            bot.next_bar()
    bot.run(60)
    bot.settle()

    orders = Counter(bot.exchange.accepted)
    assert set(orders.values()) == {1}
    assert {name for name, happens in executed.items() if happens} == set(orders)
    for name, happens in executed.items():
        known = bot.journal.rows.status[name]
        assert known is (OrderStatus.FILLED if happens else OrderStatus.REJECTED)
    waits = sorted(bot.known_s[name] - bot.placed_s[name] for name in executed)
    # Whether it was executed is known after the next look; that it was not, once it cannot be.
    assert waits[-1] <= 35
    assert waits[int(len(waits) * 0.85)] <= 1.0
