"""Give a position up at a fixed distance from its entry, or at a fixed price."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.plugins.ports.risk import Needs
from realtrade.risk.settings import PositiveNumber, PositivePercent, Symbols
from realtrade.risk.stop import Place, met

if TYPE_CHECKING:
    from collections.abc import Sequence

    from realtrade.model.remembered import Entry
    from realtrade.model.verdict import Action
    from realtrade.plugins.ports.build import BuildContext
    from realtrade.plugins.ports.risk import RiskView


class StopLossConfig(PluginConfig):
    """Settings of the `stop_loss`.

    Example:
        ```yaml
        risk:
          stop:  {type: stop_loss, distance: 5%}
          floor: {type: stop_loss, price: 25000, symbols: [BTC/USDT]}
        ```
    """

    type: Literal["stop_loss"] = "stop_loss"
    distance: PositivePercent | None = None
    """How far from the average entry price, as a share of it."""
    price: PositiveNumber | None = None
    """A price of its own; name the one symbol it is for."""
    symbols: Symbols = ()
    """Symbols it is for; all when left out."""
    place: Place = "local"
    """`local` watches at every bar; `exchange` also rests a stop order at the venue."""

    @model_validator(mode="after")
    def _is_one_stop(self) -> Self:
        if (self.distance is None) == (self.price is None):
            code, message = "realtrade_limit", "a stop_loss needs either `distance` or `price`"
            raise PydanticCustomError(code, message)
        if self.price is not None and len(self.symbols) != 1:
            code, message = "realtrade_limit", "a stop at a `price` is for one of `symbols`"
            raise PydanticCustomError(code, message)
        return self


class FixedStop:
    """Close a position once the price has gone so far against it.

    Adding to a position moves its average entry, and with it the stop, but never away from the
    market.

    Backtest: seen at the bar's end and filled by the next bar, so a gap through the stop costs what
    it costs. Live: the same at every closed bar, as long as the bot runs. With `place: exchange` a
    stop order rests at the venue besides: it fills within the bar, also while the bot is dead.
    """

    def __init__(self, config: StopLossConfig, context: BuildContext) -> None:
        self.name = context.name
        self.place: Place = config.place
        self.needs = Needs(entries=True)
        self._config = config

    def level(self, entry: Entry, view: RiskView) -> Decimal | None:
        """Return where the stop stands."""
        config = self._config
        if config.symbols and entry.symbol not in config.symbols:
            return None
        distance = config.distance or Decimal(0)
        return config.price or entry.price * (1 - entry.direction * distance)

    def watch(self, view: RiskView) -> Sequence[Action]:
        """Return a CLOSE for every position whose stop this bar has met."""
        return met(self, view)
