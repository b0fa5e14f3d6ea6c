"""How much worse than the price at the signal a run's executions were."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_TAIL = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Slippage:
    """Of executions whose signal's price is known, in basis points; positive is worse for us."""

    fills: int
    """How many executions were measured."""
    mean_bps: float
    """Weighted by the value of each execution: what slippage has cost of all that was traded."""
    median_bps: float
    p95_bps: float
    """Worse than this was one execution in twenty."""


DEFINITIONS = {
    "slippage_mean_bps": (
        "Mean of how much worse than its signal's price each execution was, weighted by value. The "
        "signal's price is the order's limit or stop price, else the close it was decided on."
    ),
    "slippage_median_bps": "Median of how much worse than its signal's price an execution was.",
    "slippage_p95_bps": "One execution in twenty was worse than its signal's price by more.",
}
"""What each measure means, by its name."""


def slippage(signed_quantities: ArrayLike, prices: ArrayLike, wanted: ArrayLike) -> Slippage | None:
    """Measure executions; None when the signal's price is known of none (zero).

    Args:
        signed_quantities: negative where sold.
        prices: executed at.
        wanted: price at the signal.
    """
    signed, paid, signalled = (
        np.asarray(one, np.float64) for one in (signed_quantities, prices, wanted)
    )
    known = (signalled > 0) & (signed != 0)
    if not known.any():
        return None
    signed, paid, signalled = signed[known], paid[known], signalled[known]
    bps = np.sign(signed) * (paid - signalled) / signalled * 10_000 + 0.0
    return Slippage(
        fills=len(bps),
        mean_bps=float(np.average(bps, weights=np.abs(signed) * signalled)),
        median_bps=float(np.median(bps)),
        p95_bps=float(np.quantile(bps, _TAIL)),
    )
