"""Strategies that let limit orders rest on lines and earn from line to line."""

from __future__ import annotations
