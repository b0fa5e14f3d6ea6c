"""Strategies that buy what is already moving."""

from __future__ import annotations
