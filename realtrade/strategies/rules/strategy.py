"""The strategy that trades by rules, bar by bar, as ordinary Backtrader code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import backtrader as bt

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.awake import Awake
from realtrade.strategies.rules.decision import decide
from realtrade.strategies.rules.evaluation import Evaluation
from realtrade.strategies.rules.plan import FIELDS, MAIN
from realtrade.strategies.working import OrdersAtWork

if TYPE_CHECKING:
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.rules.config import RulesConfig
    from realtrade.strategies.rules.decision import Move

_EXITS = ("exit", "short_exit")


class RulesStrategy(bt.Strategy):
    """Trades the first feed by the rules of a plan; how much is the sizer's business.

    A rule is asked on every bar of that feed. One that holds while an order is at work, which
    happens live only, is remembered until the order is over, unless a newer one takes its place.

    Live, history is shown first. What it says last is done with the first bar where it is to leave
    what is held; where it is to enter, it is not.

    Params:
        plan: what `RulesConfig.plan` returns.
    """

    params = (("plan", None),)

    def __init__(self) -> None:
        plan = self.p.plan
        named = {data._name: data for data in self.datas}  # noqa: SLF001 - Backtrader has no public name
        self._evaluation = Evaluation(plan)
        self._main = _columns(self.data)
        self._others = [(name, _columns(named[name])) for name in plan.feeds]
        self._seen = [0] * len(self._others)
        self._traded = 0
        self._working = OrdersAtWork()
        self._awake = Awake(self.datas)
        self._unseen = False
        self._remembered: dict[str, bool] = {}

    def notify_data(self, data: Any, status: int, *words: Any, **named: Any) -> None:
        """Learn that bars are of now."""
        if self._awake.notice(data, status):
            self._unseen = True
            self._remembered = {key: self._remembered.get(key, False) for key in _EXITS}

    def prenext(self) -> None:
        """Do the same while some feed has no bar yet: what needs it is undefined till then."""
        self.next()

    def next(self) -> None:
        """Take in every new bar, other feeds' first, and act on the traded feed's."""
        for number, (name, columns) in enumerate(self._others):
            self._seen[number] = self._take(name, columns, self._seen[number])
        seen = self._traded
        self._traded = self._take(MAIN, self._main, seen)
        if self._traded > seen:
            self._act(self._evaluation.answers())

    def _take(self, name: str, columns: tuple[Any, ...], seen: int) -> int:
        length = len(columns[0])
        for ago in range(seen + 1 - length, 1):
            self._evaluation.bar([column[ago] for column in columns], name)
        return length

    def _act(self, holds: dict[str, bool]) -> None:
        if any(holds.values()):
            self._remembered = holds
        if not (self._remembered and self._awake):
            return
        if self._unseen:
            self._unseen = False
            self._working.find(self)
        if not self._working:
            holds, self._remembered = self._remembered, {}
            moves = decide(self.position.size, holds)
            # Sized first: a quick exchange may have closed the position when `close` returns.
            sizes = [self._size(move) for move in moves]
            for move, size in zip(moves, sizes, strict=True):
                self._working.add(self._order(move, size))

    def _size(self, move: Move) -> Any:
        """Return how much to enter with; None for an exit, which is of what is held."""
        return None if move == "close" else self.getsizing(self.data, isbuy=move == "buy")

    def _order(self, move: Move, size: Any) -> Any:
        if move == "close":
            return self.close()
        return self.buy(size=size) if move == "buy" else self.sell(size=size)

    def notify_order(self, order: Any) -> None:
        """Forget an order that is over; live, a fill may take longer than a bar."""
        self._working.notice(order)


def _columns(data: Any) -> tuple[Any, ...]:
    """Return the lines of a feed; asking the feed for them on every bar is slow."""
    return tuple(getattr(data.lines, field) for field in FIELDS)


def build(config: RulesConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its plan."""
    return StrategySpec(RulesStrategy, {"plan": config.plan})
