"""The ports: what a plugin is given and what it must answer to."""

from __future__ import annotations

from realtrade.plugins.ports.account import AccountView
from realtrade.plugins.ports.build import BuildContext
from realtrade.plugins.ports.checks import Check, Examines
from realtrade.plugins.ports.exchange import (
    BarSink,
    BarStream,
    Exchange,
    FeedRequest,
    FeedSource,
    RemembersBans,
    TakesNoOrders,
)
from realtrade.plugins.ports.feed import Feed, FeedError
from realtrade.plugins.ports.gateway import (
    AccountSink,
    AccountStream,
    Answer,
    CancelsWhenSilent,
    Gateway,
    GatewayError,
    LearnsNames,
    MarksTrades,
    Outcome,
    PlacesPairs,
    Resyncs,
    TradingExchange,
)
from realtrade.plugins.ports.journal import (
    Attempt,
    Journal,
    JournalError,
    KnownOrder,
    Recalled,
    Undelivered,
)
from realtrade.plugins.ports.notifier import Channel
from realtrade.plugins.ports.risk import (
    Needs,
    Protection,
    Reading,
    RestsTargets,
    RiskGate,
    RiskGauge,
    RiskRule,
    RiskView,
    RiskWatch,
    Sizer,
    SizingRequest,
    Target,
)
from realtrade.plugins.ports.strategy import NamedFeed, NamesFeeds, StrategySpec
from realtrade.plugins.ports.venue import Report, ReportKind, SendsAtOnce, Venue

__all__ = [
    "AccountSink",
    "AccountStream",
    "AccountView",
    "Answer",
    "Attempt",
    "BarSink",
    "BarStream",
    "BuildContext",
    "CancelsWhenSilent",
    "Channel",
    "Check",
    "Examines",
    "Exchange",
    "Feed",
    "FeedError",
    "FeedRequest",
    "FeedSource",
    "Gateway",
    "GatewayError",
    "Journal",
    "JournalError",
    "KnownOrder",
    "LearnsNames",
    "MarksTrades",
    "NamedFeed",
    "NamesFeeds",
    "Needs",
    "Outcome",
    "PlacesPairs",
    "Protection",
    "Reading",
    "Recalled",
    "RemembersBans",
    "Report",
    "ReportKind",
    "RestsTargets",
    "Resyncs",
    "RiskGate",
    "RiskGauge",
    "RiskRule",
    "RiskView",
    "RiskWatch",
    "SendsAtOnce",
    "Sizer",
    "SizingRequest",
    "StrategySpec",
    "TakesNoOrders",
    "Target",
    "TradingExchange",
    "Undelivered",
    "Venue",
]
