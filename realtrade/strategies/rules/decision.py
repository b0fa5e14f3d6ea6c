"""What to do, given what is held and which rules hold.

| held | rules that hold | what is done |
|---|---|---|
| nothing | `entry` without `exit` | buy |
| nothing | `short_entry` without `short_exit` | sell short |
| nothing | both of these | nothing: they contradict each other |
| long | `exit` | close; and sell short when `short_entry` holds without `short_exit` |
| short | `short_exit` | close; and buy when `entry` holds without `exit` |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Move = Literal["close", "buy", "sell"]


def decide(held: float, holds: Mapping[str, bool]) -> tuple[Move, ...]:
    """Return the orders to place, in order.

    Args:
        held: signed quantity.
        holds: which rules hold, by key; one that is missing does not.
    """
    leave, cover = holds.get("exit", False), holds.get("short_exit", False)
    up = holds.get("entry", False) and not leave
    down = holds.get("short_entry", False) and not cover
    if held > 0:
        return _left(leave, "sell" if down else None)
    if held < 0:
        return _left(cover, "buy" if up else None)
    if up == down:
        return ()
    return ("buy",) if up else ("sell",)


def _left(leaves: bool, then: Move | None) -> tuple[Move, ...]:
    if not leaves:
        return ()
    return ("close",) if then is None else ("close", then)
