"""Strategies that bet on prices returning to where they usually are."""

from __future__ import annotations
