"""Counts are what the rows say: none skipped, none twice, whoever folds, whatever is pruned."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event

import pytest

from botctl.adapters.store import SqlStore, journal, spans
from botctl.core.errors import LostMoveError
from botctl.core.health import Transition
from botctl.core.health.evidence import HealthState
from botctl.core.intent import Side
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import AttemptKind, Fill
from botctl.core.telemetry.spans import Span, Stage
from botctl.core.telemetry.tally import Histogram, Tally
from botctl.core.units import UINT256_MAX
from botctl.ports.store import JobRun, Moved
from tests.store.making import (
    BOT,
    CHAIN,
    batch,
    bumped,
    cycle,
    decided,
    detection,
    fill,
    opened,
    order,
    row,
    signed,
)

WRITERS, EACH, FOLDS = 4, 12, 400
E = OrderEvent


def told(tally: Tally) -> dict[str, int]:
    """Counts as they are, histograms by how many they hold."""
    return {
        series.name + "".join(f" {k}={v}" for k, v in series.labels): (
            value.count if isinstance(value, Histogram) else value
        )
        for series, value in tally
    }


def counted(store: SqlStore) -> dict[str, int]:
    return told(store.counted().tally)


def command(name: str, start_us: int = 0) -> Span:
    facts = {"command": name, "outcome": "ok"}
    return Span("", "", "", Stage.COMMAND, start_us, 7, "", facts)


def run(number: int) -> JobRun:
    return JobRun("cycle", 1_000 * number, 1_000 * number, 1_000 * number, "ran")


def test_what_is_carried_goes_with_the_next_work_that_is_stored(store: SqlStore) -> None:
    store.carry(command("scan"))
    assert counted(store) == {}
    store.record_job(run(1))
    both = {"commands_total command=scan outcome=ok": 1, "job_runs_total job=cycle outcome=ran": 1}
    assert counted(store) == both
    store.keep_spans()
    assert counted(store) == both


def test_what_nothing_takes_along_is_kept_by_itself(store: SqlStore) -> None:
    store.carry(command("scan"))
    store.keep_spans()
    assert counted(store) == {"commands_total command=scan outcome=ok": 1}


def test_a_transaction_that_fails_leaves_what_is_carried_to_the_next(store: SqlStore) -> None:
    store.record(cycle(1), ())
    store.carry(command("scan"))
    assert store.record(cycle(1), [detection(1)], [command("again")]) is False
    store.record(cycle(2), (), [command("new")])
    assert {key.split()[1] for key in counted(store)} == {"command=scan", "command=new"}


def test_a_change_of_health_is_counted_with_its_row(store: SqlStore) -> None:
    store.record_transition(Transition(5, HealthState.HEALTHY, HealthState.HALTED, ()))
    assert counted(store) == {"health_transitions_total now=HALTED": 1}


def test_another_bots_rows_are_not_ours(database_url: str) -> None:
    with opened(database_url) as one, opened(database_url, bot="other") as other:
        decided(other, 1, order(1))
        other.record_job(run(1))
        assert counted(one) == {}
        assert counted(other)


def lived(store: SqlStore) -> dict[str, int]:
    """An order raised once and sold at a loss, one refused, one reverted; what that counts."""
    decided(store, 1, order(1, pair=1), order(2, pair=2), order(3, pair=3), rows=(row(1),))
    store.move(order(2, pair=2), Moved(E.REFUSE, "INV_X"), 1_400)
    _ended(store, 1, tokens=1_960, wei=-(10**18), gas=UINT256_MAX // 2)
    _ended(store, 3, tokens=0, wei=0, gas=9)
    selling = replace(order(4, pair=1, side=Side.SELL), cycle_id=cycle(4).cycle_id)
    decided(store, 4, selling)
    _ended(store, 4, tokens=-1_960, wei=5, gas=1)
    return {
        "tx_failed_total state=failed": 2,
        "tx_confirmed_total": 2,
        "tx_pending_total": 3,
        "tx_replacements_total": 3,
        "reverts_total": 1,
        "tx_fees_wei_total result=ok": UINT256_MAX // 2 + 1,
        "tx_fees_wei_total result=reverted": 9,
        "trades_closed_total result=loss": 1,
        "execute_latency_ms": 3,
        "detection_to_action_latency_ms phase=execute": 3,
        "end_to_end_latency_ms": 3,
        "confirmation_latency_ms": 3,
        "slippage_shortfall_bps": 2,
    }


def _ended(store: SqlStore, number: int, *, tokens: int, wei: int, gas: int) -> None:
    """Sent, lost, seen again, raised, seen again, mined and buried: the first time counts."""
    one = store.order(f"order-{number:04d}")
    assert one is not None
    one, _ = signed(store, one)
    one = store.move(one, Moved(E.SUBMIT), 2_001)
    one = store.move(one, Moved(E.SEE_PENDING), 2_002)
    one = store.move(one, Moved(E.LOSE_SIGHT), 2_003)
    one = store.move(one, Moved(E.SUBMIT), 2_004)
    one = store.move(one, Moved(E.SEE_PENDING), 2_005)
    one, _ = bumped(store, one, kind=AttemptKind.BUMP)
    one = store.move(
        one,
        Moved(
            E.SEE_MINED, block_number=50, block_hash=fill(one, tokens=0, native_wei=0).block_hash
        ),
        2_600,
    )
    booked: Fill = fill(one, tokens=tokens, native_wei=wei, gas_wei=gas)
    moved = Moved(E.BURY_OK) if wei else Moved(E.BURY_REVERTED, "ERR_TX_REVERTED")
    store.settle(one, moved, booked, 3_000)


@pytest.mark.parametrize("page", [1, 3, 1_000])
def test_an_orders_life_counts_the_same_in_whatever_steps_it_is_folded(
    store: SqlStore, page: int
) -> None:
    expected = lived(store)
    assert counted(store) == expected
    for _ in range(FOLDS):
        store.fold(page)
        assert counted(store) == expected
        if not store.fold(page):
            break
    with store._db.reading() as db:
        kept = db.exec_driver_sql("SELECT count(*) FROM metrics").scalar_one()
    assert kept == len(expected), "all of it is kept, and nothing is left to be folded"


def test_a_position_that_is_written_off_is_a_trade_that_was_lost(store: SqlStore) -> None:
    decided(store, 1, order(1, pair=1))
    _ended(store, 1, tokens=10, wei=-5, gas=1)
    ((held),) = store.positions(BOT, only_open=True)
    assert store.write_off(held.position.id, "shut in", 4_000)
    assert counted(store)["trades_closed_total result=loss"] == 1
    assert (store.realised().realised_wei, store.realised().peak_wei) == (-6, 0)


def test_of_two_folds_at_once_one_counts(database_url: str) -> None:
    with opened(database_url) as store:
        expected = lived(store)
        for number in range(20):
            store.record_job(run(number))
        expected["job_runs_total job=cycle outcome=ran"] = 20
    together = Barrier(WRITERS)

    def work(_: int) -> None:
        with opened(database_url) as one:
            together.wait()
            while one.fold(3):
                pass

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(work, range(WRITERS)))
    with opened(database_url) as store:
        while store.fold(1_000):
            pass
        assert counted(store) == expected


def test_writers_at_once_and_a_folder_between_them_skip_no_row(database_url: str) -> None:
    """A row that commits late has a late id: the mark never stands above it."""
    together, over = Barrier(WRITERS + 1), Event()

    def write(number: int) -> None:
        with opened(database_url) as store:
            together.wait()
            for each in range(EACH):
                store.carry(command(f"w{number}"))
                store.record_job(run(1_000 * number + each))

    def fold() -> None:
        with opened(database_url) as store:
            together.wait()
            while not over.is_set():
                store.fold(2)

    with ThreadPoolExecutor(WRITERS + 1) as pool:
        folding = pool.submit(fold)
        list(pool.map(write, range(WRITERS)))
        over.set()
        folding.result()
    with opened(database_url) as store:
        expected = {f"commands_total command=w{n} outcome=ok": EACH for n in range(WRITERS)}
        expected["job_runs_total job=cycle outcome=ran"] = WRITERS * EACH
        assert counted(store) == expected


def test_a_writer_that_has_not_committed_keeps_the_next_from_getting_an_id(
    postgres_url: str,
) -> None:
    """Without the lock the second row would be seen, and the mark would pass the first."""
    with opened(postgres_url) as slow, opened(postgres_url) as quick:
        with ThreadPoolExecutor(1) as pool:
            with slow._db.writing() as db:
                spans.add(db, slow._scope, [command("slow")])
                quick.carry(command("quick"))
                later = pool.submit(quick.keep_spans)
                _until_waiting(slow)
                assert not later.done()
                assert quick.fold(100) == 0
            later.result()
        names = [one.span.facts["command"] for one in quick.spans_after(0, 10)]
        assert names == ["slow", "quick"]
        assert quick.fold(100) == 2


def _until_waiting(store: SqlStore) -> None:
    """Until somebody waits for a lock of somebody else."""
    query = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    for _ in range(2_000):
        with store._db.engine.connect() as db:
            if db.exec_driver_sql(query).scalar_one():
                return
    raise AssertionError("nobody waits")


def test_spans_come_after_the_journal_and_do_not_deadlock_with_it(postgres_url: str) -> None:
    def act(number: int) -> None:
        with opened(postgres_url) as store:
            for each in range(EACH):
                try:
                    decided(store, 100 * number + each, order(100 * number + each))
                    store.record_job(run(100 * number + each))
                except LostMoveError:
                    raise AssertionError("each has orders of its own") from None

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(act, range(1, WRITERS + 1)))
    with opened(postgres_url) as store:
        assert counted(store)["job_runs_total job=cycle outcome=ran"] == WRITERS * EACH
        assert store.verify().altered == ()


def test_only_what_is_old_folded_and_sent_is_removed_and_counts_stay(store: SqlStore) -> None:
    for number in range(6):
        store.carry(command("scan", start_us=number))
        store.keep_spans()
    before = counted(store)
    assert store.prune_spans(100, 100, 10) == 0, "nothing is folded"
    store.fold(4)
    assert store.prune_spans(100, 2, 10) == 2
    assert store.prune_spans(100, 100, 1) == 1
    store.fold(4)
    assert store.prune_spans(5, 100, 10) == 2
    assert store.prune_spans(100, 100, 10) == 0, "the newest stays"
    assert counted(store) == before
    store.carry(command("scan", start_us=9))
    store.keep_spans()
    assert counted(store) == {"commands_total command=scan outcome=ok": 7}


def test_a_mark_of_somebody_else_moves_and_never_back(store: SqlStore) -> None:
    assert store.reached("otlp") == 0
    store.reach("otlp", 7)
    store.reach("otlp", 3)
    assert store.reached("otlp") == 7
    assert counted(store) == {}


def test_the_most_that_is_carried_is_bounded(store: SqlStore) -> None:
    for number in range(2_050):
        store.carry(command(f"c{number}"))
    store.keep_spans()
    found = store.spans_after(0, 5_000)
    assert len(found) == 2_000
    assert found[0].span.facts["command"] == "c50"


def test_the_journals_lock_is_what_orders_spans(postgres_url: str) -> None:
    with opened(postgres_url) as store, store._db.writing() as db:
        journal.lock(db)
        spans.add(db, store._scope, [command("a"), command("b")])
        order_ = db.exec_driver_sql("SELECT id FROM spans ORDER BY id").scalars().all()
        assert len(order_) == 2
    assert batch(1).told == ()
    assert CHAIN
