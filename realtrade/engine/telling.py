"""From a recipe's `notify` block to a notifier over the journal's outbox."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from realtrade.engine.wrong import built
from realtrade.plugins.plugin import Kind
from realtrade.plugins.ports.health import HasProbes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import ExitStack

    from realtrade.engine.parts import Parts
    from realtrade.model.events import Event
    from realtrade.notifications import RoutePlan
    from realtrade.plugins.ports import Journal
    from realtrade.plugins.ports.health import Probe
    from realtrade.recipe.blocks import Recipe


class Routed:
    """A journal that adds to every event by which routes people are to be told of it.

    So an event and the duty to tell of it are one commit, whoever remembers it.
    """

    def __init__(self, journal: Journal, routes: Callable[[Event], Sequence[str]]) -> None:
        self._journal, self._routes = journal, routes

    def event(self, event: Event, routes: Sequence[str] = ()) -> None:
        """Remember an event with its routes."""
        self._journal.event(event, routes or self._routes(event))

    def probes(self) -> Mapping[str, Probe]:
        """Return what the journal has to say of itself; see `HasProbes`."""
        return self._journal.probes() if isinstance(self._journal, HasProbes) else {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._journal, name)


def make_notifier(parts: Parts, stack: ExitStack) -> None:
    """Know whom to tell before there is anything to tell; a recipe without routes has nobody."""
    recipe = parts.recipe
    if not parts.live or not recipe.notify.routes or parts.journal is None:
        return
    from realtrade.notifications import Notifier, Words
    from realtrade.recipe.templates import fill_in
    from realtrade.storage import MemoryJournal

    used = {name for route in recipe.notify.routes.values() for name in route.to}
    channels = {
        name: built(parts, Kind.NOTIFIER, block, f"notify.channels.{name}", name=name)
        for name, block in recipe.notify.channels.items()
        if name in used
    }
    words = Words(
        lambda text, names: str(fill_in(text, names)), name=recipe.name, mode=recipe.mode.value
    )
    parts.notifier = notifier = Notifier(
        plans(recipe),
        channels,
        name=recipe.name,
        words=words,
        clock=parts.clock,
        say=cast("Callable[[str, str], None]", parts.say),
        quiet=_quiet(recipe),
        keeps=not isinstance(parts.journal, MemoryJournal),
    )
    parts.journal = cast("Journal", Routed(parts.journal, notifier.routes_for))
    parts.listeners.append(notifier.poke)


def plans(recipe: Recipe) -> list[RoutePlan]:
    """Return a recipe's routes as the notifier knows them."""
    from realtrade.notifications import RoutePlan

    return [
        RoutePlan(
            name=name,
            events=frozenset(route.events),
            to=route.to,
            rate=route.rate,
            digest=route.digest,
            repeat=route.repeat,
            text=route.text,
            severity=route.severity,
        )
        for name, route in recipe.notify.routes.items()
    ]


def _quiet(recipe: Recipe) -> Any:
    from realtrade.model.hours import WeeklyHours

    quiet = recipe.notify.quiet
    if quiet is None:
        return None
    return WeeklyHours.parse(quiet.days, quiet.hours, quiet.timezone)
