"""One table of results, with ratios only between engines that agree on what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from measure import Result, Work

_TOLERANCE = 1e-9
_HEAD = (
    "| engine | CPU seconds | µs a bar | times baseline "
    "| MB above imports | bytes a bar | trades | equity |"
)


def table(results: Sequence[Result], work: Work, *, baseline: str) -> tuple[str, bool]:
    """Return the table as text, and whether all engines made the same trades and money."""
    first = results[0]
    agrees = all(_same(first, result) for result in results)
    base = next((result.seconds for result in results if result.engine == baseline), None)
    kind = "idle" if work.idle else "common work"
    lines = ["", f"{work.bars:,} bars, {kind}", "", _HEAD, "|---|---|---|---|---|---|---|---|"]
    lines += [_row(result, work, base if agrees else None) for result in results]
    if not agrees:
        lines.append("\nThe engines disagree about trades or equity: no ratio is worth printing.")
    return "\n".join(lines) + "\n", agrees


def _row(result: Result, work: Work, base: float | None) -> str:
    ratio = f"{base / result.seconds:.1f}" if base is not None else "-"
    cells = (
        result.engine,
        f"{result.seconds:.2f}",
        f"{result.seconds / work.bars * 1e6:.2f}",
        ratio,
        f"{result.memory_bytes / 2**20:.0f}",
        f"{result.memory_bytes / work.bars:.0f}",
        f"{result.trades:,}",
        f"{result.equity:.4f}",
    )
    return f"| {' | '.join(cells)} |"


def _same(one: Result, other: Result) -> bool:
    close: bool = abs(one.equity - other.equity) <= _TOLERANCE * abs(one.equity)
    return close and bool(one.trades == other.trades)
