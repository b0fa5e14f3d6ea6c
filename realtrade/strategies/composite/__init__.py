"""Strategies made of other strategies' signals."""

from __future__ import annotations
