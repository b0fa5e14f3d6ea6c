from __future__ import annotations

from realtrade.utils.recent import Recent


def test_the_newest_half_is_always_known_and_never_more_than_the_limit() -> None:
    recent: Recent[int, str] = Recent(10)

    for number in range(1_000):
        recent.put(number, str(number))
        assert all(recent.get(one) == str(one) for one in range(max(0, number - 4), number + 1))
        assert len(recent.values()) <= 10

    assert recent.get(900) is None
    assert recent.values()[-5:] == ["995", "996", "997", "998", "999"]


def test_what_is_told_again_is_new_again() -> None:
    recent: Recent[str, int] = Recent(4)

    for name, number in (("kept", 1), ("a", 2), ("kept", 3), ("b", 4), ("c", 5)):
        recent.put(name, number)

    assert recent.get("kept") == 3
    assert recent.get("a") is None


def test_what_is_dropped_is_not_remembered_and_what_is_forgotten_is_told_before() -> None:
    forgotten: list[list[int]] = []
    recent: Recent[str, int] = Recent(4, lambda gone: forgotten.append(list(gone)))
    for number, name in enumerate("abcdef"):
        recent.put(name, number)

    recent.drop("d")
    recent.drop("e")
    recent.drop("nobody")

    assert forgotten == [[], [0, 1]]
    assert [name in recent for name in "abcdef"] == [False, False, True, False, False, True]
