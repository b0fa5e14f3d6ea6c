from __future__ import annotations

import pytest

from realtrade.monitor.health import Condition, HealthCheck
from realtrade.plugins.ports.health import Finding, HealthStatus
from realtrade.utils.clock import ManualClock

H = HealthStatus


def found(status: HealthStatus, message: str = "", value: float | None = None) -> Finding:
    return Finding(status, message, value)


@pytest.mark.parametrize(
    ("statuses", "worst"),
    [
        ([], H.HEALTHY),
        ([H.HEALTHY, H.HEALTHY], H.HEALTHY),
        ([H.HEALTHY, H.SUSPENDED], H.SUSPENDED),
        ([H.PROGRESSING, H.SUSPENDED], H.PROGRESSING),
        ([H.UNKNOWN, H.PROGRESSING], H.UNKNOWN),
        ([H.DEGRADED, H.UNKNOWN, H.HEALTHY], H.DEGRADED),
    ],
)
def test_the_worst_condition_is_the_answer(
    statuses: list[HealthStatus], worst: HealthStatus
) -> None:
    check = HealthCheck(ManualClock())
    for number, status in enumerate(statuses):
        check.register(f"c{number}", lambda status=status: found(status))  # type: ignore[misc]  # mypy cannot infer a lambda with a default

    assert check.look().status is worst


def test_since_when_it_is_so_is_kept_while_it_is_so() -> None:
    clock, now = ManualClock(1_000), {"is": found(H.HEALTHY, value=1.0)}
    check = HealthCheck(clock)
    check.register("loop", lambda: now["is"])
    moves: list[tuple[str, HealthStatus | None]] = []

    def moved(condition: Condition, before: Condition | None) -> None:
        moves.append((condition.status, None if before is None else before.status))

    check.listen(moved)
    check.look()
    clock.sleep(1)
    now["is"] = found(H.HEALTHY, value=2.0)
    steady = check.look().conditions[0]
    clock.sleep(1)
    now["is"] = found(H.DEGRADED, "stuck")
    stuck = check.look()

    assert (steady.since_ms, steady.value) == (1_000, 2.0)
    assert stuck.plain() == {
        "status": "degraded",
        "conditions": [
            {"type": "loop", "status": "degraded", "message": "stuck", "since_ms": 3_000}
        ],
    }
    assert moves == [(H.HEALTHY, None), (H.DEGRADED, H.HEALTHY)]


def test_a_probe_that_breaks_is_unknown_and_a_new_one_takes_its_place() -> None:
    check = HealthCheck(ManualClock())

    def broken() -> Finding:
        raise ValueError("odd")

    check.register("x", broken)
    assert check.look().conditions[0].message == "cannot be told: ValueError: odd"
    assert check.look().status is H.UNKNOWN
    check.register("x", lambda: found(H.HEALTHY))
    assert check.look().status is H.HEALTHY
