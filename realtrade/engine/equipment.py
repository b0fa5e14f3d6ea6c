"""What a recipe adds to the broker: styles of signals, stops and targets that rest at the venue."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from realtrade.engine.markets import instrument_of
from realtrade.engine.wrong import settings_checked
from realtrade.plugins.errors import SettingWrong
from realtrade.recipe.blocks import Mode, OrderStyle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.common import BaseBroker
    from realtrade.common.broker.resting import Keeper, RestingExits
    from realtrade.common.broker.styles import LimitStyle
    from realtrade.engine.parts import Parts

_SIMULATED = (Mode.BACKTEST, Mode.PAPER)


def equipped(parts: Parts, cls: type[BaseBroker]) -> type[BaseBroker]:
    """Return the broker that shapes signals and rests exits, where the recipe wants either."""
    orders = parts.recipe.orders
    mixed: list[type] = []
    if parts.risk.rests_stops or parts.risk.rests_targets:
        from realtrade.common.broker.resting import RestingExits

        mixed.append(RestingExits)
    if not orders.entry == orders.exit == OrderStyle():
        from realtrade.common.broker.styles import StyledOrders

        mixed.append(StyledOrders)
    return type(f"Equipped{cls.__name__}", (*mixed, cls), {}) if mixed else cls


def equip(parts: Parts) -> None:
    """Hand the broker its styles, its stops and its targets, once the feeds are known.

    Raises:
        RecipeInvalid: an offset counts ticks of a feed that has none, or stops and targets are to
            rest on one spot holding.
    """
    from realtrade.common.broker.resting import RestingExits
    from realtrade.common.broker.styles import StyledOrders, Styles

    broker: object = parts.broker
    if isinstance(broker, RestingExits):
        broker.keepers = tuple(_keepers(parts, broker))
    if isinstance(broker, StyledOrders):
        broker.styles = Styles(entry=_style(parts, "entry"), exit=_style(parts, "exit"))
        if parts.recipe.mode not in _SIMULATED:
            broker.now_ms = parts.clock.now_ms


def _keepers(parts: Parts, broker: RestingExits) -> Iterator[Keeper]:
    from realtrade.common.broker.protection import RestingStops
    from realtrade.common.broker.targets import RestingTargets

    risk = parts.risk
    if risk.rests_stops:
        yield RestingStops(broker, risk.protection)
    if risk.rests_targets:
        if risk.rests_stops:
            _must_have_room(parts, risk.rests_targets[0])
        yield RestingTargets(broker, risk.targets)


def _style(parts: Parts, name: str) -> LimitStyle | None:
    from realtrade.common.broker.styles import LimitStyle

    style: OrderStyle = getattr(parts.recipe.orders, name)
    if style.type == "market":
        return None
    offset, after = style.offset, style.replace_after
    if offset is not None and offset.ticks is not None:
        with settings_checked(parts.recipe, f"orders.{name}"):
            _must_have_ticks(parts)
    return LimitStyle(
        ticks=None if offset is None else offset.ticks,
        fraction=None if offset is None else offset.fraction,
        replace_after_ms=None if after is None else after // timedelta(milliseconds=1),
    )


def _must_have_ticks(parts: Parts) -> None:
    for feed in parts.traded:
        instrument = instrument_of(parts, feed)
        if not instrument.tick:
            msg = f"{instrument.symbol} trades at any price, so it has no ticks to count"
            hint = f"write a percent, such as 0.05%, or give the feed '{feed}' its `tick`"
            raise SettingWrong(msg, at="offset", hint=hint)


def _must_have_room(parts: Parts, rule: str) -> None:
    """Refuse stops and targets that rest side by side on spot: either takes the whole holding."""
    for feed in parts.traded:
        instrument = instrument_of(parts, feed)
        if not instrument.may_short:
            with settings_checked(parts.recipe, f"risk.{rule}"):
                msg = f"a stop rests at the exchange already, and {instrument.symbol} on spot can"
                msg += " be promised to one order only"
                hint = "write `place: local` for one of them: it is then watched here, every bar"
                raise SettingWrong(msg, at="place", hint=hint)
