"""Descriptors of everything Acme brings."""

from __future__ import annotations

from realtrade.plugins import API_VERSION, Kind, Plugin

EXCHANGE = Plugin(
    kind=Kind.EXCHANGE,
    name="acme",
    api=API_VERSION,
    config="acme_realtrade.exchange:AcmeConfig",
    build="acme_realtrade.exchange:build",
    summary="The Acme exchange: one widget, always a little dearer.",
)
STRATEGY = Plugin(
    kind=Kind.STRATEGY,
    name="acme_in_and_out",
    api=API_VERSION,
    config="acme_realtrade.settings:InAndOutConfig",
    build="acme_realtrade.strategy:build",
    summary="Buy at fixed bars, leave a fixed number of bars later.",
)
RULE = Plugin(
    kind=Kind.RISK_RULE,
    name="acme_ceiling",
    api=API_VERSION,
    config="acme_realtrade.rule:CeilingConfig",
    build="acme_realtrade.rule:build",
    summary="Buy nothing above a price.",
)
