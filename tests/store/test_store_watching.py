"""What health reads and writes, on both databases: vitals in one look, pauses and breakers journalled."""

from dataclasses import replace

import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore, schema
from botctl.core.breakers import Breaker, BreakerState
from botctl.core.codes import Code
from botctl.core.health import (
    ErrorSeen,
    Finding,
    HealthCode,
    HealthState,
    Match,
    Told,
    Transition,
    Vitals,
)
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.pauses import Pause
from botctl.core.permission import Level
from botctl.ports.store import JobRun, Moved
from tests.store.making import (
    BOT,
    block_hash,
    cycle,
    decided,
    detection,
    fill,
    mined,
    opened,
    order,
    row,
)

DAY_MS = 86_400_000
PAUSE = Pause("0x01", 9_000, "odd \0 volume", "ann", 5_000)
OPEN = Breaker("reverts", BreakerState.OPEN, 5_000, 3, 9_000, "3 of 10 reverted")
FINDING = Finding(HealthState.EXITS_ONLY, HealthCode.HEALTH_STORAGE, 1, "full \udcff disk", 4_000)
WORSE = Transition(5_000, HealthState.HEALTHY, HealthState.EXITS_ONLY, (FINDING,))


def test_a_new_store_has_nothing_to_tell(store: SqlStore) -> None:
    assert store.vitals(BOT, 1_000) == Vitals()


def test_cycles_come_newest_first_and_the_newest_decided_one_is_counted(store: SqlStore) -> None:
    for number in (1, 2):
        store.record(cycle(number), [detection(number, pair=n) for n in range(3)])
        decided(store, number, rows=tuple(row(number, pair=n) for n in range(2 + number - 1)))
    store.record(cycle(3), [detection(3)])
    vitals = store.vitals(BOT, 9_000)
    assert [(c.started_ms, c.decided_ms) for c in vitals.cycles] == [
        (3_000, None),
        (2_000, 2_001),
        (1_000, 1_001),
    ]
    assert vitals.match == Match(3, 3)
    assert vitals.cycles[1].took_ms == 1


def test_decisions_are_told_of_the_newest_cycles_and_of_those_before(store: SqlStore) -> None:
    for number in range(1, 21):
        reason = "SCORE_LOW" if number > 17 else "SIG_TAX"
        rows = tuple(row(number, pair=n) for n in range(2))
        decided(
            store,
            number,
            rows=tuple(replace(r, reason=reason, at_ms=1_000 * number + 1) for r in rows),
        )
    vitals = store.vitals(BOT, 99_000)
    assert vitals.recent == (Told("FAIL", "SCORE_LOW", 3 * 2),)
    assert vitals.before == (Told("FAIL", "SIG_TAX", 12 * 2),)
    decided(store, 21, rows=(replace(row(21), at_ms=21_001),))
    assert store.vitals(BOT, 99_000).recent == (Told("FAIL", "SCORE_LOW", 2 * 2 + 1),)


@pytest.mark.parametrize(
    ("side", "tokens", "native_wei", "shortfall_bps"),
    [
        (Side.BUY, 2_000, -(10**18), 0),
        (Side.BUY, 1_900, -(10**18), 500),
        (Side.BUY, 1_999, -(10**18), 5),
        (Side.SELL, 0, 1_999, 5),
    ],
)
def test_an_ended_order_tells_how_long_it_took_and_how_far_it_fell_short(
    store: SqlStore, side: Side, tokens: int, native_wei: int, shortfall_bps: int
) -> None:
    one = order(1, side=side, created_ms=1_000)
    if side is Side.SELL:  # what is not held is not sold
        store.adopt(one.intent.pair, one.intent.token, 2_000, 0, "a gift")
    decided(store, 1, one)
    assert store.vitals(BOT, 9_000).waiting_ms == (1_000,)
    after = mined(store, one)
    done = Moved(OrderEvent.BURY_OK, block_number=50, block_hash=block_hash(50))
    store.settle(after, done, fill(one, tokens=tokens, native_wei=native_wei), 61_000)
    vitals = store.vitals(BOT, 99_000)
    [ended] = vitals.ended
    assert vitals.waiting_ms == ()
    assert (ended.took_ms, ended.at_ms, ended.sent, ended.confirmed) == (60_000, 61_000, True, True)
    assert ended.shortfall_bps == shortfall_bps
    assert store.vitals(BOT, DAY_MS + 1_001).ended == ()  # yesterday's


def test_a_refused_order_was_never_sent(store: SqlStore) -> None:
    decided(store, 1, order(1))
    store.move(order(1), Moved(OrderEvent.REFUSE, code="INV_QUOTE_FRESH"), 3_000)
    [ended] = store.vitals(BOT, 9_000).ended
    assert (ended.code, ended.sent, ended.confirmed) == ("INV_QUOTE_FRESH", False, False)
    assert ended.shortfall_bps is None


def test_failed_commands_are_kept_for_a_day_and_told_for_an_hour(store: SqlStore) -> None:
    for at_ms in (1_000, DAY_MS, DAY_MS + 3_600_000):
        store.note_error(ErrorSeen(at_ms, Code.ERR_RPC_TIMEOUT, "cycle"))
    now_ms = DAY_MS + 3_600_001
    assert [e.at_ms for e in store.vitals(BOT, now_ms).errors] == [DAY_MS + 3_600_000]
    with store._db.reading() as db:
        kept = db.execute(sa.select(schema.errors.c.at_ms).order_by(schema.errors.c.id)).scalars()
        assert list(kept) == [DAY_MS, DAY_MS + 3_600_000]


def test_when_the_newest_cycle_began_is_told_whatever_other_jobs_did(store: SqlStore) -> None:
    store.record_job(JobRun("cycle", 1_000, 1_250, 1_500, "ran"))
    store.record_job(JobRun("db backup", 2_000, 2_000, 2_500, "ran"))
    store.record_job(JobRun("cycle", 3_000, None, None, "missed"))
    assert store.vitals(BOT, 9_000).started == (1_000, 1_250)


def test_pauses_and_breakers_outlive_a_process_and_each_name_has_one(database_url: str) -> None:
    with opened(database_url) as one:
        one.set_pause(replace(PAUSE, until_ms=6_000))
        one.set_pause(PAUSE)
        one.set_pause(replace(PAUSE, scope="", level=Level.HALT_ALL))
        one.set_breaker(replace(OPEN, failures=9))
        one.set_breaker(OPEN)
    with opened(database_url) as one, opened(database_url, bot="other") as theirs:
        vitals = one.vitals(BOT, 5_500)
        assert one.pauses() == vitals.pauses
        assert [(p.scope, p.until_ms, p.level) for p in vitals.pauses] == [
            ("", 9_000, Level.HALT_ALL),
            ("0x01", 9_000, Level.EXITS_ONLY),
        ]
        assert vitals.breakers == (OPEN,)
        assert theirs.pauses() == ()
        assert theirs.vitals("other", 5_500).breakers == ()


@pytest.mark.parametrize("table", ["pauses", "breakers"])
def test_a_pause_or_breaker_lifted_behind_our_back_is_found(store: SqlStore, table: str) -> None:
    store.set_pause(PAUSE)
    store.set_breaker(OPEN)
    assert store.verify().altered == ()
    with store._db.writing() as db:
        db.execute(sa.update(schema.metadata.tables[table]).values(until_ms=0))
    [altered] = store.verify().altered
    assert altered.row.startswith(f"{table}:")


def test_the_record_of_health_is_read_back_newest_first(store: SqlStore) -> None:
    better = Transition(6_000, HealthState.EXITS_ONLY, HealthState.HEALTHY, ())
    store.record_transition(WORSE)
    store.record_transition(better)
    first, second = store.transitions(5)
    assert first == better
    assert second.findings[0].code is HealthCode.HEALTH_STORAGE
    assert (second.was, second.now, second.at_ms) == (WORSE.was, WORSE.now, WORSE.at_ms)
    assert second.findings[0].since_ms == 4_000
    assert store.transitions(1) == (better,)
    assert store.vitals(BOT, 9_000).last == better
