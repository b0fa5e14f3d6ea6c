"""What a live bot imports on its way, imported once: its forks then start in a moment.

Hundreds of them are started: what is missing here each of them reads and compiles again.
"""

from __future__ import annotations

from importlib import import_module

for _name in (
    "realtrade.binance.exchange",
    "realtrade.binance.plugin",
    "realtrade.cli.app",
    "realtrade.cli.run",
    "realtrade.cli.signals",
    "realtrade.cli.start_failures",
    "realtrade.cli.watch",
    "realtrade.cli.yaml_text",
    "realtrade.common.base_broker",
    "realtrade.common.base_data",
    "realtrade.common.broker.resting",
    "realtrade.common.broker.styles",
    "realtrade.common.feed_hub",
    "realtrade.common.live",
    "realtrade.common.simulated",
    "realtrade.engine.adoption",
    "realtrade.engine.cerebros",
    "realtrade.engine.curve",
    "realtrade.engine.fleet",
    "realtrade.engine.hooks",
    "realtrade.engine.jobs",
    "realtrade.engine.live_cerebro",
    "realtrade.engine.marks",
    "realtrade.engine.operations",
    "realtrade.engine.rebalance",
    "realtrade.engine.runner",
    "realtrade.engine.scheduler",
    "realtrade.engine.sizing",
    "realtrade.feeds",
    "realtrade.feeds.align",
    "realtrade.feeds.ready",
    "realtrade.feeds.resampling",
    "realtrade.monitor.analyzer",
    "realtrade.monitor.reporter",
    "realtrade.monitor.tracker",
    "realtrade.notifications.notifier",
    "realtrade.recipe.loader",
    "realtrade.risk",
    "realtrade.risk.gate",
    "realtrade.risk.settle",
    "realtrade.storage.journal",
    "realtrade.storage.opening",
    "realtrade.strategies.plugins",
    "realtrade.strategies.python",
    "realtrade.strategies.python_config",
    "sqlalchemy.dialects.sqlite",
    "tests.scenario.kill_points",
):
    import_module(_name)

import_module("realtrade.common.rest.lazy_ccxt").exchange_class("binance")
