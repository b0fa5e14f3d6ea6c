"""What a chat is answered: the board in a few lines of plain text."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Answer = Callable[[Mapping[str, Any]], str]

HELP = """\
/status - is it well, what is it doing
/positions - what is held, what is at work
/balance - equity and cash
/profit - since the start
/pause - no new exposure
/resume - end a pause or a halt
/halt - no new exposure, entries cancelled, kept over restarts
/flatten - close every position, then halt"""
VERBS = MappingProxyType(
    {
        "pause": "Paused: positions may only be reduced.",
        "resume": "Resumed.",
        "halt": "Halted.",
        "flatten": "Halted; every position is being closed.",
    }
)
"""What is said once something is done."""
QUESTIONS = MappingProxyType(
    {
        "halt": "Halt: no new exposure, open entries are cancelled?",
        "flatten": "Flatten: close every position at market, now?",
    }
)


def status(now: Mapping[str, Any]) -> str:
    """Return what the bot is doing and whether it is well."""
    health = now.get("health", {})
    lines = [f"{now.get('name')} ({now.get('mode')}): {now.get('phase')}"]
    if now.get("reason"):
        lines.append(f"because: {now['reason']}")
    lines.append(f"health: {health.get('status', 'unknown')}")
    lines += [
        f"- {one['type']}: {one['message']}"
        for one in health.get("conditions", ())
        if one["status"] in {"degraded", "unknown", "suspended"}
    ]
    return "\n".join([*lines, balance(now)])


def balance(now: Mapping[str, Any]) -> str:
    """Return equity and cash."""
    if "equity" not in now:
        return "no bar has come yet"
    return f"equity {_money(now['equity'])}, cash {_money(now['cash'])} {now.get('currency', '')}"


def profit(now: Mapping[str, Any]) -> str:
    """Return profit, drawdown, trades and fees since the start."""
    if "equity" not in now:
        return "no bar has come yet"
    start = Decimal(now["start_equity"])
    change = Decimal(now["equity"]) - start
    percent = f" ({change / start:+.2%})" if start else ""
    return (
        f"{change:+.2f} {now.get('currency', '')}{percent} since the start\n"
        f"drawdown {Decimal(now['drawdown']):.2%}, {now['trades']} trades, "
        f"fees {_money(now['fees'])}"
    )


def positions(now: Mapping[str, Any]) -> str:
    """Return what is held and what is at work."""
    held = [
        f"{one['symbol']}: {one['quantity']} at {one['price']}, now {one['last']}, "
        f"profit {_money(one['pnl'])}"
        for one in now.get("positions", ())
    ]
    working = [
        f"{one['side']} {one['quantity']} {one['symbol']} {one['type']}"
        + (f" at {one['price']}" if one.get("price") else "")
        for one in now.get("orders", ())
    ]
    return "\n".join([*(held or ["nothing is held"]), *(["at work:", *working] if working else [])])


def _money(text: str) -> str:
    return f"{Decimal(text):,.2f}"


ANSWERS: Mapping[str, Answer] = MappingProxyType(
    {"status": status, "positions": positions, "balance": balance, "profit": profit}
)
"""What may be asked, by command."""
