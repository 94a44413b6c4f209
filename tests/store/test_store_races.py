"""Several runs at once: one winner, no nonce twice, and a run that dies leaves nothing half-written."""

import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from botctl.adapters.store import SqlStore, journal
from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.core.lifecycle import OrderEvent, OrderState
from botctl.core.orders import SignedTx, UnsignedTx
from botctl.ports.store import Correction, Lease, LedgerFilter, Moment, Moved
from tests.store.making import (
    BOT,
    WALLET,
    batch,
    bumped,
    cycle,
    decided,
    fill,
    leased,
    mined,
    next_nonce,
    opened,
    order,
    row,
    signed,
    signing,
)

RUNNERS = 4
ROOT = Path(__file__).parents[2]
E, S = OrderEvent, OrderState
BURIED = Moved(E.BURY_OK)


def at_once(
    url: str, act: Callable[[SqlStore, int], object], runners: int = RUNNERS
) -> list[object]:
    """Each runner with a store of its own, all let go at the same moment; errors are answers."""
    together = Barrier(runners)

    def run(number: int) -> object:
        with opened(url) as store:
            together.wait()
            try:
                return act(store, number)
            except TransientError as error:
                return error.code

    with ThreadPoolExecutor(runners) as pool:
        return list(pool.map(run, range(runners)))


def verified(store: SqlStore) -> int:
    with store._db.reading() as db:
        return journal.verify(db)


def test_of_several_first_runs_one_creates_the_schema(database_url: str) -> None:
    assert (
        at_once(database_url, lambda store, _: store.schema_revision())
        == [SCHEMA_REVISION] * RUNNERS
    )


def test_of_several_scans_of_one_block_one_is_recorded(store: SqlStore, database_url: str) -> None:
    won = at_once(database_url, lambda each, _: each.record(cycle(1), []))
    assert sorted(map(bool, won)) == [False] * (RUNNERS - 1) + [True]
    assert store.latest() == cycle(1)


def test_of_several_deciders_one_commits(store: SqlStore, database_url: str) -> None:
    store.record(cycle(1), [])
    whole = batch(1, order(1), order(2), rows=(row(1, pair=1), row(1, pair=2)))
    won = at_once(database_url, lambda each, _: each.commit(whole))
    assert sorted(map(bool, won)) == [False] * (RUNNERS - 1) + [True]
    assert len(store.open()) == len(list(store.rows(LedgerFilter()))) == 2
    assert verified(store) == 1


def test_of_several_signers_of_one_order_one_uses_the_key(
    store: SqlStore, database_url: str
) -> None:
    decided(store, 1, order(1))
    answers = at_once(database_url, lambda each, _: signed(each, order(1))[0].nonce)
    assert sorted(map(str, answers)) == ["0", *[Code.ERR_MOVE_LOST] * (RUNNERS - 1)]
    assert len(store.attempts(order(1).id)) == 1
    assert next_nonce(store) == 1


def test_signers_of_different_orders_never_share_a_nonce(
    store: SqlStore, database_url: str
) -> None:
    """Lesson 5."""
    each_signs = 5
    decided(store, 1, *(order(n) for n in range(RUNNERS * each_signs)))

    def act(each: SqlStore, number: int) -> list[int | None]:
        mine = range(number * each_signs, (number + 1) * each_signs)
        return [signed(each, order(n), chain_nonce=3)[0].nonce for n in mine]

    given = [nonce for answer in at_once(database_url, act) for nonce in list(answer)]  # type: ignore[call-overload]
    assert sorted(given) == list(range(3, 3 + RUNNERS * each_signs))
    assert verified(store) == 2 + RUNNERS * each_signs


def test_eight_signers_get_eight_nonces_in_a_row(store: SqlStore, database_url: str) -> None:
    """Lesson 5."""
    signers = 8
    lease = leased(store, chain_nonce=5)
    decided(store, 1, *(order(n) for n in range(signers)))
    given = at_once(
        database_url, lambda each, n: signed(each, order(n), lease=lease)[0].nonce, signers
    )
    assert sorted(map(int, map(str, given))) == list(range(5, 5 + signers))
    assert next_nonce(store) == 5 + signers
    assert store.verify().altered == ()


def test_of_several_who_want_an_expired_lease_one_gets_it(
    store: SqlStore, database_url: str
) -> None:
    old = leased(store)
    decided(store, 1, order(1))
    answers = at_once(
        database_url,
        lambda each, n: each.lease(
            WALLET, holder=f"host {n}", chain_nonce=0, now_ms=old.until_ms, ttl_ms=60_000
        ),
    )
    [new] = [one for one in answers if isinstance(one, Lease)]
    assert new.fence == old.fence + 1
    with pytest.raises(TransientError) as lost:
        signed(store, order(1), lease=old)
    assert lost.value.code is Code.ERR_LEASE_LOST
    assert next_nonce(store) == 0
    assert signed(store, order(1), lease=new)[0].nonce == 0


def test_whoever_takes_over_waits_for_the_signature_under_way(
    store: SqlStore, database_url: str
) -> None:
    """Its nonce is then counted: the new holder cannot give it out again."""
    lease = leased(store)
    decided(store, 1, order(1), order(2))
    with opened(database_url) as successor, ThreadPoolExecutor(1) as pool:
        taking: list[Future[Lease | None]] = []

        def slow(nonce: int) -> tuple[UnsignedTx, SignedTx]:
            taking.append(
                pool.submit(
                    successor.lease,
                    WALLET,
                    holder="there",
                    chain_nonce=0,
                    now_ms=lease.until_ms,
                    ttl_ms=1,
                )
            )
            return signing("slow")(nonce)

        first, _ = store.sign(order(1), lease, Moment(0, 40, 2_000), slow)
        new = taking[0].result()
        assert new is not None
        second, _ = signed(successor, order(2), lease=new)
    assert (first.nonce, second.nonce) == (0, 1)


def test_of_several_escalators_one_raises_the_fee(store: SqlStore, database_url: str) -> None:
    """Lesson 7."""
    decided(store, 1, order(1))
    lease = leased(store)
    one, _ = signed(store, order(1), lease=lease)
    one = store.move(one, Moved(E.SUBMIT), 2_001)
    answers = at_once(database_url, lambda each, _: bumped(each, one, lease=lease)[1].number)
    assert sorted(map(str, answers)) == ["2", *[Code.ERR_MOVE_LOST] * (RUNNERS - 1)]
    assert len(store.attempts(one.id)) == 2


def test_of_several_fillers_of_one_gap_one_fills_it(store: SqlStore, database_url: str) -> None:
    decided(store, 1, *(order(n) for n in range(RUNNERS)))
    lease = leased(store)
    store.set_next(lease, expected=0, to=3, now_ms=2_000, why="raise")
    answers = at_once(
        database_url, lambda each, n: signed(each, order(n), lease=lease, at=1)[0].nonce
    )
    assert sorted(map(str, answers)) == ["1", *[Code.ERR_MOVE_LOST] * (RUNNERS - 1)]
    assert next_nonce(store) == 3


def test_of_several_corrections_of_one_difference_one_is_booked(
    store: SqlStore, database_url: str
) -> None:
    wrong = [Correction("a", "native", 9, 4, 7)]
    answers = at_once(database_url, lambda each, _: each.correct(wrong, 4_000, "by hand"))
    assert answers.count(1) == 1
    assert store.native_moved_wei(BOT) == -5
    assert store.verify().altered == ()


def test_of_several_movers_one_moves(store: SqlStore, database_url: str) -> None:
    decided(store, 1, order(1))
    one, _ = signed(store, order(1))
    answers = at_once(database_url, lambda each, _: each.move(one, Moved(E.SUBMIT), 1).state)
    assert sorted(map(str, answers)) == sorted([S.SUBMITTED, *[Code.ERR_MOVE_LOST] * 3])
    assert [step.event for step in store.timeline(one.id)] == ["create", "sign", "submit"]


def test_of_several_settlers_one_books(store: SqlStore, database_url: str) -> None:
    decided(store, 1, order(1))
    seen = mined(store, order(1))
    booked = fill(seen, tokens=10, native_wei=-5)
    answers = at_once(database_url, lambda each, _: each.settle(seen, BURIED, booked, 1).state)
    assert sorted(map(str, answers)) == sorted([S.CONFIRMED, *[Code.ERR_MOVE_LOST] * 3])
    assert store.native_moved_wei(BOT) == -12


def test_settlers_of_different_orders_add_up(store: SqlStore, database_url: str) -> None:
    decided(store, 1, *(order(n) for n in range(RUNNERS)))
    seen = [mined(store, order(n)) for n in range(RUNNERS)]

    def act(each: SqlStore, number: int) -> object:
        booked = fill(seen[number], tokens=10, native_wei=-5)
        return each.settle(seen[number], BURIED, booked, 1).state

    assert at_once(database_url, act) == [S.CONFIRMED] * RUNNERS
    assert store.native_moved_wei(BOT) == -12 * RUNNERS
    assert len(store.positions(BOT, only_open=True)) == RUNNERS
    assert verified(store) == 2 + 4 * RUNNERS


# What a child does until it is killed: everything of the transaction but its end is done then.
PRELUDE = """
import sys
from botctl.adapters.store import arrow, journal
from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.ports.store import Moment
from tests.store.making import *

def stop(*_, **__):
    print("inside", flush=True)
    sys.stdin.read()

with opened(sys.argv[1]) as store:
"""
DEATHS = {
    "commit": "journal.append = stop; store.commit(batch(2, order(2), rows=(row(2),)))",
    "add": "journal.append = stop; store.add(order(2, kind=OrderKind.APPROVE))",
    "sign": "arrow.write = stop; signed(store, order(1))",
    "sign before the signature": "store.sign(order(1), leased(store), Moment(0, 40, 1), stop)",
    "settle": "arrow.write = stop; one = store.order(order(3).id);"
    " store.settle(one, Moved(OrderEvent.BURY_OK), fill(one, tokens=9, native_wei=-5), 1)",
}


def killed_inside(url: str, act: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", f"{PRELUDE}    {act}", url],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "inside\n"
        child.send_signal(signal.SIGKILL)
        assert child.wait() == -signal.SIGKILL


def everything(store: SqlStore) -> tuple[object, ...]:
    return (
        store.recent(None),
        list(store.rows(LedgerFilter())),
        store.due(),
        next_nonce(store),
        store.attempts(order(1).id),
        store.positions(BOT, only_open=False),
        store.native_moved_wei(BOT),
        [store.timeline(order(n).id) for n in (1, 2, 3)],
        store.counters(),
        verified(store),
    )


@pytest.mark.parametrize("act", DEATHS)
def test_a_death_in_the_middle_leaves_nothing_half_written(database_url: str, act: str) -> None:
    with opened(database_url) as store:
        decided(store, 1, order(1), order(3))
        mined(store, order(3))
        store.record(cycle(2), [])
        before = everything(store)
        killed_inside(database_url, DEATHS[act])
        assert everything(store) == before
        signed(store, order(1))  # and nothing stays locked
        assert store.commit(batch(2, order(2), rows=(row(2),)))
