"""The stages in which a bot is built. Their order is a safety property: see each one's sentence."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from realtrade.engine import equity
from realtrade.engine.build import Stage
from realtrade.engine.equipment import equip
from realtrade.engine.journals import know_account, open_storage
from realtrade.engine.markets import banked, find_markets, instrument_of, read_feeds, resample_feeds
from realtrade.engine.recovery import keep, recover
from realtrade.engine.telling import make_notifier
from realtrade.engine.venues import make_venue
from realtrade.engine.wrong import built
from realtrade.execution.state import TradingRule
from realtrade.plugins.plugin import Kind
from realtrade.recipe.blocks import ExchangeFeed, ScheduleBlock
from realtrade.utils.logs import configure

if TYPE_CHECKING:
    from contextlib import ExitStack

    from realtrade.engine.parts import Parts
    from realtrade.plugins.ports import RiskRule, RiskWatch
    from realtrade.risk.memory import RiskMemory


def start_log(parts: Parts, stack: ExitStack) -> None:
    """Have a log that blots secrets out before there are any; a backtest writes none."""
    if not parts.live:
        return
    log = parts.recipe.monitor.log
    handler = configure(parts.redactor, level=log.level, form=log.format)
    stack.callback(logging.getLogger().removeHandler, handler)


def take_state(parts: Parts, stack: ExitStack) -> None:
    """Make sure nobody else runs this bot before anything of it is opened."""
    if parts.state is not None:
        from realtrade.engine.operations import take_state as take

        take(parts, stack)


def know_secrets(parts: Parts, stack: ExitStack) -> None:
    """Be able to read secrets; each is read only by the builder that needs it."""
    from realtrade.recipe.secrets import SecretResolver

    parts.secret = SecretResolver(parts.folder, parts.redactor)


def connect_exchange(parts: Parts, stack: ExitStack) -> None:
    """Connect before anything is asked of the exchange; a backtest on files needs none."""
    recipe = parts.recipe
    needed = parts.live or any(
        isinstance(feed, ExchangeFeed) and banked(parts, name) is None
        for name, feed in recipe.feeds.items()
    )
    if recipe.exchange is None or not needed:
        return
    parts.exchange = built(parts, Kind.EXCHANGE, recipe.exchange, "exchange")
    stack.callback(parts.exchange.close)


def make_broker(parts: Parts, stack: ExitStack) -> None:
    """Put the risk rules before the venue, so that no order ever goes around them."""
    from realtrade.risk import RiskManager

    rules = [
        built(parts, Kind.RISK_RULE, block, f"risk.{name}", name=name)
        for name, block in parts.recipe.risk.items()
    ]
    venue = make_venue(parts)
    parts.risk = RiskManager([*_always(parts), *rules], memory=_risk_memory(parts))
    parts.broker = equity.broker_class(parts)(
        venue,
        gate=parts.risk,
        journal=parts.journal,
        events=parts.announce if parts.live else None,
        account="simulated" if parts.recovery.venue is None else parts.recovery.venue.account,
        bot=parts.recipe.name,
    )


def _risk_memory(parts: Parts) -> RiskMemory | None:
    """Return what the rules remembered of a real account; a simulated one begins anew."""
    from realtrade.risk.memory import RiskMemory

    memory = parts.recovery.recalled.risk
    return None if memory is None or parts.recovery.venue is None else RiskMemory.from_dict(memory)


def _always(parts: Parts) -> list[RiskRule | RiskWatch]:
    """Return the rules no recipe writes down: a person's pause and halt, the hours."""
    always: list[RiskRule | RiskWatch] = [parts.pause]
    if parts.live:
        always.append(parts.controls.halts)
    if parts.recovery.venue is not None:
        always.append(TradingRule(parts.recovery.standing))
    block = parts.recipe.schedule
    if parts.live or block != ScheduleBlock():  # a live bot may be given hours while it runs
        from realtrade.engine.scheduler import ScheduleRule

        parts.schedule = ScheduleRule(block, wall=parts.wall)
        always.append(parts.schedule)
    return always


def make_sizer(parts: Parts, stack: ExitStack) -> None:
    """Know how much before there is a strategy that asks."""
    block = parts.recipe.sizing
    if block is not None:
        parts.risk.add_position_sizer(built(parts, Kind.SIZER, block, "sizing"))


def make_strategy(parts: Parts, stack: ExitStack) -> None:
    """Find the class and check its parameters; Cerebro makes the strategy itself."""
    parts.spec = built(parts, Kind.STRATEGY, parts.recipe.strategy, "strategy")


def watch(parts: Parts, stack: ExitStack) -> None:
    """Make everything measured from the first bar on."""
    from realtrade.monitor import PerformanceTracker

    real = parts.recovery.venue
    parts.tracker = PerformanceTracker(
        parts.money.cash.amount if real is None else real.equity,
        timeframe=min(
            (data.interval for data in parts.datas.values()), key=lambda t: t.approximate_ms
        ),
    )


def operate(parts: Parts, stack: ExitStack) -> None:
    """Have everything beside trading in place before trading begins; a backtest has nothing."""
    if not parts.live:
        return
    from realtrade.engine.operations import operate as start

    start(parts, stack)


def arm(parts: Parts, stack: ExitStack) -> None:
    """Put it together; from here on bars reach the strategy."""
    from realtrade.engine.cerebros import make_cerebro
    from realtrade.engine.hooks import Hooks
    from realtrade.engine.live_cerebro import LiveCerebro
    from realtrade.engine.rebalance import rebalancing
    from realtrade.engine.sizing import PortSizer

    equip(parts)
    cerebro = parts.cerebro = make_cerebro(live=parts.live)
    cerebro.setbroker(parts.broker)
    if isinstance(cerebro, LiveCerebro) and parts.turns is not None:
        cerebro.before_turn = parts.turns.before_broker
        cerebro.after_turn = parts.turns.behind_broker
    for name, data in parts.datas.items():
        cerebro.adddata(data, name=name)
    if parts.recipe.sizing is not None:
        fee_rate = parts.money.fees.taker
        cerebro.addsizer(
            PortSizer, port=parts.risk, account=parts.broker.account, fee_rate=fee_rate
        )
    cerebro.addstrategy(rebalancing(parts), **parts.spec.params)
    symbols = {name: instrument_of(parts, name).symbol for name in parts.datas}
    cerebro.addanalyzer(Hooks)
    equity.add_recorder(parts, symbols)
    keep(parts)
    if parts.stream is not None and parts.hub is not None:
        parts.stream.start(parts.hub)
        stack.callback(parts.stream.stop)
    parts.started = True


STAGES: tuple[Stage[Parts], ...] = (
    Stage("logging", start_log),
    Stage("state", take_state),
    Stage("secrets", know_secrets),
    Stage("exchange", connect_exchange),
    Stage("account", know_account),
    Stage("storage", open_storage),
    Stage("notifiers", make_notifier),
    Stage("markets", find_markets),
    Stage("broker", make_broker),
    Stage("feeds", read_feeds),
    Stage("resamples", resample_feeds),
    Stage("sizer", make_sizer),
    Stage("strategy", make_strategy),
    Stage("recovery", recover),
    Stage("monitor", watch),
    Stage("operations", operate),
    Stage("arm", arm),
)
