"""What is looked at to tell whether a live bot is well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.engine.lifecycle import RUNNING, Phase
from realtrade.plugins.ports.health import Finding, HasProbes, HealthStatus

if TYPE_CHECKING:
    from realtrade.engine.parts import Parts
    from realtrade.engine.picture import Painter
    from realtrade.engine.turns import Turns
    from realtrade.monitor.health import HealthCheck
    from realtrade.notifications import Notifier

_SLOW_LOOP_S = 10.0
_STUCK_LOOP_S = 60.0
_LEAST_GRACE_MS = 30_000
_TICK_GRACE_MS = 300_000
_PAST_MS = 86_400_000
_FAILURES = 3
_LINE_FULL = 0.5
"""Share of the hub's room from which on a strategy is too slow."""


def register(health: HealthCheck, parts: Parts, turns: Turns, painter: Painter) -> None:
    """Have everything looked at that a bot of these parts has."""
    health.register("loop", lambda: loop(parts, turns))
    health.register("standing", lambda: standing(parts))
    health.register("risk", lambda: risk(parts))
    if parts.hub is not None:
        health.register("bars_waiting", lambda: bars_waiting(parts))
    for name in parts.datas:
        health.register(f"feed.{name}", lambda name=name: feed(parts, painter, name))  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    if parts.notifier is not None:
        notifier = parts.notifier
        health.register("notifications", lambda: notifications(notifier))
    journal = parts.journal
    for part in (parts.exchange, parts.stream, parts.broker.venue, journal):
        if isinstance(part, HasProbes):
            for name, probe in part.probes().items():
                health.register(name, probe)


def loop(parts: Parts, turns: Turns) -> Finding:
    """Look at when the trading thread had its last turn; it has one twice a second."""
    lag_s = max(0.0, parts.clock.monotonic_s() - turns.last_s)
    if parts.lifecycle.phase not in {*RUNNING, Phase.WARMUP, Phase.RECONCILING}:
        return Finding(HealthStatus.PROGRESSING, f"the bot is {parts.lifecycle.phase}", 0.0)
    if lag_s < _SLOW_LOOP_S:
        return Finding(HealthStatus.HEALTHY, value=lag_s)
    told = f"the trading thread has had no turn for {lag_s:.0f} s, the limit is {_SLOW_LOOP_S:g} s"
    return Finding(HealthStatus.DEGRADED, told, lag_s)


def alive(parts: Parts, turns: Turns) -> tuple[bool, str]:
    """Tell whether the process can still trade: an exchange that is down does not matter here."""
    lag_s = parts.clock.monotonic_s() - turns.last_s
    if parts.lifecycle.phase in RUNNING and lag_s >= _STUCK_LOOP_S:
        return False, f"the trading thread has had no turn for {lag_s:.0f} s"
    return True, f"the bot is {parts.lifecycle.phase}"


def standing(parts: Parts) -> Finding:
    """Look at what holds the bot back: a pause, a halt of a person or a rule."""
    step = parts.lifecycle.step
    if step.now in {Phase.PAUSED, Phase.HALTED}:
        why = f": {step.reason}" if step.reason else ""
        return Finding(HealthStatus.SUSPENDED, f"{step.now}{why}", 1.0)
    if step.now is Phase.TRADING:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    return Finding(HealthStatus.PROGRESSING, f"the bot is {step.now}", 0.0)


def risk(parts: Parts) -> Finding:
    """Look at the risk rules' halts; the value is how many are in force."""
    halts = list(parts.risk.memory.halts.values())
    if not halts:
        return Finding(HealthStatus.HEALTHY, value=0.0)
    told = "; ".join(f"{halt.rule}: {halt.reason}" for halt in halts)
    return Finding(HealthStatus.SUSPENDED, told, float(len(halts)))


def bars_waiting(parts: Parts) -> Finding:
    """Look at how many batches of bars wait for the strategy."""
    if parts.hub is None:
        return Finding(HealthStatus.HEALTHY)
    waiting, room = parts.hub.backlog, parts.hub.capacity
    if parts.wall is None or waiting < room * _LINE_FULL:
        return Finding(HealthStatus.HEALTHY, value=float(waiting))
    told = f"{waiting} batches of bars wait, there is room for {room}"
    return Finding(HealthStatus.DEGRADED, told, float(waiting))


def feed(parts: Parts, painter: Painter, name: str) -> Finding:
    """Look at how long a feed's next bar is overdue; its value is the newest bar's age in seconds.

    Half a bar of delay is let pass, half a minute at least; of ticks, which come when they come,
    five minutes without any. A replay is never late. A bar that was more than a day old when it
    came is of a market that plays the past: then counts when it came.
    """
    due_ms = painter.bars_ms.get(name)
    if due_ms is None:
        return Finding(HealthStatus.PROGRESSING, f"no bar of '{name}' has come yet")
    if parts.wall is None:
        return Finding(HealthStatus.HEALTHY, "replayed", 0.0)
    interval_ms = parts.datas[name].interval.approximate_ms
    age_ms = _age_ms(parts, painter, name, due_ms)
    overdue_ms = age_ms - interval_ms
    least_ms = _LEAST_GRACE_MS if interval_ms else _TICK_GRACE_MS
    if overdue_ms <= max(least_ms, interval_ms // 2):
        return Finding(HealthStatus.HEALTHY, value=age_ms / 1000)
    told = f"the next bar of '{name}' is {overdue_ms / 1000:.0f} s overdue"
    return Finding(HealthStatus.DEGRADED, told, age_ms / 1000)


def _age_ms(parts: Parts, painter: Painter, name: str, due_ms: int) -> int:
    """Return how old a feed's newest bar is: by the wall, or since it came where that says more."""
    wall_ms = (parts.wall or parts.clock.now_ms)()
    since_ms = round((parts.clock.monotonic_s() - painter.seen_s[name]) * 1000)
    interval_ms = parts.datas[name].interval.approximate_ms
    is_past = wall_ms - since_ms - due_ms > _PAST_MS + interval_ms
    return since_ms if is_past else wall_ms - due_ms


def notifications(notifier: Notifier) -> Finding:
    """Look at channels that fail, and at how many messages wait."""
    waiting = float(notifier.backlog)
    failing = [name for name, (_, _, fails) in notifier.channels.items() if fails >= _FAILURES]
    if failing:
        told = f"nobody can be told by {', '.join(failing)}: {waiting:.0f} messages wait"
        return Finding(HealthStatus.DEGRADED, told, waiting)
    return Finding(HealthStatus.HEALTHY, value=waiting)
