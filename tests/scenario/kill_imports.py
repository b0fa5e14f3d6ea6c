"""What a live bot imports on its way, imported once: its forks then start in a moment."""

from __future__ import annotations

from importlib import import_module

for _name in (
    "realtrade.cli.run",
    "realtrade.cli.signals",
    "realtrade.cli.watch",
    "realtrade.cli.yaml_text",
    "realtrade.engine.operations",
    "realtrade.engine.live_cerebro",
    "realtrade.engine.marks",
    "realtrade.engine.runner",
    "realtrade.common.base_broker",
    "realtrade.common.base_data",
    "realtrade.common.feed_hub",
    "realtrade.common.live",
    "realtrade.common.simulated",
    "realtrade.binance.exchange",
    "realtrade.feeds",
    "realtrade.monitor.analyzer",
    "realtrade.monitor.reporter",
    "realtrade.monitor.tracker",
    "realtrade.notifications.notifier",
    "realtrade.risk",
    "realtrade.storage.journal",
    "realtrade.storage.opening",
    "realtrade.strategies.python",
    "sqlalchemy.dialects.sqlite",
    "tests.scenario.kill_points",
):
    import_module(_name)

import_module("realtrade.common.rest.lazy_ccxt").exchange_class("binance")
