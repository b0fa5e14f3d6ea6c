"""Remembering the newest of many things."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

K = TypeVar("K")
T = TypeVar("T")


class Recent(Generic[K, T]):
    """The newest things by name: `most` at most, half as many at least.

    One thread may look while another remembers: what is neither forgotten nor new is always found.
    """

    def __init__(self, most: int, forgets: Callable[[Iterable[T]], None] | None = None) -> None:
        """Begin with nothing; `forgets` hears of things right before they are forgotten."""
        self._half = most // 2
        self._forgets = forgets
        self._new: dict[K, T] = {}
        self._old: dict[K, T] = {}

    def put(self, name: K, thing: T) -> None:
        """Remember a thing; forget the older half when there are too many."""
        # Taking the oldest out one by one would search a dict past all it has lost.
        if len(self._new) >= self._half:
            if self._forgets is not None:
                self._forgets(self._old.values())
            self._old, self._new = self._new, {}
        self._new[name] = thing

    def get(self, name: K) -> T | None:
        """Return what was remembered under a name, or None."""
        found = self._new.get(name)
        return self._old.get(name) if found is None else found

    def drop(self, name: K) -> None:
        """Forget one thing, if it is remembered."""
        self._new.pop(name, None)
        self._old.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._new or name in self._old

    def values(self) -> list[T]:
        """Return everything remembered, oldest first."""
        return [*self._old.values(), *self._new.values()]
