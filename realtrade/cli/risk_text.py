"""What a risk block allows, as a table for people and as JSON."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from realtrade.engine.what_if import SymbolAnswer, WhatIf
    from realtrade.risk.what_if import Allowance

FORMAT_VERSION = 1


def as_json(name: str, answer: WhatIf) -> str:
    """Return the answer as one object; numbers are decimal text, null is no limit."""
    found = {
        "format_version": FORMAT_VERSION,
        "recipe": name,
        "equity": f"{answer.equity:f}",
        "start": f"{answer.start:f}",
        "currency": answer.currency,
        "symbols": [_symbol(one, answer) for one in answer.symbols],
    }
    return json.dumps(found, indent=2)


def _symbol(one: SymbolAnswer, answer: WhatIf) -> dict[str, Any]:
    return {
        "symbol": one.symbol,
        "price": f"{one.price:f}",
        "rules": [
            {
                "rule": allowed.rule,
                "type": answer.types[allowed.rule],
                "kind": allowed.kind,
                "quantity": None if allowed.quantity is None else _number(allowed.quantity),
                "text": allowed.text,
            }
            for allowed in one.allowed
        ],
        "wanted": None if one.wanted is None else _number(one.wanted),
        "allowed": None if one.left is None else _number(one.left),
    }


def print_answer(answer: WhatIf) -> None:
    """Print a table a symbol; colours only on a terminal."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    change = answer.equity / answer.start - 1
    lost = f", {change:.2%} from its best" if change else ""
    console.print(Text(f"equity {_money(answer.equity)} {answer.currency}{lost}, nothing held"))
    for one in answer.symbols:
        console.print()
        console.print(Text(f"{one.symbol} at {_money(one.price)}", style="bold"))
        console.print(_table(one, answer))
        console.print(Text(_sum(one, answer)))


def _table(one: SymbolAnswer, answer: WhatIf) -> Any:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for heading in ("rule", "type"):
        table.add_column(heading, style="dim", no_wrap=True)
    table.add_column("lets be bought", justify="right")
    table.add_column("because", overflow="fold")
    for allowed in one.allowed:
        words = _words(allowed, one, answer)
        style = "red" if allowed.quantity == 0 else ""
        kind = Text(answer.types[allowed.rule])
        table.add_row(Text(allowed.rule), kind, Text(words, style=style), Text(allowed.text))
    if not one.allowed:
        table.add_row(Text("(none)"), Text(""), Text("any size"), Text("the recipe has no rules"))
    return table


def _words(allowed: Allowance, one: SymbolAnswer, answer: WhatIf) -> str:
    if allowed.kind == "unknown":
        return "it depends"
    if allowed.kind != "rule":
        return "–"  # noqa: RUF001  # the dash people read as "there is none"
    if allowed.quantity is None:
        return "any size"
    return _quantity(allowed.quantity, one, answer) if allowed.quantity else "nothing"


def _quantity(quantity: Decimal, one: SymbolAnswer, answer: WhatIf) -> str:
    value = quantity * one.price * one.contract_size
    share = f"{value / answer.equity:.1%}"
    return f"{_number(quantity)} ({_money(value)} {answer.currency}, {share})"


def _sum(one: SymbolAnswer, answer: WhatIf) -> str:
    if one.wanted is None or one.left is None:
        return "how much is bought is up to the strategy, or to bars not known here"
    if not one.left:
        return f"of the sizer's {_number(one.wanted)} nothing would be bought"
    bought = _quantity(one.left, one, answer)
    if one.left == one.wanted:
        return f"the sizer's {bought} would be bought"
    return f"of the sizer's {_number(one.wanted)} only {bought} would be bought"


def _money(value: Decimal) -> str:
    return f"{value:,.2f}"


def _number(value: Decimal) -> str:
    """Return eight places at most, rounded down, without trailing zeros."""
    places = value.quantize(Decimal("1e-8"), rounding="ROUND_DOWN") if value else value
    return f"{places.normalize():f}"
