"""The descriptor of the `file` feed."""

from __future__ import annotations

from realtrade.plugins import API_VERSION, Kind, Plugin

FILE = Plugin(
    kind=Kind.FEED,
    name="file",
    api=API_VERSION,
    config="realtrade.feeds.config:FileFeedConfig",
    build="realtrade.feeds.file_feed:build",
    summary="Bars from a CSV or Parquet file.",
)
