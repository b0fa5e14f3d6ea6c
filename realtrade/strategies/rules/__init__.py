"""Strategies written as rules in a recipe: a small typed language, its parser and its runner."""

from __future__ import annotations
