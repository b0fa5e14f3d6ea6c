"""Strategies that follow a trend once it is under way."""

from __future__ import annotations
