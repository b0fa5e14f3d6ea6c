"""What a strategy plugin brings: a plain `bt.Strategy` class and its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class StrategySpec:
    """A strategy ready to be added to a Cerebro."""

    cls: type
    """A subclass of `backtrader.Strategy`."""
    params: Mapping[str, Any]


class NamedFeed(NamedTuple):
    """A feed that a strategy's settings name."""

    loc: tuple[str, ...]
    """The setting, as keys from the strategy's block on."""
    name: str
    at: int
    """Index of the name's first character in the setting's text."""


@runtime_checkable
class NamesFeeds(Protocol):
    """Settings that name feeds besides `strategy.feeds`; validating checks that they exist."""

    def named_feeds(self) -> Iterable[NamedFeed]:
        """Return every feed named."""
        ...
