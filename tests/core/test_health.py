"""Health is the worst finding; each watchdog at its exact boundary."""

from itertools import product

import pytest

from botctl.core.health import INTERVALS_MAX, PENDING_MS_MAX, Evidence, HealthState, health
from botctl.core.permission import Level, PermissionSource, SourceKind, permission
from tests.support.builders import MS, NOW_MS, changed

MINUTE_MS = 60_000
WELL = Evidence(
    now_ms=NOW_MS,
    interval_ms=MINUTE_MS,
    cycle_started_ms=NOW_MS - MINUTE_MS,
    oldest_open_ms=None,
    open_orders=0,
    permission=permission([]),
)
RESTRICTED = {
    level: permission([PermissionSource(SourceKind.KILL, level, "drill")])
    for level in (Level.EXITS_ONLY, Level.HALT_ALL)
}


def state(**fields: object) -> HealthState:
    return health(changed(WELL, **fields)).state


def test_a_bot_without_findings_is_healthy() -> None:
    assert health(WELL).findings == ()
    assert health(WELL).state is HealthState.HEALTHY


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"cycle_started_ms": None}, HealthState.DEGRADED),
        ({"cycle_started_ms": NOW_MS - INTERVALS_MAX * MINUTE_MS}, HealthState.HEALTHY),
        ({"cycle_started_ms": NOW_MS - INTERVALS_MAX * MINUTE_MS - 1}, HealthState.DEGRADED),
        ({"cycle_started_ms": NOW_MS + MS}, HealthState.HEALTHY),
        ({"cycle_started_ms": NOW_MS + MS + 1}, HealthState.EXITS_ONLY),
        ({"oldest_open_ms": PENDING_MS_MAX, "open_orders": 1}, HealthState.HEALTHY),
        ({"oldest_open_ms": PENDING_MS_MAX + 1, "open_orders": 1}, HealthState.EXITS_ONLY),
        ({"permission": RESTRICTED[Level.EXITS_ONLY]}, HealthState.EXITS_ONLY),
        ({"permission": RESTRICTED[Level.HALT_ALL]}, HealthState.HALTED),
    ],
)
def test_each_watchdog_speaks_exactly_beyond_its_limit(
    fields: dict[str, object], expected: HealthState
) -> None:
    assert state(**fields) is expected


def test_the_worst_finding_is_the_state_and_all_are_kept_worst_first() -> None:
    late = [NOW_MS - MINUTE_MS, NOW_MS - 10 * MINUTE_MS]
    stuck = [None, PENDING_MS_MAX * 2]
    allowed = [permission([]), *RESTRICTED.values()]
    order = list(HealthState)
    for started, oldest, may in product(late, stuck, allowed):
        found = health(
            changed(WELL, cycle_started_ms=started, oldest_open_ms=oldest, permission=may)
        )
        states = [finding.state for finding in found.findings]
        assert states == sorted(states, key=order.index, reverse=True)
        assert found.state is (states[0] if states else HealthState.HEALTHY)
        troubles = (started != late[0]) + (oldest is not None) + (may.level > 0)
        assert len(states) == troubles


def test_a_finding_carries_the_numbers_it_is_about() -> None:
    found = health(changed(WELL, oldest_open_ms=900_000, open_orders=3)).findings
    assert [f.evidence for f in found] == ["3 open, the oldest for 900 s"]
