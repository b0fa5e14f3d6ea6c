"""Taking up where the journal says a bot was. Recovering is the only way to start."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from realtrade.common.stamps import stamp_ms
from realtrade.engine.halts import forget_halt, stand_as_before
from realtrade.engine.lifecycle import Phase
from realtrade.engine.rerun import batches, to_run_again
from realtrade.execution.lifecycle import is_over
from realtrade.execution.state import Standing
from realtrade.model.order import OrderStatus, Position
from realtrade.plugins.ports.gateway import CancelsWhenSilent
from realtrade.plugins.ports.journal import Recalled

if TYPE_CHECKING:
    from contextlib import ExitStack

    from realtrade.common.live import LiveVenue
    from realtrade.common.live.dead_man import DeadMan
    from realtrade.engine.adoption import Adopter
    from realtrade.engine.parts import Parts
    from realtrade.model.bar import Bar, BarColumns
    from realtrade.plugins.ports import Journal

_ANEW = "paper trading begins anew with every start"


@dataclass(slots=True)
class Recovery:
    """What is known of before, and what of it is still to be done."""

    recalled: Recalled = field(default_factory=Recalled)
    """What the journal remembers; nothing when it forgets with its process."""
    standing: Standing = field(default_factory=Standing)
    """Whether the bot may trade; moved only where orders go to a real exchange."""
    reruns: dict[str, Bar] = field(default_factory=dict)
    """By feed: the bar during which the process ended, to be traded when the run begins."""

    venue: LiveVenue | None = None
    """Where orders go to a real exchange; None where fills are simulated."""
    adopter: Adopter | None = None
    """Makes the books agree with that exchange, where somebody says so."""

    def cut(self, name: str, columns: BarColumns) -> BarColumns:
        """Return a feed's history without the bar that has to be run again, and keep that one."""
        bar = to_run_again(columns, self.recalled.bars.get(name))
        if bar is None:
            return columns
        self.reruns[name] = bar
        return columns.part(0, len(columns) - 1)


def recover(parts: Parts, stack: ExitStack) -> None:
    """Find out what became of every order and position before anything may be traded.

    Raises:
        RecoveryError: the exchange does not tell.
        RestartError: something is held, or open, that no feed of the recipe carries.
    """
    venue = parts.recovery.venue
    if venue is None:
        if parts.journal is not None:
            _begin_anew(parts.journal, parts.recovery.recalled)
        return
    from realtrade.common.broker.restart import restore
    from realtrade.common.live import keep_pace
    from realtrade.engine.adoption import Adopter

    parts.lifecycle.advance(Phase.RECONCILING)
    recalled, broker = parts.recovery.recalled, parts.broker
    datas = list(parts.datas.values())
    restore(broker, recalled, datas)
    venue.bind(broker.exact)
    if parts.journal is not None:
        adopter = parts.recovery.adopter = Adopter(parts, venue, parts.journal)
        parts.controls.adopted, parts.controls.resumed = adopter.accept, venue.resume
    dead_man = _dead_man(parts, venue)
    stack.callback(_end, parts, venue, dead_man)
    halted = stand_as_before(parts)
    snapshot = venue.recover(recalled)
    if not halted:
        forget_halt(parts)
    if parts.recovery.adopter is not None:
        parts.recovery.adopter.adopt_known()
    broker.settle()
    for finding in venue.conclude(snapshot):
        parts.say("info", finding.message)
    keep_pace(venue, broker, datas, parts.clock)
    again = {stamp_ms(bar.due_ms, parts.finest) for bar in parts.recovery.reruns.values()}
    broker.reruns.hold(again)
    broker.end_reruns(again)


def keep(parts: Parts) -> None:
    """Have every bar marked as done, and begin with the one to be run again."""
    from realtrade.engine.marks import BarMarks, Marking

    recovery, hub, journal = parts.recovery, parts.hub, parts.journal
    if recovery.venue is None or hub is None or journal is None:
        return
    marks = BarMarks(
        journal,
        hub,
        broker=parts.broker,
        risk=parts.risk,
        datas=parts.datas,
        memory=recovery.recalled.strategy,
    )
    parts.cerebro.addanalyzer(Marking, marks=marks)
    _reopen_trades(parts)
    for batch in batches(recovery.reruns):
        hub.publish(batch)


def _reopen_trades(parts: Parts) -> None:
    """Let what was held before be known as a trade: to the strategy, and to the statistics."""
    from realtrade.common.broker.restart import OpenTrades

    recalled, cerebro = parts.recovery.recalled, parts.cerebro
    trades = OpenTrades(parts.broker, recalled)
    adopter = parts.recovery.adopter
    if adopter is not None:
        adopter.trades = trades
    if parts.turns is not None:
        parts.turns.before.append(lambda: trades.reopen(getattr(cerebro, "runningstrats", ())))
        if adopter is not None:
            parts.turns.before.append(adopter.turn)
    for symbol, size, price in trades.held:
        parts.tracker.hold(symbol, size, price, parts.clock.now_ms())


def _dead_man(parts: Parts, venue: LiveVenue) -> DeadMan | None:
    """Have the exchange cancel entries should this process fall silent, where it can."""
    gateway: object = venue.gateway
    if not isinstance(gateway, CancelsWhenSilent) or not gateway.counts_down:
        return None
    from realtrade.common.live.dead_man import DeadMan

    symbols = [instrument.symbol for instrument in venue.comparison.instruments]
    wanted = parts.recipe.orders.dead_man
    dead_man = DeadMan(venue.dispatch, gateway, symbols, wanted=wanted)
    dead_man.begin(fresh=parts.recovery.recalled.fresh)
    return dead_man


def _end(parts: Parts, venue: LiveVenue, dead_man: DeadMan | None) -> None:
    """Let cancels go out, and book what was told until the very end."""
    if dead_man is not None:
        dead_man.end()
    if not venue.stop():
        parts.say("warning", "a request was still under way: the next start finds out about it")
    parts.broker.settle()


def _begin_anew(journal: Journal, recalled: Recalled) -> None:
    """Close in the journal what a simulated venue has forgotten."""
    with journal.together():
        for known in recalled.orders:
            if not is_over(known.status):
                journal.status(known.intent.client_order_id, OrderStatus.CANCELLED, _ANEW)
        for symbol, held in recalled.positions.items():
            if held.quantity:
                journal.adjust(symbol, held, Position(), _ANEW)
