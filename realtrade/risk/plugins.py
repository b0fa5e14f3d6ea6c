"""What our `realtrade.risk_rules` and `realtrade.sizers` entry points hold."""

from __future__ import annotations

from realtrade.plugins.plugin import API_VERSION, Kind, Plugin

_ROOM = "realtrade.risk"


def _rule(name: str, title: str, build: str, summary: str, *, room: str = "rules") -> Plugin:
    module = f"{_ROOM}.{room}.{name}"
    return Plugin(
        kind=Kind.RISK_RULE,
        name=name,
        api=API_VERSION,
        config=f"{module}:{title}Config",
        build=f"{module}:{build}",
        summary=summary,
    )


MAX_POSITION = _rule(
    "max_position",
    "MaxPosition",
    "MaxPosition",
    "Keep a position, or all of them together, from growing past a limit.",
)
MAX_DRAWDOWN = _rule(
    "max_drawdown",
    "MaxDrawdown",
    "MaxDrawdown",
    "Stop adding exposure once equity has fallen too far below its peak.",
)
DAILY_LOSS = _rule(
    "daily_loss", "DailyLoss", "build", "Stop for the day once it has lost too much."
)
WEEKLY_LOSS = _rule(
    "weekly_loss", "WeeklyLoss", "build", "Stop for the week once it has lost too much."
)
ORDER_RATE = _rule(
    "order_rate",
    "OrderRate",
    "OrderRate",
    "Stop a runaway strategy: so many orders in so long, and no more.",
)
TRAILING_STOP = _rule(
    "trailing_stop",
    "TrailingStop",
    "TrailingStop",
    "Give a position up once the price has come back too far from its best.",
    room="stops",
)
