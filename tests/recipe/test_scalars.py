from __future__ import annotations

from decimal import Decimal

import pytest

from realtrade.recipe.scalars import NotANumber, resolve


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("True", "True"),
        ("NULL", "NULL"),
        ("yes", "yes"),
        ("no", "no"),
        ("NO", "NO"),
        ("on", "on"),
        ("off", "off"),
        ("y", "y"),
        ("0", 0),
        ("42", 42),
        ("-7", -7),
        ("+7", 7),
        ("007", "007"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2018-01-01", "2018-01-01"),
        ("1.10", Decimal("1.10")),
        ("-.5", Decimal("-0.5")),
        ("5.", Decimal(5)),
        ("1e-5", Decimal("0.00001")),
        ("1E3", Decimal(1000)),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("-", "-"),
        ("+", "+"),
        ("e5", "e5"),
        ("nan", "nan"),
        ("inf", "inf"),
        ("15%", "15%"),
        ("\u0663", "\u0663"),
        ("\uff11", "\uff11"),
        ("1\u0663", "1\u0663"),
    ],
)
def test_reads_a_word(word: str, value: object) -> None:
    found = resolve(word)

    assert found == value
    assert type(found) is type(value)


def test_keeps_a_number_as_written() -> None:
    assert str(resolve("0.10")) == "0.10"
    assert resolve("0.1234567890123456789") == Decimal("0.1234567890123456789")


@pytest.mark.parametrize(
    "word",
    [".nan", ".NaN", ".inf", "-.inf", "+.INF", "1e31", "1e-31", "1e999999999", "1e99999999999999"],
)
def test_refuses_what_is_no_number(word: str) -> None:
    with pytest.raises(NotANumber):
        resolve(word)


@pytest.mark.parametrize("digits", [30, 31])
def test_digits_are_bounded(digits: int) -> None:
    word = "9" * digits

    if digits == 30:
        assert resolve(word) == int(word)
    else:
        with pytest.raises(NotANumber, match="30 digits"):
            resolve(word)
