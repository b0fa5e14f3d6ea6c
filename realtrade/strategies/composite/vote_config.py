"""Settings of the `vote` strategy, apart from it: validating imports no Backtrader."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.composite.member_config import (  # noqa: TC001  # pydantic reads it
    MemberConfig,
)
from realtrade.strategies.directions import DirectedParams

Weight = Annotated[float, Field(gt=0, le=1_000)]


class VoteParams(DirectedParams):
    """Parameters of `Vote`."""

    members: dict[str, MemberConfig] = Field(min_length=1, max_length=50)
    """The strategies that vote, by a name of your choice."""
    weights: dict[str, Weight] = Field(default_factory=dict)
    """How much a member's vote weighs, by its name; 1 where nothing is said."""
    entry: float = Field(default=0.5, gt=0, le=1)
    """Share of all weights that a side needs to be entered: for it, less those against it."""
    leave: float = Field(default=0.0, ge=-1, lt=1)
    """Share down to which a side is left; less than `entry`."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.leave >= self.entry:
            code, message = "realtrade_order", "leave ({leave}) must be less than entry ({entry})"
            raise PydanticCustomError(code, message, {"leave": self.leave, "entry": self.entry})
        for name in self.weights:
            if name not in self.members:
                code, message = "realtrade_member", "there is a weight for '{name}', and no member"
                raise PydanticCustomError(code, message, {"name": name})
        return self


class VoteConfig(PluginConfig):
    """Settings of the `vote` strategy.

    Hold the side that enough of its members, each with its weight, would hold.

    Each member takes its stance as if it traded alone. A member for the side counts with its
    weight, one against it with the reverse, one that is out not at all. Members that err at
    different times make a steadier whole than any of them; votes of the same opinion twice do not.

    Fails where its members fail together, and is late: the last vote needed comes when most of
    the move is over. A member is `long` unless its own `direction` says otherwise.

    Example:
        ```yaml
        strategy:
          type: vote
          params:
            members:
              trend: {type: ma_cross, params: {fast: 20, slow: 60}}
              strength: {type: rsi_momentum}
              breakout: {type: donchian}
            weights: {trend: 2}
            entry: 0.5
        ```
    """

    type: Literal["vote"] = "vote"
    params: VoteParams
    """Who votes, and how many votes are enough."""
