"""Frozen values that every floor speaks: instruments, bars, orders, fills, positions, events."""
