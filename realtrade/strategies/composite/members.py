"""A strategy's signals inside another strategy: nothing is traded here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from realtrade.strategies.stances import ALLOWED, StanceStrategy

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from realtrade.strategies.signals import Signal


Part = tuple[type, dict[str, Any]]
"""A strategy's class and the parameters it is given."""


class Member:
    """One strategy's stance on each feed, as if it traded alone with every order filled at once.

    Args:
        part: a `StanceStrategy` that names its `signal`, and the parameters that are not defaults.
        datas: the feeds it judges.

    Raises:
        TypeError: the class has no signal to ask.
        ValueError: it has no such parameter.
    """

    def __init__(self, part: Part, datas: Sequence[Any]) -> None:
        cls, params = part
        signal, given = signal_of(cls), _params_of(cls, params)
        self._least, self._most = ALLOWED[given.direction]
        self._signal: Signal = signal(datas, given)
        self._stances = [0] * len(datas)
        self._seen = [0] * len(datas)

    def stance(self, index: int) -> int:
        """Return the stance on feed `index`, asked for anew when the feed has a new bar."""
        length = len(self._signal.datas[index])
        now = self._stances[index]
        if length == self._seen[index]:
            return now
        self._seen[index] = length
        wanted = self._signal.stance(index, now)
        stance = wanted if self._least <= wanted <= self._most else 0
        self._stances[index] = stance
        return stance


def signal_of(cls: type) -> type[Signal]:
    """Return what says a strategy's stance.

    Raises:
        TypeError: it is no `StanceStrategy`, or says its stance itself.
    """
    signal = cls.signal if issubclass(cls, StanceStrategy) else None
    if signal is None:
        msg = f"{cls.__name__} cannot be combined: it is no StanceStrategy with a `signal`"
        raise TypeError(msg)
    return signal


def _params_of(cls: Any, params: Mapping[str, Any]) -> Any:
    """Return the class's parameters, defaults and `params` together, values as attributes."""
    given = cls.params()
    for name, value in params.items():
        if not hasattr(given, name):
            msg = f"{cls.__name__} has no parameter '{name}'"
            raise ValueError(msg)
        setattr(given, name, value)
    return given
