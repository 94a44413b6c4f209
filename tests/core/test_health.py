"""Health is the worst finding; each watchdog at its exact boundary, on both sides."""

from dataclasses import replace
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from botctl.core.codes import Code
from botctl.core.health import (
    ORDER,
    WATCHDOGS,
    CycleFact,
    DependencyReading,
    ErrorSeen,
    Evidence,
    Finding,
    HealthCode,
    HealthState,
    MachineReading,
    Match,
    Told,
    Transition,
    health,
    health_sources,
    loss_source,
    transition,
)
from botctl.core.health.evidence import p95
from botctl.core.health.money import REPEATS
from botctl.core.permission import Level, PermissionSource, SourceKind, permission
from tests.support.builders import MS, NOW_MS
from tests.support.watching import HEALTH_PLAN as PLAN
from tests.support.watching import MINUTE_MS, WELL, cycles, ended

C, S = HealthCode, HealthState


def seen(**vitals: object) -> Evidence:
    return replace(WELL, vitals=replace(WELL.vitals, **vitals))  # type: ignore[arg-type]


def machine(**fields: object) -> Evidence:
    return replace(WELL, machine=replace(WELL.machine, **fields))  # type: ignore[arg-type]


def providers(*readings: DependencyReading) -> Evidence:
    return replace(WELL, dependencies=readings)


def restricted(kind: SourceKind, level: Level) -> Evidence:
    return replace(WELL, permission=permission([PermissionSource(kind, level, "drill", "ann")]))


def stood(evidence: Evidence, code: HealthCode, since_ms: int) -> Evidence:
    return replace(evidence, since={code: since_ms})


def told(**counts: int) -> tuple[Told, ...]:
    """`FAIL_SIG_TAX=3`: three decisions FAIL because of SIG_TAX."""
    parts = ((name.partition("_"), count) for name, count in counts.items())
    return tuple(Told(kind, reason, count) for (kind, _, reason), count in parts)


def waits(*ages_ms: int) -> Evidence:
    return seen(waiting_ms=tuple(NOW_MS - age for age in ages_ms))


def late(lag_ms: int, ago_ms: int = 30_000) -> Evidence:
    began = NOW_MS - ago_ms
    return seen(started=(began - lag_ms, began))


def throughput(recent: int) -> Evidence:
    newest = cycles(5, markets=recent)
    older = cycles(30, newest_ms=NOW_MS - 6 * MINUTE_MS)
    return seen(cycles=newest + older)


def undecided(count: int) -> Evidence:
    """The newest one may be under way; these are all older than an interval."""
    began = NOW_MS - MINUTE_MS - 1
    waiting = tuple(CycleFact(began - n, 100, 20, None) for n in range(count))
    return seen(cycles=waiting + cycles(newest_ms=began - count))


def failed(count: int, code: str = Code.ERR_RPC_TIMEOUT, ago_ms: int = 0) -> Evidence:
    return seen(errors=tuple(ErrorSeen(NOW_MS - ago_ms, code, "cycle") for _ in range(count)))


def answered(errors: int, calls: int = 100, **fields: object) -> DependencyReading:
    return replace(DependencyReading("one", calls, errors), **fields)  # type: ignore[arg-type]


class Edge(NamedTuple):
    """The last value that is well, and the first that is not."""

    code: HealthCode
    well: Evidence
    unwell: Evidence
    state: HealthState
    tier: int


FRESH = DependencyReading("two", 100, 0, head_age_ms=1)
EDGES = (
    Edge(C.HEALTH_NEVER_RAN, WELL, seen(cycles=()), S.DEGRADED, 2),
    Edge(
        C.HEALTH_NO_CYCLE,
        seen(cycles=cycles(newest_ms=NOW_MS - 2 * MINUTE_MS)),
        seen(cycles=cycles(newest_ms=NOW_MS - 2 * MINUTE_MS - 1)),
        S.DEGRADED,
        1,
    ),
    Edge(
        C.HEALTH_ALERTS_UNSENT,
        replace(seen(unsent_since_ms=NOW_MS - MINUTE_MS), silent_ms_max=MINUTE_MS),
        replace(seen(unsent_since_ms=NOW_MS - MINUTE_MS - 1), silent_ms_max=MINUTE_MS),
        S.DEGRADED,
        2,
    ),
    Edge(C.HEALTH_LAG, late(PLAN.lag_max_ms), late(PLAN.lag_max_ms + 1), S.DEGRADED, 3),
    Edge(
        C.HEALTH_LAG,
        late(PLAN.lag_max_ms + 1, ago_ms=2 * MINUTE_MS + 1),  # another timetable runs it by now
        stood(late(PLAN.lag_max_ms + 1), C.HEALTH_LAG, NOW_MS - PLAN.lag_for_ms - 1),
        S.EXITS_ONLY,
        2,
    ),
    Edge(
        C.HEALTH_SLOW_CYCLE,
        seen(cycles=cycles(took_ms=48_000)),
        seen(cycles=cycles(took_ms=48_001)),
        S.DEGRADED,
        2,
    ),
    Edge(C.HEALTH_THROUGHPUT, throughput(10), throughput(9), S.DEGRADED, 2),
    Edge(
        C.HEALTH_CLOCK,
        seen(cycles=cycles(newest_ms=NOW_MS + MS)),
        seen(cycles=cycles(newest_ms=NOW_MS + MS + 1)),
        S.EXITS_ONLY,
        1,
    ),
    Edge(
        C.HEALTH_CLOCK,
        failed(1, Code.ERR_CLOCK_BEHIND, ago_ms=2 * MINUTE_MS + 1),
        failed(1, Code.ERR_CLOCK_BEHIND, ago_ms=2 * MINUTE_MS),
        S.EXITS_ONLY,
        1,
    ),
    Edge(C.HEALTH_UNDECIDED, undecided(2), undecided(3), S.DEGRADED, 2),
    Edge(C.HEALTH_UNDECIDED, seen(match=Match(5, 5)), seen(match=Match(5, 4)), S.DEGRADED, 2),
    Edge(C.HEALTH_UNDETECTED, seen(match=Match(5, 5)), seen(match=Match(5, 6)), S.EXITS_ONLY, 1),
    Edge(
        C.HEALTH_NO_PASSES,
        seen(recent=told(FAIL_A=50, PASS_B=1, FAIL_C=49), before=told(FAIL_A=98, PASS_B=2)),
        seen(recent=told(FAIL_A=50, FAIL_C=50), before=told(FAIL_A=49, FAIL_C=49, PASS_B=2)),
        S.DEGRADED,
        2,
    ),
    Edge(
        C.HEALTH_ONE_REASON,
        seen(recent=told(FAIL_A=50, FAIL_B=50), before=told(FAIL_A=10, FAIL_B=90)),
        seen(recent=told(FAIL_A=51, FAIL_B=49), before=told(FAIL_A=10, FAIL_B=90)),
        S.DEGRADED,
        2,
    ),
    Edge(C.HEALTH_PENDING_MANY, waits(*[120_001] * 5), waits(*[120_001] * 6), S.EXITS_ONLY, 2),
    Edge(C.HEALTH_PENDING_MANY, waits(*[120_000] * 6), waits(*[120_001] * 6), S.EXITS_ONLY, 2),
    Edge(C.HEALTH_PENDING_LONG, waits(600_000), waits(600_001), S.EXITS_ONLY, 2),
    Edge(
        C.HEALTH_CONFIRM_SLOW,
        seen(ended=tuple(ended(n, took_ms=300_000) for n in range(5))),
        seen(ended=tuple(ended(n, took_ms=300_001) for n in range(5))),
        S.DEGRADED,
        2,
    ),
    Edge(
        C.HEALTH_CONFIRM_SLOW,
        seen(ended=tuple(ended(took_ms=300_001, at_ms=NOW_MS - 3_600_001) for _ in range(5))),
        seen(ended=tuple(ended(took_ms=300_001, at_ms=NOW_MS - 3_600_000) for _ in range(5))),
        S.DEGRADED,
        2,
    ),
    Edge(
        C.HEALTH_REVERTS,
        seen(ended=tuple(ended(n, code=Code.ERR_TX_REVERTED) for n in range(2))),
        seen(ended=tuple(ended(n, code=Code.ERR_TX_REVERTED) for n in range(3))),
        S.DEGRADED,
        2,
    ),
    Edge(
        C.HEALTH_SLIPPAGE,
        seen(ended=(ended(shortfall_bps=300),)),
        seen(ended=(ended(shortfall_bps=301),)),
        S.DEGRADED,
        3,
    ),
    Edge(C.HEALTH_PROVIDER_ERRORS, providers(answered(20)), providers(answered(21)), S.DEGRADED, 2),
    Edge(
        C.HEALTH_PROVIDER_ERRORS,
        providers(answered(19, 19)),  # too few to have a rate
        providers(answered(20, 20)),
        S.DEGRADED,
        2,
    ),
    Edge(
        C.HEALTH_PROVIDER_SLOW,
        providers(answered(0, p95_ms=2_000)),
        providers(answered(0, p95_ms=2_001)),
        S.DEGRADED,
        3,
    ),
    Edge(
        C.HEALTH_PROVIDER_ON_HOLD,
        providers(answered(0), FRESH),
        providers(answered(0, on_hold=True), FRESH),
        S.DEGRADED,
        3,
    ),
    Edge(
        C.HEALTH_PROVIDER_ON_HOLD,
        providers(answered(0)),
        providers(answered(0, on_hold=True)),
        S.EXITS_ONLY,
        1,
    ),
    Edge(
        C.HEALTH_HEAD_STALE,
        providers(answered(0, head_age_ms=PLAN.head_age_max_ms)),
        providers(answered(0, head_age_ms=PLAN.head_age_max_ms + 1)),
        S.EXITS_ONLY,
        1,
    ),
    Edge(
        C.HEALTH_HEAD_STALE,
        providers(FRESH),
        providers(answered(0, head_age_ms=PLAN.head_age_max_ms + 1), FRESH),
        S.DEGRADED,
        2,
    ),
    Edge(C.HEALTH_ERRORS, failed(5), failed(6), S.DEGRADED, 2),
    Edge(C.HEALTH_ERRORS, failed(6, ago_ms=300_001), failed(6, ago_ms=300_000), S.DEGRADED, 2),
    Edge(C.HEALTH_MEMORY, machine(memory_bps=9_000), machine(memory_bps=9_001), S.DEGRADED, 3),
    Edge(
        C.HEALTH_MEMORY,
        machine(memory_bps=None),
        stood(machine(memory_bps=9_001), C.HEALTH_MEMORY, NOW_MS - PLAN.memory_for_ms - 1),
        S.DEGRADED,
        2,
    ),
    Edge(C.HEALTH_DISK_LOW, machine(disk_free_mb=1_000), machine(disk_free_mb=999), S.DEGRADED, 2),
    Edge(C.HEALTH_DISK_FULL, machine(disk_free_mb=200), machine(disk_free_mb=199), S.EXITS_ONLY, 1),
    Edge(C.HEALTH_SLOW_WRITES, machine(write_ms=1_000), machine(write_ms=1_001), S.DEGRADED, 2),
    Edge(
        C.HEALTH_STORAGE, machine(unwritable=""), machine(unwritable="disk full"), S.EXITS_ONLY, 1
    ),
    Edge(C.HEALTH_STORAGE, seen(unreadable=""), seen(unreadable="page 7"), S.EXITS_ONLY, 1),
    Edge(
        C.HEALTH_STORAGE,
        failed(1, Code.ERR_DB_LOCKED, ago_ms=300_001),
        failed(1, Code.ERR_DB_LOCKED, ago_ms=300_000),
        S.EXITS_ONLY,
        1,
    ),
    Edge(
        C.HEALTH_STORAGE,
        failed(1, Code.ERR_RPC_TIMEOUT),
        failed(1, Code.ERR_DB_CORRUPT, ago_ms=3_000_000),  # damage does not pass
        S.EXITS_ONLY,
        1,
    ),
    *(
        Edge(code, restricted(SourceKind.TIER, level), restricted(kind, level), state, tier)
        for kind, code, tiers in (
            (SourceKind.NONCE, C.HEALTH_NONCE_MISMATCH, (1, 1)),
            (SourceKind.LEDGER, C.HEALTH_RECONCILE_MISMATCH, (1, 1)),
            (SourceKind.LIMIT, C.HEALTH_LOSS_LIMIT, (1, 1)),
            (SourceKind.KILL, C.HEALTH_KILLED, (3, 1)),
            (SourceKind.PAUSE, C.HEALTH_PAUSED, (3, 2)),
            (SourceKind.CIRCUIT, C.HEALTH_BREAKER_OPEN, (2, 1)),
            (SourceKind.DEPLOY, C.HEALTH_NOT_CLEARED, (2, 1)),
        )
        for level, state, tier in (
            (Level.EXITS_ONLY, S.EXITS_ONLY, tiers[0]),
            (Level.HALT_ALL, S.HALTED, tiers[1]),
        )
    ),
)


def found(evidence: Evidence) -> dict[HealthCode, Finding]:
    return {finding.code: finding for finding in health(evidence).findings}


def test_a_bot_without_findings_is_healthy() -> None:
    assert health(WELL).findings == ()
    assert health(WELL).state is S.HEALTHY


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.code}-{edge.state}")
def test_each_watchdog_speaks_exactly_beyond_its_limit(edge: Edge) -> None:
    assert edge.code not in found(edge.well)
    finding = found(edge.unwell)[edge.code]
    assert (finding.state, finding.tier) == (edge.state, edge.tier)
    assert finding.evidence


def test_every_code_has_its_boundary_tested() -> None:
    assert {edge.code for edge in EDGES} == set(C)
    assert len({watch.__name__ for watch in WATCHDOGS}) == len(WATCHDOGS)


def test_what_permission_says_of_all_markets_is_neither_a_collapse_nor_a_spike() -> None:
    usual = told(FAIL_A=50, PASS_B=50)
    stopped = seen(recent=told(SKIP_INV_KILL_OK=100), before=usual)
    assert health(stopped).findings == ()


def test_too_few_decisions_tell_nothing() -> None:
    few = seen(recent=told(FAIL_A=19), before=told(FAIL_B=10, PASS_B=90))
    assert health(few).findings == ()


def test_a_reason_that_was_always_frequent_is_no_spike() -> None:
    always = seen(recent=told(FAIL_A=90, FAIL_B=10), before=told(FAIL_A=80, FAIL_B=20))
    assert health(always).findings == ()


def test_a_lag_is_remembered_from_when_it_was_first_seen() -> None:
    began = NOW_MS - 50_000
    finding = found(stood(late(PLAN.lag_max_ms + 1), C.HEALTH_LAG, began))[C.HEALTH_LAG]
    assert (finding.since_ms, finding.state) == (began, S.DEGRADED)
    assert found(late(PLAN.lag_max_ms + 1))[C.HEALTH_LAG].since_ms == NOW_MS


@given(st.lists(st.sampled_from(EDGES), max_size=6))
def test_the_worst_finding_is_the_state_and_all_are_kept_worst_first(edges: list[Edge]) -> None:
    """Whatever is wrong with machine, providers and permission together."""
    evidence = WELL
    for edge in edges:
        for part in ("machine", "dependencies", "permission", "vitals"):
            value = getattr(edge.unwell, part)
            if value != getattr(WELL, part):
                evidence = replace(evidence, **{part: value})
    told_of = health(evidence)
    ranks = [ORDER.index(finding.state) for finding in told_of.findings]
    assert ranks == sorted(ranks, reverse=True)
    assert told_of.state is (told_of.findings[0].state if told_of.findings else S.HEALTHY)


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: f"{edge.code}-{edge.state}")
def test_permission_hears_a_restricting_finding_once(edge: Edge) -> None:
    """What repeats a latched source is not said a second time; what only degrades is not said."""
    finding = found(edge.unwell)[edge.code]
    voices = health_sources([finding], NOW_MS)
    if edge.code in REPEATS or edge.state is S.DEGRADED:
        assert voices == ()
    else:
        assert [(v.kind, v.level) for v in voices] == [(SourceKind.HEALTH, Level.EXITS_ONLY)]
        assert edge.code in voices[0].reason


@pytest.mark.parametrize(("halts", "level"), [(False, Level.EXITS_ONLY), (True, Level.HALT_ALL)])
def test_the_days_loss_restricts_beyond_its_limit_until_midnight(
    *, halts: bool, level: Level
) -> None:
    day_ms = 86_400_000
    assert loss_source(-100, 100, halts=halts, now_ms=NOW_MS) == ()
    [source] = loss_source(-101, 100, halts=halts, now_ms=NOW_MS)
    assert (source.kind, source.level) == (SourceKind.LIMIT, level)
    assert source.since_ms == NOW_MS // day_ms * day_ms


def test_only_a_change_of_state_or_findings_goes_on_record() -> None:
    well, slow = health(WELL), health(machine(write_ms=5_000))
    assert transition(None, well, NOW_MS) is None  # nothing has happened yet
    first = transition(None, slow, NOW_MS)
    assert first is not None
    assert (first.was, first.now) == (S.HEALTHY, S.DEGRADED)
    assert transition(first, slow, NOW_MS + 1) is None
    other = health(machine(memory_bps=9_999))
    again = transition(first, other, NOW_MS + 2)
    assert again is not None  # the same state for another reason
    assert again.now is S.DEGRADED
    back = transition(again, well, NOW_MS + 3)
    assert back == Transition(NOW_MS + 3, S.DEGRADED, S.HEALTHY, ())


def test_p95_is_the_nearest_rank() -> None:
    assert p95((7,)) == 7
    assert p95(tuple(range(1, 21))) == 19
    assert p95(tuple(range(1, 101))) == 95


def test_what_a_machine_does_not_tell_is_no_finding() -> None:
    assert health(replace(WELL, machine=MachineReading())).findings == ()
