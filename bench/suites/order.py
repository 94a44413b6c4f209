"""An order's way to disk and out: one durable transition, and all that lies between intent and bytes sent."""

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter

import psycopg

from bench.figures import Line, Mark, Note, compared
from bench.harness import Case, Sample, in_process, interleaved, measured
from bench.options import Options
from botctl.adapters.evm.calldata import RouterCalls
from botctl.adapters.evm.signer import Signer
from botctl.adapters.store import SqlStore
from botctl.core.lifecycle import OrderEvent
from botctl.core.orders import Order, SignedTx, UnsignedTx
from botctl.ports.store import Moment, Moved, SignNow
from tests.store.making import TTL_MS, WALLET, address, decided, opened, order, signed
from tests.support.postgres import postgres_server

ROUNDS, IN_A_ROW = 15, 20
BATCH = 5  # entries of one cycle, as configured by default
SINGLE = 300  # for the percentiles
NOW_MS = 1_800_000_000_000
PAGE = b"\0" * 4_096
# Shares of the limit's speed; the ratios are of time: the one is the other's inverse.
ON_FDATASYNC = Mark(bound=1 / 0.45, stretch=1 / 0.75)
ON_CTE = Mark(bound=1 / 0.6, stretch=1 / 0.85)
ON_THE_WAY = Mark(bound=1.5)
OURS, SYNC, CTE = "one transition", "pwrite + fdatasync of 4 KiB", "one raw CTE"
SENT, LEAST = "intent to bytes sent", "sign + a raw durable commit an arrow"
ARROWS = 2  # CREATED -> SIGNED -> SUBMITTED: what must be on disk before the call

Write = Callable[[], None]


def figures(options: Options) -> Iterator[Line]:
    file = options.folder / "orders.db"
    with opened(f"sqlite:///{file}") as store, _synced(options.folder) as sync:
        yield from _transition(options, store, "SQLite", SYNC, sync, ON_FDATASYNC)
    with opened(f"sqlite:///{file}") as store, _sqlite(options.folder) as commit:
        yield from _sending(options, store, "SQLite", commit)
    with (
        postgres_server() as server,
        server.database() as name,
        opened(server.url(name)) as store,
        _postgres(server.url(name)) as commit,
    ):
        yield from _transition(options, store, "PostgreSQL", CTE, commit, ON_CTE)
        yield from _sending(options, store, "PostgreSQL", commit)
    yield Note("PostgreSQL runs without fsync, as in the tests, for both sides")
    yield Note(
        "sending takes the wallet's lease once, signs each, gives it back, and writes SUBMITTED;"
    )
    yield Note("each commit with its journal entry; the limit has two bare commits for each")


def _transition(
    options: Options, store: SqlStore, name: str, against: str, limit: Write, mark: Mark
) -> Iterator[Line]:
    flip = _Flip(_submitted(store, 1))

    def ours() -> None:
        flip.move(store)

    repeat = 1 if options.quick else IN_A_ROW
    cases = {OURS: in_process(ours, repeat=repeat), against: in_process(limit, repeat=repeat)}
    rounds = interleaved(cases, options.rounds(ROUNDS))
    yield compared(rounds, OURS, against, unit="us", mark=mark, what=f"{OURS}, {name}")
    yield _percentiles(options, {OURS: ours, against: limit})


def _sending(options: Options, store: SqlStore, name: str, commit: Write) -> Iterator[Line]:
    signer, numbers = Signer(b"\x07" * 32), count(10)
    signing = _signing(signer)

    def limit() -> None:
        signing(0)
        for _ in range(ARROWS):
            commit()

    def fresh(size: int) -> list[Order]:
        number = next(numbers)
        new = [order(number * BATCH + place, pair=number * BATCH + place) for place in range(size)]
        assert decided(store, number, *new)
        return new

    def sending(size: int) -> Case:
        return lambda: _each(_batch(store, fresh(size), signing), size)

    for size in (1, BATCH):
        cases = {
            SENT: sending(size),
            LEAST: in_process(limit, repeat=1 if options.quick else IN_A_ROW),
        }
        rounds = interleaved(cases, options.rounds(4 * ROUNDS))
        what = f"{SENT}, {name}, {size} at once"
        yield compared(rounds, SENT, LEAST, unit="us", mark=ON_THE_WAY, what=what)
        walls = sorted(sample.wall_s for sample in rounds.samples[SENT])
        yield Note(f"p50 {_us(walls, 50)} us, p95 {_us(walls, 95)} us")


def _batch(store: SqlStore, new: list[Order], signing: SignNow) -> Sample:
    return measured(lambda: _out(store, new, signing))


def _each(sample: Sample, size: int) -> Sample:
    return Sample(sample.wall_s / size, sample.cpu_s / size)


def _out(store: SqlStore, new: list[Order], signing: SignNow) -> None:
    """As `execute` does it, up to the calls: all are signed under one lease, then each goes out."""
    lease = store.lease(WALLET, holder="bench", chain_nonce=0, now_ms=NOW_MS, ttl_ms=TTL_MS)
    assert lease is not None
    ready = [store.sign(one, lease, Moment(0, 1, NOW_MS), signing)[0] for one in new]
    store.release(lease)
    for after in ready:
        store.move(after, Moved(OrderEvent.SUBMIT), NOW_MS)


def _signing(signer: Signer) -> SignNow:
    calls = RouterCalls()

    def sign(nonce: int) -> tuple[UnsignedTx, SignedTx]:
        data = calls.buy(
            min_out=1, path=(address(1), address(2)), to=signer.address, deadline_s=NOW_MS
        )
        tx = UnsignedTx(1, nonce, address(9), 10**16, data, 300_000, 3 * 10**9, 10**9)
        return tx, signer.sign(tx, fence=10**9)

    return sign


@dataclass(slots=True)
class _Flip:
    """One order that a node sees and loses again."""

    order: Order
    seen: bool = False

    def move(self, store: SqlStore) -> None:
        event = OrderEvent.LOSE_SIGHT if self.seen else OrderEvent.SEE_PENDING
        self.order = store.move(self.order, Moved(event), NOW_MS)
        self.seen = not self.seen


def _submitted(store: SqlStore, number: int) -> Order:
    new = order(number)
    assert decided(store, number, new)
    after, _ = signed(store, new)
    return store.move(after, Moved(OrderEvent.SUBMIT), NOW_MS)


def _percentiles(options: Options, works: Mapping[str, Write]) -> Note:
    """Each alone, one after the other, without a pause between."""
    told = []
    for name, work in works.items():
        walls = []
        for _ in range(2 if options.quick else SINGLE):
            began = perf_counter()
            work()
            walls.append(perf_counter() - began)
        walls.sort()
        told.append(f"{name}: p50 {_us(walls, 50)} us, p95 {_us(walls, 95)} us")
    return Note("; ".join(told))


def _us(walls: Sequence[float], percent: int) -> str:
    return f"{walls[len(walls) * percent // 100] * 1e6:,.0f}"


@contextmanager
def _synced(folder: Path) -> Iterator[Write]:
    descriptor = os.open(folder / "limit", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield lambda: _write_page(descriptor)
    finally:
        os.close(descriptor)


def _write_page(descriptor: int) -> None:
    os.pwrite(descriptor, PAGE, 0)
    os.fdatasync(descriptor)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Write]:
    with closing(sqlite3.connect(folder / "limit.db", isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE state (id INTEGER PRIMARY KEY, state TEXT)")
        db.execute("CREATE TABLE story (id INTEGER PRIMARY KEY, state TEXT)")
        db.execute("INSERT INTO state VALUES (1, 'a')")
        yield lambda: _commit(db)


def _commit(db: sqlite3.Connection) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE state SET state = 'b' WHERE id = 1")
    db.execute("INSERT INTO story (state) VALUES ('b')")
    db.execute("COMMIT")


@contextmanager
def _postgres(url: str) -> Iterator[Write]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as db:
        db.execute("CREATE TABLE limit_state (id bigint PRIMARY KEY, state text)")
        db.execute("CREATE TABLE limit_story (id bigserial PRIMARY KEY, state text)")
        db.execute("INSERT INTO limit_state VALUES (1, 'a')")
        yield lambda: _statement(db)


def _statement(db: psycopg.Connection) -> None:
    db.execute(
        "WITH moved AS (UPDATE limit_state SET state = 'b' WHERE id = 1 RETURNING id)"
        " INSERT INTO limit_story (state) SELECT 'b' FROM moved",
        prepare=True,
    )
