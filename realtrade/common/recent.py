"""Remembering the newest of many things."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
T = TypeVar("T")


class Recent(Generic[K, T]):
    """The newest things by name: `most` at most, half as many at least."""

    def __init__(self, most: int) -> None:
        self._half = most // 2
        self._new: dict[K, T] = {}
        self._old: dict[K, T] = {}

    def put(self, name: K, thing: T) -> None:
        """Remember a thing; forget the older half when there are too many."""
        # Taking the oldest out one by one would search a dict past all it has lost.
        if len(self._new) == self._half:
            self._old, self._new = self._new, {}
        self._new[name] = thing

    def get(self, name: K) -> T | None:
        """Return what was remembered under a name, or None."""
        found = self._new.get(name)
        return self._old.get(name) if found is None else found

    def values(self) -> list[T]:
        """Return everything remembered, oldest first."""
        return [*self._old.values(), *self._new.values()]
