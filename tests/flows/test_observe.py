"""What is seen around a command moves breakers, pauses markets, and goes on record; then it permits."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from botctl.adapters.store import SqlStore
from botctl.core.breakers import BreakerState
from botctl.core.codes import Code
from botctl.core.errors import CheckError, TransientError
from botctl.core.health import DependencyReading, HealthCode, HealthState, MachineReading
from botctl.core.lifecycle import OrderEvent
from botctl.core.permission import Level, SourceKind, Tier
from botctl.core.reasons import Reason
from botctl.flows.observe import observe, observed
from botctl.flows.permit import Watch, look
from botctl.ports.store import Moved
from botctl.ports.watching import NoMachine
from tests.store.making import BOT, cycle, decided, hold_writes, opened, order
from tests.support.quiet import QuietLog
from tests.support.watching import CIRCUIT_PLAN, WATCH_PLAN

MINUTE_MS = 60_000
LOG = QuietLog()


@dataclass(slots=True)
class Hand:
    """A clock that a test moves."""

    ms: int = 10_000_000

    def now_ms(self) -> int:
        return self.ms


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    with opened(f"sqlite:///{tmp_path / 'b.db'}", busy_ms=20) as one:
        yield one


@pytest.fixture
def clock() -> Hand:
    return Hand()


@pytest.fixture
def watch(store: SqlStore, clock: Hand) -> Watch:
    """A bot whose last cycle has just been decided."""
    begin_cycle(store, clock, 1)
    return Watch(BOT, store, clock, WATCH_PLAN, NoMachine())


def begin_cycle(store: SqlStore, clock: Hand, number: int) -> None:
    store.record(replace(cycle(number), started_ms=clock.ms), [])
    decided(store, number)


def fails(watch: Watch, code: Code = Code.ERR_RPC_TIMEOUT) -> None:
    with pytest.raises(TransientError), observed(watch, LOG, "cycle"):
        raise TransientError(code, "the node does not answer")


def test_a_bot_that_is_well_has_nothing_on_record(watch: Watch, store: SqlStore) -> None:
    with observed(watch, LOG, "cycle"):
        pass
    assert look(watch).health.state is HealthState.HEALTHY
    assert store.transitions(5) == ()


def test_a_node_that_fails_again_and_again_stops_entries_rests_and_is_tried_again(
    watch: Watch, store: SqlStore, clock: Hand
) -> None:
    for _ in range(3):
        assert look(watch).permission.entries
        clock.ms += 1_000
        fails(watch)
    stopped = look(watch)
    assert (stopped.permission.entries, stopped.permission.exits) == (False, True)
    assert stopped.permission.reasons[0].kind is SourceKind.CIRCUIT
    assert stopped.health.findings[0].code is HealthCode.HEALTH_BREAKER_OPEN
    clock.ms += CIRCUIT_PLAN.node.cooldown_ms - 1
    observe(watch, LOG)
    assert not look(watch).permission.entries
    clock.ms += 1
    observe(watch, LOG)
    assert look(watch).vitals.breakers[0].state is BreakerState.HALF_OPEN
    assert look(watch).permission.entries
    clock.ms += 1
    fails(watch)
    assert not look(watch).permission.entries  # the first failure opens it anew
    clock.ms += CIRCUIT_PLAN.node.cooldown_ms
    observe(watch, LOG)
    clock.ms += 1
    begin_cycle(store, clock, 2)
    observe(watch, LOG)
    assert look(watch).vitals.breakers[0].state is BreakerState.CLOSED


def test_every_change_of_health_is_on_record_once_with_its_evidence(
    watch: Watch, store: SqlStore, clock: Hand
) -> None:
    clock.ms += 2 * MINUTE_MS + 1
    for _ in range(3):
        observe(watch, LOG)
        clock.ms += 1_000
    [late] = store.transitions(5)
    assert (late.was, late.now) == (HealthState.HEALTHY, HealthState.DEGRADED)
    assert [f.code for f in late.findings] == [HealthCode.HEALTH_NO_CYCLE]
    assert look(watch).health.findings[0].since_ms == late.at_ms
    begin_cycle(store, clock, 2)
    observe(watch, LOG)
    assert [t.now for t in store.transitions(5)] == [HealthState.HEALTHY, HealthState.DEGRADED]


def test_a_market_refused_for_stale_data_is_paused_and_the_bot_is_not(
    watch: Watch, store: SqlStore, clock: Hand
) -> None:
    one = order(5, created_ms=clock.ms)
    store.record(cycle(2), [])
    decided(store, 2, one)
    store.move(one, Moved(OrderEvent.REFUSE, code=Reason.INV_QUOTE_FRESH), clock.ms)
    observe(watch, LOG)
    [pause] = store.pauses()
    assert (pause.scope, pause.who) == (one.intent.pair, "botctl")
    assert look(watch).permission.entries


def test_a_failed_check_and_a_lost_race_are_no_failures_of_a_command(
    watch: Watch, clock: Hand
) -> None:
    with pytest.raises(CheckError), observed(watch, LOG, "replay"):
        raise CheckError(Code.ERR_REPLAY_MISMATCH)
    assert look(watch).vitals.errors == ()
    clock.ms += 1
    fails(watch)
    [error] = look(watch).vitals.errors
    assert (error.code, error.command, error.at_ms) == (Code.ERR_RPC_TIMEOUT, "cycle", clock.ms)


def test_a_store_that_takes_no_row_lets_the_command_end_as_it_would(
    watch: Watch, store: SqlStore, clock: Hand
) -> None:
    clock.ms += 2 * MINUTE_MS + 1  # so that there is something to record
    with hold_writes(store):
        with observed(watch, LOG, "positions"):
            pass
        fails(watch)
    assert store.transitions(5) == ()
    observe(watch, LOG)
    assert len(store.transitions(5)) == 1


@pytest.mark.parametrize(
    ("tier", "level"),
    [(Tier.OBSERVE, Level.HALT_ALL), (Tier.EXITS, Level.EXITS_ONLY), (Tier.TRADE, Level.ALLOW_ALL)],
)
def test_a_tier_bounds_what_may_ever_happen_and_is_no_illness(
    watch: Watch, tier: Tier, level: Level
) -> None:
    seen = look(replace(watch, plan=replace(WATCH_PLAN, tier=tier)))
    assert seen.permission.level is level
    assert seen.health.state is HealthState.HEALTHY


def test_all_providers_gone_stop_entries_and_one_that_answers_is_enough(watch: Watch) -> None:
    bad, good = DependencyReading("a", 100, 90), DependencyReading("b", 100, 0)
    both = replace(watch, dependencies=lambda: (bad, good))
    observe(both, LOG)
    assert look(both).permission.entries
    none = replace(watch, dependencies=lambda: (bad, replace(bad, name="b")))
    observe(none, LOG)
    assert not look(none).permission.entries


class _Full:
    def reading(self, now_ms: int) -> MachineReading:  # noqa: ARG002
        return MachineReading(disk_free_mb=199)


def test_the_last_of_the_disk_is_kept_for_exits(watch: Watch) -> None:
    may = look(replace(watch, machine=_Full())).permission
    assert (may.entries, may.exits) == (False, True)
    assert may.reasons[0].reason.startswith("HEALTH_DISK_FULL")
