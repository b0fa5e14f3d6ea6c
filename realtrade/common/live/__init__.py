"""Orders at a real exchange: one courier, one inbox, and a venue that decides by pure tables."""

from __future__ import annotations

from realtrade.common.live.courier import Courier, Priority
from realtrade.common.live.pace import keep_pace
from realtrade.common.live.venue import LiveVenue

__all__ = ["Courier", "LiveVenue", "Priority", "keep_pace"]
