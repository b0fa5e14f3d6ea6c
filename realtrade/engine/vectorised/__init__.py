"""Backtests of rule strategies in one pass: signals in columns, then only the bars with orders."""

from __future__ import annotations
