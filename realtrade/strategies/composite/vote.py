"""Let several strategies vote on one stance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.plugins.ports.strategy import StrategySpec
from realtrade.strategies.composite.assembly import part_of
from realtrade.strategies.composite.members import Member
from realtrade.strategies.signals import Signal
from realtrade.strategies.stances import StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.plugins.ports.build import BuildContext
    from realtrade.strategies.composite.vote_config import VoteConfig


class VoteSignal(Signal):
    """The side that enough of the votes are for, until too few are."""

    def __init__(self, datas: Sequence[Any], p: Any) -> None:
        super().__init__(datas, p)
        if not p.members:
            msg = "vote has no members: nobody votes"
            raise ValueError(msg)
        total = sum(weight for _, _, weight in p.members)
        self._voters = [
            (Member((cls, params), datas), weight / total) for cls, params, weight in p.members
        ]

    def stance(self, index: int, now: int) -> int:
        """Enter with `entry` of all weights, leave with no more than `leave`."""
        votes = sum(member.stance(index) * share for member, share in self._voters)
        if abs(votes) >= self.p.entry:
            return 1 if votes > 0 else -1
        return now if votes * now > self.p.leave else 0


class Vote(StanceStrategy):
    """Let several strategies vote on one stance.

    What it does, why, and in which markets it fails: see `VoteConfig`.

    Example:
        ```python
        members = [(MaCross, {"fast": 20, "slow": 60}, 2.0), (RsiMomentum, {}, 1.0)]
        cerebro.addstrategy(Vote, members=members, entry=0.6, leave=0.0)
        ```
    """

    params = (("members", ()), ("entry", 0.5), ("leave", 0.0))
    signal = VoteSignal


def build(config: VoteConfig, context: BuildContext) -> StrategySpec:
    """Return the strategy with its members' classes and checked parameters.

    Raises:
        SettingWrong: a member's class cannot be had, or cannot be combined.
    """
    given = config.params
    members = tuple(
        (*part_of(member, context, f"params.members.{name}"), given.weights.get(name, 1.0))
        for name, member in given.members.items()
    )
    params = given.model_dump(exclude={"weights", "members"})
    return StrategySpec(Vote, {**params, "members": members})
