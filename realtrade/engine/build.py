"""Build in named stages, and take down in reverse whatever stands when one of them fails."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Parts = TypeVar("Parts")


class StageFailed(Exception):
    """A stage of building could not be done; what had been built before it is taken down again."""

    def __init__(self, stage: str, cause: Exception) -> None:
        super().__init__(f"stage '{stage}' failed: {cause}")
        self.stage = stage
        """Name of the stage, such as `feeds`."""
        self.cause = cause


class Stage(NamedTuple, Generic[Parts]):
    """One step of building."""

    name: str
    build: Callable[[Parts, ExitStack], None]
    """Adds to the parts, and puts what undoes it on the stack as soon as it is done."""


def build(stages: Sequence[Stage[Parts]], parts: Parts, before: Callable[[str], None]) -> ExitStack:
    """Run `stages` in order; `before` is called with each name first.

    Returns:
        The stack that takes everything down, last built first.

    Raises:
        StageFailed: one failed; nothing is left standing.
    """
    with ExitStack() as stack:
        for stage in stages:
            before(stage.name)
            try:
                stage.build(parts, stack)
            except Exception as error:
                raise StageFailed(stage.name, error) from error
        return stack.pop_all()
