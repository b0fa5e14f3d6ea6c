"""Strategies that buy in parts and so at an average price."""

from __future__ import annotations
