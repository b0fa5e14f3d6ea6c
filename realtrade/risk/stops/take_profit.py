"""Take a gain home, whole or in parts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.model.verdict import Action, ActionKind
from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs, Target
from realtrade.risk.settings import PositivePercent
from realtrade.risk.steps import tradable
from realtrade.risk.stop import Place
from realtrade.risk.target import resting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class Gain(PluginConfig):
    """One gain and what is taken home at it."""

    at: PositivePercent
    """Gain of the best price since entry, before fees."""
    close: PositivePercent = Decimal(1)
    """Share of the largest quantity held that is to be closed by then, this target's part."""


class TakeProfitConfig(PluginConfig):
    """Settings of the `take_profit`.

    Example:
        ```yaml
        risk:
          target: {type: take_profit, at: 5%}
          parts:
            type: take_profit
            targets: [{at: 2%, close: 50%}, {at: 4%, close: 25%}, {at: 8%, close: 25%}]
        ```
    """

    type: Literal["take_profit"] = "take_profit"
    at: PositivePercent | None = None
    """One gain at which all is closed."""
    targets: tuple[Gain, ...] = ()
    """Several gains, each with its part."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a limit order at the venue for each."""

    @model_validator(mode="after")
    def _is_a_target(self) -> Self:
        if (self.at is None) == (not self.targets):
            code, message = "realtrade_limit", "a take_profit needs either `at` or `targets`"
            raise PydanticCustomError(code, message)
        if sum(target.close for target in self.targets) > 1:
            code, message = "realtrade_limit", "the parts of all targets exceed 100%"
            raise PydanticCustomError(code, message)
        return self


class TakeProfit:
    """Close a position, or a part of it, once its best price has gained enough.

    A part is a share of the largest quantity held; what was sold already, by whomever, counts. A
    part smaller than may be traded waits for the next target.

    Backtest: seen at the bar's end and filled by the next bar, at what the market then pays, which
    may be less than the target. Live: the same at every closed bar, as long as the bot runs. With
    `place: exchange` a reduce-only limit order rests at the venue for each target, from the bar
    after the entry on: it fills within the bar, at the target or better, also while the bot is
    dead. What rests there is left to the venue; what for any reason does not is closed here.
    """

    def __init__(self, config: TakeProfitConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        targets = [(target.at, target.close) for target in config.targets]
        self._targets = sorted(targets) if config.at is None else [(config.at, Decimal(1))]

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE of what is due for every position that has met a target."""
        actions = [self._due(view.extended(entry), view) for entry in view.entries]
        return [action for action in actions if action is not None]

    def targets(self, entry: Entry, view: RiskView) -> Sequence[Target]:
        """Return what is to rest for one position: of each target what is not closed yet."""
        instrument, found = view.instrument(entry.symbol), []
        met = given = Decimal(0)
        for at, part in self._targets:
            met += part
            level = entry.price * (1 + entry.direction * at)
            quantity = tradable(self._part(entry, met) - given, level, instrument)
            if quantity:
                found.append(Target(entry.symbol, level, quantity, self.name))
                given += quantity
        return found

    def _part(self, entry: Entry, met: Decimal) -> Decimal:
        """Return how much is still to be closed once `met` of the largest quantity has to be."""
        return abs(entry.quantity) - entry.largest * (1 - met)

    def _due(self, entry: Entry, view: RiskView) -> Action | None:
        best = entry.highest if entry.direction > 0 else entry.lowest
        gain = entry.gain(best)
        met = sum((part for at, part in self._targets if gain >= at), Decimal(0))
        due = self._part(entry, met)
        if self.place == "exchange":
            due -= resting(entry, view)
        price, instrument = view.price(entry.symbol), view.instrument(entry.symbol)
        if not met or not tradable(due, price, instrument):
            return None
        reason = f"{entry.symbol} has gained {gain:.2%}: {met:.0%} are to be taken home"
        fraction = due / abs(entry.quantity)
        return Action(ActionKind.CLOSE, self.name, reason, entry.symbol, fraction)
