"""Settings of the `fixed_grid` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.directions import DirectedParams


class FixedGridParams(DirectedParams):
    """Parameters of `FixedGrid`."""

    lower: float = Field(default=90.0, gt=0, le=1_000_000_000_000)
    """Price of the lowest line."""
    upper: float = Field(default=110.0, gt=0, le=1_000_000_000_000)
    """Price of the highest line."""
    lines: int = Field(default=21, ge=2, le=1_000)
    """Lines from `lower` to `upper`, both included."""
    spacing: Literal["arithmetic", "geometric"] = "arithmetic"
    """Equal steps in money, or equal steps in percent."""
    quantity: float = Field(default=1.0, gt=0, le=1_000_000_000_000)
    """Units traded on each line: a lot."""
    most: int = Field(default=20, ge=1, le=1_000)
    """Lots held at most."""
    resting: int = Field(default=5, ge=1, le=200)
    """Orders that rest on each side at most, those nearest to the price."""

    @model_validator(mode="after")
    def _lower_is_below(self) -> Self:
        if self.lower >= self.upper:
            code, message = "realtrade_order", "lower ({lower}) must be less than upper ({upper})"
            raise PydanticCustomError(code, message, {"lower": self.lower, "upper": self.upper})
        return self


class FixedGridConfig(PluginConfig):
    """Settings of the `fixed_grid` strategy.

    Buy `quantity` on every line that the price falls to, sell it on the next line above.

    It earns from a price that goes up and down between `lower` and `upper`, one step at a time.
    While nothing is held the grid follows the price up, line by line: no purchase rests above the
    market, and what a stop has closed is not bought back at once. At most `most` lots are held, of
    all orders only the `resting` nearest on each side are placed. Short is the mirror image;
    `both` begins at the line nearest to the price, goes long below it and short above it.

    What must rest follows from the position, so a restart continues where it was: orders that
    still rest count as placed, what was filled meanwhile is answered on its next line. The line
    at which nothing was held is remembered, else found from those orders and the average price.

    Fails when the price leaves the range: below it holds everything it may at a loss, above it
    has sold everything. Fees must be small beside a step. There is no stop but the recipe's.

    Trades the first feed. Sizes itself: the recipe's `sizing` is not asked.

    Example:
        ```yaml
        strategy:
          type: fixed_grid
          params: {lower: 9000, upper: 11000, lines: 21, quantity: 0.1, most: 10}
        ```
    """

    type: Literal["fixed_grid"] = "fixed_grid"
    params: FixedGridParams = FixedGridParams()
    """Where the lines are, and how much is traded on each."""
