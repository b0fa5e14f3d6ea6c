"""What a bot is made of while it is being built and run."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from realtrade.engine.controls import Controls
from realtrade.engine.halts import note_halt
from realtrade.engine.lifecycle import RUNNING, LifecycleManager, Phase
from realtrade.engine.pause import PauseRule
from realtrade.engine.recovery import Recovery
from realtrade.execution.state import Standing, State
from realtrade.model.events import EventType
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.journal import JournalError
from realtrade.recipe.blocks import Mode
from realtrade.utils.logs import Redactor

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from realtrade.common import BaseBroker, BaseData, FeedHub
    from realtrade.engine.bank import Bank
    from realtrade.engine.cerebro import LeanCerebro
    from realtrade.engine.observer import Level, RunObserver
    from realtrade.engine.scheduler import Scheduler, ScheduleRule
    from realtrade.engine.state import StateFolder
    from realtrade.engine.turns import Turns
    from realtrade.model.bar import BarColumns
    from realtrade.model.events import Event
    from realtrade.monitor import PerformanceTracker
    from realtrade.notifications import Notifier
    from realtrade.plugins import Registry
    from realtrade.plugins.ports import BarStream, Exchange, Feed, Journal, StrategySpec
    from realtrade.plugins.secret import Secret, SecretRef
    from realtrade.recipe.blocks import BacktestBlock, PaperBlock, Recipe
    from realtrade.risk import RiskManager
    from realtrade.utils.clock import Clock
    from realtrade.utils.timeframes import Timeframe


ALARMS = frozenset(
    {
        EventType.CONNECTION_LOST,
        EventType.FAILED,
        EventType.FEED_STALE,
        EventType.FLATTENED,
        EventType.HALTED,
        EventType.ORDER_DENIED,
        EventType.ORDER_REJECTED,
        EventType.PAUSED,
        EventType.RISK_ACTION,
        EventType.RISK_HALT,
    }
)
"""What is worth a warning in the log."""
_STARTING = frozenset({State.LOCKED, State.CHECKED})


@dataclass(slots=True, kw_only=True, repr=False)
class Parts:
    """Filled in stage by stage; a part is there once its stage is done."""

    recipe: Recipe
    registry: Registry
    clock: Clock
    observer: RunObserver
    redactor: Redactor = field(default_factory=Redactor)
    pause: PauseRule = field(default_factory=PauseRule)
    lifecycle: LifecycleManager = field(init=False)
    """Where the bot is in its life, and what runs beside it."""
    controls: Controls = field(init=False)
    """What people may do to it."""
    state: StateFolder | None = None
    """Where other programs operate it from; None when nobody may."""
    schedule: ScheduleRule | None = None
    """The recipe's hours; None when it may trade at any time."""
    turns: Turns | None = None
    """Turns of a live run's trading thread; None in a backtest."""
    scheduler: Scheduler | None = None
    """Runs jobs at wall times; None when the recipe has none."""
    notifier: Notifier | None = None
    """Tells people; None when the recipe names nobody."""
    out: Path | None = None
    """Folder of the artifacts; None when none are written."""
    recipe_text: str = ""
    """The effective recipe as YAML, secrets as references, for reports."""
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    """Hear of everything that happens, on the thread it happens on; they return at once."""

    bank: Bank | None = None
    """Bars read before for runs like this one; None when a run reads its own."""

    secret: Callable[[SecretRef], Secret] | None = None
    """Reads a secret and has it blotted out of everything said from then on."""

    account: str = ""
    """The stable name of the account that a live run trades, without secrets."""
    journal: Journal | None = None
    """None in a backtest: nothing of it has to be remembered."""
    recovery: Recovery = field(init=False)
    """What is known of before a restart."""
    exchange: Exchange | None = None
    """None when every feed is a file and nothing is live."""
    sources: dict[str, Feed] = field(default_factory=dict)
    """Feeds that are not made of others, by name."""
    risk: RiskManager = field(init=False)
    broker: BaseBroker = field(init=False)
    hub: FeedHub | None = None
    """Where live bars meet; None in a backtest."""
    stream: BarStream | None = None
    """What fills the hub, on a thread of its own."""
    finest: Timeframe = field(init=False)
    """Shortest timeframe of all feeds."""
    columns: dict[str, BarColumns] = field(default_factory=dict)
    """The bars known before the run, by feed."""
    datas: dict[str, BaseData] = field(default_factory=dict)
    """What the strategy sees, in its order."""
    spec: StrategySpec = field(init=False)
    cerebro: LeanCerebro = field(init=False)
    tracker: PerformanceTracker = field(init=False)
    done: int = 0
    """Bars traded in one pass, which the feeds know nothing of."""
    started: bool = False
    """True from the last stage on: `cerebro` may be told to stop."""

    def __post_init__(self) -> None:
        """Make what is there from the start."""
        self.recovery = Recovery(standing=Standing(self._stand))
        self.lifecycle = LifecycleManager(self.clock, self.say)
        self.controls = Controls(
            self.clock,
            pause=self.pause,
            sticky=self.state,
            tell=self.tell,
            wake=self.wake,
            changed=self.settle_phase,
        )

    @property
    def folder(self) -> Path:
        """The recipe's folder, whole."""
        return self.recipe.folder.resolve()

    @property
    def live(self) -> bool:
        """Tell whether bars come one by one: paper, testnet and live."""
        return self.recipe.mode is not Mode.BACKTEST

    @property
    def wall(self) -> Callable[[], int] | None:
        """What tells the wall time that orders are decided in; None where bars tell the time."""
        if not self.live or getattr(self.exchange, "streams_files", False):
            return None
        theirs: Callable[[], int] | None = getattr(self.exchange, "now_ms", None)
        return theirs or self.clock.now_ms

    @property
    def money(self) -> BacktestBlock | PaperBlock:
        """The block that says what simulated fills cost."""
        return self.recipe.paper if self.live else self.recipe.backtest

    @property
    def currency(self) -> str:
        """Currency the account is kept in: the exchange's own, or that of simulated cash."""
        venue = self.recovery.venue
        return self.money.cash.currency if venue is None else venue.gateway.currency

    @property
    def traded(self) -> tuple[str, ...]:
        """Names of the strategy's feeds, in the order of `self.datas`."""
        return self.recipe.strategy.feeds or tuple(self.recipe.feeds)

    def context(self, name: str) -> BuildContext:
        """Return what the builder of block `name` is handed."""
        given = {"secret": self.secret} if self.secret is not None else {}
        return BuildContext(
            name=name,
            folder=self.folder,
            clock=self.clock,
            blot=self.redactor.add,
            testnet=self.recipe.mode is Mode.TESTNET,
            cache=self.folder / "state" / "cache",
            **given,
        )

    def say(self, level: Level, line: str) -> None:
        """Tell people something, without any secret in it."""
        self.observer.log(level, self.redactor.redact(line))

    def tell(self, event: Event) -> None:
        """Have something remembered, then announced; from any thread.

        What cannot be remembered is announced all the same: a halt must not fail for want of disk.
        """
        try:
            if self.journal is not None:
                self.journal.event(event)
        except JournalError as error:
            self.say("error", f"not remembered, so by no route told: {event.message}: {error}")
        self.announce(event)

    def announce(self, event: Event) -> None:
        """Let everybody hear of something that is remembered already."""
        level: Level = "warning" if event.type in ALARMS else "info"
        self.observer.event(level, replace(event, message=self.redactor.redact(event.message)))
        for listener in tuple(self.listeners):
            listener(event)

    def forget_state(self) -> None:
        """Go on without a state folder: what it remembered of a halt still holds."""
        self.state = None
        self.controls.forget_keeper()

    def wake(self) -> None:
        """Give the trading thread a turn, if it waits for bars; from any thread."""
        if self.hub is not None:
            self.hub.wake()

    def settle_phase(self) -> None:
        """Bring the phase of a bot that runs in line with what holds it back; from any thread."""
        if self.lifecycle.phase not in RUNNING:
            return
        note, standing = self.controls.halt_note, self.recovery.standing
        halts = list(self.risk.memory.halts.values())
        wanted, reason = Phase.TRADING, ""
        if standing.state is State.HALTED:
            wanted, reason = Phase.HALTED, standing.reason
        elif note is not None:
            wanted, reason = Phase.HALTED, note.reason
        elif halts:
            wanted, reason = Phase.HALTED, halts[0].reason
        elif self.controls.paused:
            wanted = Phase.PAUSED
        self.lifecycle.advance(wanted, reason, only_from=RUNNING)

    def _stand(self, before: State, now: State, reason: str) -> None:
        """Tell where the bot stands with its exchange."""
        told = f"trading state {before} → {now}{': ' if reason else ''}{reason}"
        expected = now is State.LIVE or (before in _STARTING and now is not State.HALTED)
        self.say("info" if expected else "warning", told)
        note_halt(self, before, now, reason)
        self.settle_phase()

    def progress(self) -> tuple[int, int | None]:
        """Return how many bars of the longest feed are done, of how many; from any thread.

        What a market brings has no end: then the second is None.
        """
        done = max((_length(data) for data in self.datas.values()), default=0) or self.done
        if self.wall is not None:
            return done, None
        return done, max((len(self.columns[name]) for name in self.datas), default=0) or None

    def warming_up(self) -> bool:
        """Tell whether a live run still shows bars from before its start."""
        return self.hub is not None and not self.hub.live

    def stop(self) -> None:
        """End the bar loop at the next bar; from any thread."""
        if self.started:
            self.cerebro.runstop()
        if self.hub is not None:
            self.hub.stop()


def _length(data: Any) -> int:
    length: int = data.lines.datetime.lencount
    return length
