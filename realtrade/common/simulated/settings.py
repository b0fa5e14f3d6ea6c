"""How lenient a simulation is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Settings:
    """How lenient the simulation is."""

    check_submit: bool = True
    """Refuse on submission what the cash at hand cannot pay; otherwise only when it fills."""
    cheat_on_close: bool = False
    """Fill market orders at the close of the bar they were decided on."""
    cheat_on_open: bool = False
    """Fill market orders decided before the bar's open at that very open."""
    old_bars: bool = True
    """As Backtrader does, also match orders other than market orders against the bar they were
    decided on, when another feed has moved and theirs has not. False waits for a newer bar."""
