"""What an unquoted word in a recipe means. Narrower than YAML 1.1 and 1.2 on purpose.

Only `true` and `false` are booleans, so `no` stays a word and Norway a country; `1e-5` is a number;
`12:30`, `2018-01-01`, `0x1F`, `1_000` and `007` are text.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from realtrade.recipe.tree import Value

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_DECIMAL = re.compile(
    r"[-+]?(?:(?:0|[1-9][0-9]*)(?:\.[0-9]*)?|\.[0-9]+)(?:[eE]([-+]?[0-9]+))?", re.ASCII
)
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:nan|inf)", re.IGNORECASE)
_WORDS: dict[str, Value] = {"": None, "~": None, "null": None, "true": True, "false": False}
MAX_DIGITS = 30
MAX_EXPONENT = 30


class NotANumber(Exception):
    """A word that reads as a number but cannot be one here."""


def resolve(word: str) -> Value:
    """Return the value of an unquoted word.

    Raises:
        NotANumber: `.nan`, `.inf`, or more digits than any price or quantity has.
    """
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in "+-.0123456789":
        return word
    if _NOT_A_NUMBER.fullmatch(word):
        raise NotANumber("'.nan' and '.inf' are not numbers in a recipe")
    return _number(word)


def _number(word: str) -> Value:
    if _INTEGER.fullmatch(word):
        _check_digits(word)
        return int(word)
    found = _DECIMAL.fullmatch(word)
    if found is None:
        return word
    mantissa = re.split("[eE]", word)[0]
    _check_digits(mantissa)
    exponent = found[1] or "0"
    if len(exponent) > len("+30") or abs(int(exponent)) > MAX_EXPONENT:
        msg = f"the exponent of a number must be within ±{MAX_EXPONENT}"
        raise NotANumber(msg)
    return Decimal(word)


def _check_digits(word: str) -> None:
    if len(word) > MAX_DIGITS:
        msg = f"a number may have at most {MAX_DIGITS} digits"
        raise NotANumber(msg)
