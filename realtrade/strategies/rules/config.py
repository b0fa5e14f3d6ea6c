"""Settings of the `rules` strategy; checking them parses every expression and runs none."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from realtrade.plugins.config import PluginConfig
from realtrade.strategies.rules.compiling import Compiled, compile_rules

if TYPE_CHECKING:
    from collections.abc import Iterable

    from realtrade.plugins.ports.strategy import NamedFeed
    from realtrade.strategies.rules.compiling import Wrong
    from realtrade.strategies.rules.plan import Plan

RULES = ("entry", "exit", "short_entry", "short_exit")
MAX_INDICATORS = 100


def _is_name(value: Any) -> str:
    if isinstance(value, str) and value.isascii() and value.isidentifier() and len(value) < 64:  # noqa: PLR2004 - said in the message
        return value
    code = "realtrade_name"
    message = "an indicator's name is at most 63 letters, digits and _, and begins with no digit"
    raise PydanticCustomError(code, message)


def _is_formula(value: Any) -> Any:
    if isinstance(value, (str, int, Decimal)) and not isinstance(value, bool):
        return value
    code, message = "realtrade_formula", "expected an expression, such as sma(close, 10)"
    raise PydanticCustomError(code, message)


Name = Annotated[str, BeforeValidator(_is_name)]
Formula = Annotated[
    str | int | Decimal,
    BeforeValidator(_is_formula),
    WithJsonSchema({"type": ["string", "number"], "examples": ["sma(close, 10)", 30]}),
]
Rule = Annotated[
    str,
    WithJsonSchema({"type": "string", "examples": ["crossover(fast, slow)", "rsi(close) < 30"]}),
]


class RulesConfig(PluginConfig):
    """Settings of the `rules` strategy: indicators and conditions, no code.

    The first feed is traded. `open high low close volume` are its bars, `btc_1d.close` is another
    feed's newest known bar, `close[1]` the bar before. There are numbers, `+ - * /`, comparisons,
    `and or not`, parentheses and the functions `sma ema rma wma stdev highest lowest roc momentum
    change rsi macd macd_signal macd_histogram bollinger_upper bollinger_middle bollinger_lower
    true_range atr plus_di minus_di adx cci stochastic_k stochastic_d abs min max crossover
    crossunder`. A condition is false while anything in it is undefined.

    Example:
        ```yaml
        strategy:
          type: rules
          indicators:
            fast: sma(close, 10)
            slow: sma(close, 30)
          entry: crossover(fast, slow)
          exit: crossunder(fast, slow)
        ```
    """

    type: Literal["rules"] = "rules"
    indicators: dict[Name, Formula] = Field(default_factory=dict, max_length=MAX_INDICATORS)
    """Expressions or numbers by name; each may use those above it."""
    entry: Rule | None = None
    """When to buy, if nothing is held."""
    exit: Rule | None = None
    """When to sell what is held."""
    short_entry: Rule | None = None
    """When to sell short, if nothing is held; together with `exit` it turns a position around."""
    short_exit: Rule | None = None
    """When to buy back what was sold short."""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        wrong = [_details(one) for one in self._compiled.wrong]
        if self.entry is None and self.short_entry is None:
            code, message = "realtrade_no_entry", "there is no rule to enter: write entry"
            raise PydanticCustomError(code, message)
        if wrong:
            raise ValidationError.from_exception_data("RulesConfig", wrong, hide_input=True)
        return self

    @cached_property
    def _compiled(self) -> Compiled:
        rules = {key: text for key in RULES if (text := getattr(self, key)) is not None}
        return compile_rules(self.indicators, rules)

    @property
    def plan(self) -> Plan:
        """What has to be calculated."""
        return self._compiled.plan

    def named_feeds(self) -> Iterable[NamedFeed]:
        """Return the feeds that expressions name, which the recipe must have."""
        return self._compiled.feeds


def _details(wrong: Wrong) -> InitErrorDetails:
    error = wrong.error
    message = "{what} (character {character})"
    context = {
        "what": error.message,
        "character": error.at + 1,
        "offset": error.at,
        "hint": error.hint,
    }
    kind = PydanticCustomError("realtrade_expression", message, context)
    return InitErrorDetails(type=kind, loc=wrong.loc, input=None)
