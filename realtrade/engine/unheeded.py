"""What a recipe says and this version does not do: told at every start, never passed over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from realtrade.recipe.blocks import MonitorBlock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from realtrade.recipe.blocks import Recipe


def unheeded(recipe: Recipe, *, live: bool) -> Iterator[str]:
    """Yield a sentence for each block without effect; some matter only to live runs."""
    if live:
        yield from _live(recipe)


def _live(recipe: Recipe) -> Iterator[str]:
    if recipe.notify.routes:
        yield "notify has no effect yet: nobody is told of anything but this log"
    if recipe.monitor.http is not None:
        yield "monitor.http has no effect yet: no page is served"
    if recipe.monitor.report != MonitorBlock().report:
        yield "monitor.report has no effect yet: a report is written at the end only"
