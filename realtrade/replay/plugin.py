"""The descriptor of the `replay` exchange."""

from __future__ import annotations

from realtrade.plugins import API_VERSION, Kind, Plugin

PLUGIN = Plugin(
    kind=Kind.EXCHANGE,
    name="replay",
    api=API_VERSION,
    config="realtrade.replay.config:ReplayConfig",
    build="realtrade.replay.exchange:build",
    summary="Publishes file feeds as if they were live, at any speed.",
)
