"""The functions of the language: what each is given, and the steps it is made of.

Formulas are Backtrader's where it has the indicator, so that a rule sees the values a strategy
would; `cci` is Lambert's own, with deviations from the present average, as TA-Lib has it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from realtrade.strategies.rules.plan import Builder

    Make = Callable[[Builder, "Given"], int]

MAX_PERIOD = 10_000
MOST_VALUES = 10
"""Arguments of `min` and `max` at most."""


class Takes(StrEnum):
    """What a parameter takes."""

    SERIES = "a series"
    PERIOD = "a number of bars"
    FACTOR = "a positive number"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing a function is given."""

    name: str
    takes: Takes
    default: float | None = None
    """None: it must be given."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a function is called with."""

    feed: str
    """The feed whose bars a function of bars looks at."""
    series: tuple[int, ...]
    """Steps."""
    numbers: tuple[float, ...]
    """Periods and factors, in order."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language."""

    name: str
    parameters: tuple[Parameter, ...]
    make: Make
    bars: bool = False
    """It looks at whole bars; another feed may be named first."""
    condition: bool = False
    """It answers yes or no."""
    variadic: bool = False
    """It takes from two series on."""

    @property
    def usage(self) -> str:
        """Return how it is written: `sma(series, period)`."""
        if self.variadic:
            return f"{self.name}(series, series, …)"
        words = [_word(parameter) for parameter in self.parameters]
        return f"{self.name}({', '.join(words)})"


def _word(parameter: Parameter) -> str:
    if parameter.default is None:
        return parameter.name
    return f"{parameter.name}={parameter.default:g}"


def sma(b: Builder, x: int, period: float) -> int:
    """Average of the last `period` values."""
    return b.op("mean", x, numbers=(period,))


def ema(b: Builder, x: int, period: float) -> int:
    """Exponential average, factor 2/(period+1), begun with the plain average."""
    return b.op("smooth", x, numbers=(period, 2.0 / (1.0 + period)))


def rma(b: Builder, x: int, period: float) -> int:
    """Wilder's average, factor 1/period, begun with the plain average."""
    return b.op("smooth", x, numbers=(period, 1.0 / period))


def shift(b: Builder, x: int, bars: float) -> int:
    """What `x` was `bars` ago."""
    return b.op("shift", x, numbers=(bars,)) if bars else x


def difference(b: Builder, x: int, bars: float) -> int:
    """How far `x` has moved in `bars`."""
    return b.op("sub", x, shift(b, x, bars))


def roc(b: Builder, x: int, bars: float) -> int:
    """The same in percent of where it was."""
    ratio = b.op("div", difference(b, x, bars), shift(b, x, bars))
    return b.op("mul", b.number(100.0), ratio)


def stdev(b: Builder, x: int, period: float) -> int:
    """Standard deviation of the last `period` values, of the whole and not of a sample."""
    mean = sma(b, x, period)
    spread = b.op("sub", sma(b, b.op("mul", x, x), period), b.op("mul", mean, mean))
    return b.op("sqrt", b.op("abs", spread))


def band(b: Builder, given: Given, side: str) -> int:
    """A Bollinger band: the average and so many standard deviations above or below."""
    (x,), (period, factor) = given.series, given.numbers
    width = b.op("mul", b.number(factor), stdev(b, x, period))
    return b.op(side, sma(b, x, period), width)


def rsi(b: Builder, x: int, period: float) -> int:
    """Wilder's relative strength: 100 when nothing fell, 50 when nothing moved."""
    zero, back = b.number(0.0), shift(b, x, 1)
    up = rma(b, b.op("greater", b.op("sub", x, back), zero), period)
    down = rma(b, b.op("greater", b.op("sub", back, x), zero), period)
    return b.op("strength", up, down)


def macd(b: Builder, given: Given) -> int:
    """Fast exponential average less the slow one."""
    (x,), (fast, slow) = given.series, given.numbers[:2]
    return b.op("sub", ema(b, x, fast), ema(b, x, slow))


def macd_signal(b: Builder, given: Given) -> int:
    """Exponential average of `macd`."""
    return ema(b, macd(b, given), given.numbers[2])


def true_range(b: Builder, feed: str) -> int:
    """Range of a bar, the gap from the close before it included."""
    before = shift(b, b.field(feed, "close"), 1)
    top = b.op("greater", b.field(feed, "high"), before)
    return b.op("sub", top, b.op("lesser", b.field(feed, "low"), before))


def directions(b: Builder, given: Given) -> tuple[int, int]:
    """Wilder's +DI and -DI."""
    feed, (period,) = given.feed, given.numbers
    high, low, zero = b.field(feed, "high"), b.field(feed, "low"), b.number(0.0)
    up, down = difference(b, high, 1), b.op("sub", shift(b, low, 1), low)
    atr = rma(b, true_range(b, feed), period)

    def index(move: int, other: int) -> int:
        counts = b.op("and", b.op("gt", move, other), b.op("gt", move, zero))
        moved = rma(b, b.op("choose", counts, move, zero), period)
        return b.op("div", b.op("mul", b.number(100.0), moved), atr)

    return index(up, down), index(down, up)


def adx(b: Builder, given: Given) -> int:
    """Wilder's average directional index: how strong a trend is, whichever way."""
    plus, minus = directions(b, given)
    ratio = b.op("div", b.op("abs", b.op("sub", plus, minus)), b.op("add", plus, minus))
    return b.op("mul", b.number(100.0), rma(b, ratio, given.numbers[0]))


def stochastic(b: Builder, given: Given) -> int:
    """Where the close lies between lowest low and highest high, in percent, averaged."""
    feed, (period, smooth) = given.feed, given.numbers[:2]
    low = b.op("lowest", b.field(feed, "low"), numbers=(period,))
    high = b.op("highest", b.field(feed, "high"), numbers=(period,))
    place = b.op("div", b.op("sub", b.field(feed, "close"), low), b.op("sub", high, low))
    return sma(b, b.op("mul", b.number(100.0), place), smooth)


def cci(b: Builder, given: Given) -> int:
    """Lambert's commodity channel index."""
    feed, (period,) = given.feed, given.numbers
    total = b.op("add", b.field(feed, "high"), b.field(feed, "low"))
    typical = b.op("div", b.op("add", total, b.field(feed, "close")), b.number(3.0))
    scale = b.op("mul", b.number(0.015), b.op("spread", typical, numbers=(period,)))
    return b.op("div", b.op("sub", typical, sma(b, typical, period)), scale)


def folded(op: str) -> Make:
    """Return a function of two or more series that takes them two by two."""

    def make(b: Builder, given: Given) -> int:
        best, *others = given.series
        for other in others:
            best = b.op(op, best, other)
        return best

    return make


def windowed(make: Callable[[Builder, int, float], int]) -> Make:
    """Return a function of one series and one period."""
    return lambda b, given: make(b, given.series[0], given.numbers[0])


def plainly(op: str) -> Make:
    """Return a function that is one step."""
    return lambda b, given: b.op(op, *given.series, numbers=given.numbers)


_SERIES = Parameter("series", Takes.SERIES)
_PERIOD = Parameter("period", Takes.PERIOD)
_PAIR = (Parameter("a", Takes.SERIES), Parameter("b", Takes.SERIES))


def _bars(name: str, default: float) -> Parameter:
    return Parameter(name, Takes.PERIOD, default)


_MACD = (_SERIES, _bars("fast", 12), _bars("slow", 26))
_SIGNAL = (*_MACD, _bars("signal", 9))
_BANDS = (_SERIES, _bars("period", 20), Parameter("factor", Takes.FACTOR, 2.0))
_STOCHASTIC = (_bars("period", 14), _bars("smooth", 3))

_ALL = (
    Function("sma", (_SERIES, _PERIOD), windowed(sma)),
    Function("ema", (_SERIES, _PERIOD), windowed(ema)),
    Function("rma", (_SERIES, _PERIOD), windowed(rma)),
    Function("wma", (_SERIES, _PERIOD), plainly("weighted")),
    Function("stdev", (_SERIES, _PERIOD), windowed(stdev)),
    Function("highest", (_SERIES, _PERIOD), plainly("highest")),
    Function("lowest", (_SERIES, _PERIOD), plainly("lowest")),
    Function("roc", (_SERIES, _PERIOD), windowed(roc)),
    Function("momentum", (_SERIES, _PERIOD), windowed(difference)),
    Function("change", (_SERIES, _bars("bars", 1)), windowed(difference)),
    Function("rsi", (_SERIES, _bars("period", 14)), windowed(rsi)),
    Function("macd", _MACD, macd),
    Function("macd_signal", _SIGNAL, macd_signal),
    Function("macd_histogram", _SIGNAL, lambda b, g: b.op("sub", macd(b, g), macd_signal(b, g))),
    Function("bollinger_upper", _BANDS, lambda b, g: band(b, g, "add")),
    Function("bollinger_middle", _BANDS[:2], windowed(sma)),
    Function("bollinger_lower", _BANDS, lambda b, g: band(b, g, "sub")),
    Function("true_range", (), lambda b, g: true_range(b, g.feed), bars=True),
    Function(
        "atr",
        (_bars("period", 14),),
        lambda b, g: rma(b, true_range(b, g.feed), g.numbers[0]),
        bars=True,
    ),
    Function("plus_di", (_bars("period", 14),), lambda b, g: directions(b, g)[0], bars=True),
    Function("minus_di", (_bars("period", 14),), lambda b, g: directions(b, g)[1], bars=True),
    Function("adx", (_bars("period", 14),), adx, bars=True),
    Function("cci", (_bars("period", 20),), cci, bars=True),
    Function("stochastic_k", _STOCHASTIC, stochastic, bars=True),
    Function(
        "stochastic_d",
        (*_STOCHASTIC, _bars("signal", 3)),
        lambda b, g: sma(b, stochastic(b, g), g.numbers[2]),
        bars=True,
    ),
    Function("abs", (_SERIES,), plainly("abs")),
    Function("min", (), folded("lesser"), variadic=True),
    Function("max", (), folded("greater"), variadic=True),
    Function("crossover", _PAIR, plainly("crossover"), condition=True),
    Function("crossunder", _PAIR, plainly("crossunder"), condition=True),
)
FUNCTIONS = MappingProxyType({function.name: function for function in _ALL})
"""Every function by name."""
