"""Many short processes on one database, some of them killed in the middle of whatever they do.

    python -m tests.telemetry.herd URL PROCESSES KILLS SEED

A process of its own with one thread, so that forking is safe. Prints how many were killed.
"""

import os
import random
import signal
import sys
import time
from dataclasses import replace
from functools import cache
from typing import Final
from unittest.mock import patch

from botctl.adapters.ids import TimeOrderedIds
from botctl.adapters.store import SqlStore, engine, open_store
from botctl.core.errors import BotError
from botctl.core.health import Transition
from botctl.core.health.evidence import HealthState
from botctl.core.lifecycle import OrderEvent as E
from botctl.core.orders import Order
from botctl.core.telemetry.spans import Span, Stage
from botctl.ports.store import DecidedBatch, JobRun, LedgerRow, Moved
from tests.store.making import BOT, CHAIN, FACTORY, block_hash, cycle, fill, order, row, signed

AT_ONCE: Final = 4
BUSY_MS: Final = 20_000
FOLDS_EVERY: Final = 5  # every fifth process keeps sums and removes spans
LIFE_US: Final = 60_000  # the latest moment of a kill


def main(url: str, processes: int, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    rehearse(url, processes)
    doomed = frozenset(rng.sample(range(processes), kills))
    alive: dict[int, int | None] = {}
    killed = 0
    for number in range(processes):
        if len(alive) == AT_ONCE:
            killed += reaped(alive)
        child = os.fork()
        if child == 0:
            os._exit(lived(url, number))
        alive[child] = number
        if number in doomed:
            time.sleep(rng.randrange(LIFE_US) / 1e6)  # noqa: TID251  the moment of a kill is what is drawn
            os.kill(child, signal.SIGKILL)
    while alive:
        killed += reaped(alive)
    print(killed)  # noqa: T201


def rehearse(url: str, number: int) -> None:
    """The schema is there before anybody may be killed, and what a child inherits is an engine
    without a connection, whose statements are compiled: most of what a short life would cost.
    """
    first = opened(url)
    live(first, number)
    fold(first)
    first.close()


def reaped(alive: dict[int, int | None]) -> int:
    """1 when it was killed. One that fails by itself fails the whole run."""
    child, status = os.wait()
    number = alive.pop(child)
    was_killed = os.WIFSIGNALED(status)
    if not was_killed and os.WEXITSTATUS(status):
        raise SystemExit(f"process {number} ended with {os.WEXITSTATUS(status)}")
    return int(was_killed)


def opened(url: str) -> SqlStore:
    ids = TimeOrderedIds()
    made = open_store(url, chain_id=CHAIN, factory=FACTORY, bot=BOT, ids=ids, busy_ms=BUSY_MS)
    assert isinstance(made, SqlStore)
    return made


def lived(url: str, number: int) -> int:
    try:
        store = opened(url)
        if number % FOLDS_EVERY == 0:
            fold(store)
        else:
            live(store, number)
        store.close()
    except BotError as error:
        print(number, error, file=sys.stderr)  # noqa: T201
        return 1
    return 0


def fold(store: SqlStore) -> None:
    for _ in range(3):
        store.fold(4)
        store.prune_spans(2**60, 2**60, 3)


def live(store: SqlStore, number: int) -> None:
    """A scan, its decisions, an order to its end, a change of health and a job's run."""
    seen = replace(cycle(number), markets=number % 7)
    facts: dict[str, object] = {"stored": True, "markets": seen.markets}
    store.record(seen, (), [span(Stage.DETECT, facts)])
    one = order(number)
    one = replace(one, cycle_id=seen.cycle_id)
    rows = (row(number, pair=number), row(number, pair=number + 9_000_000, kind="SKIP"))
    store.commit(decided(number, rows, replace(one)))
    store.record_transition(Transition(number, HealthState.HEALTHY, HealthState.DEGRADED, ()))
    store.carry(span(Stage.COMMAND, {"command": "cycle", "outcome": "ok"}))
    store.record_job(JobRun("cycle", number, number, number, "ran"))
    if number % 3 == 0:
        store.move(one, Moved(E.REFUSE, "INV_X"), 1_400)
        return
    trade(store, number)


def trade(store: SqlStore, number: int) -> None:
    one = store.order(f"order-{number:04d}")
    if one is None:
        return
    one, _ = signed(store, one)
    one = store.move(one, Moved(E.SUBMIT), 2_001)
    one = store.move(one, Moved(E.SEE_PENDING), 2_002)
    in_block = Moved(E.SEE_MINED, block_number=50, block_hash=block_hash(50))
    one = store.move(one, in_block, 2_003)
    store.settle(one, Moved(E.BURY_OK), fill(one, tokens=5, native_wei=-7, gas_wei=number), 3_000)


def decided(number: int, rows: tuple[LedgerRow, ...], one: Order) -> DecidedBatch:
    facts: dict[str, object] = {
        "since_scan_ms": 1,
        "decisions": [[each.kind, each.reason, 1] for each in rows],
        "stale": {},
        "unsellable": 0,
    }
    told = (span(Stage.DECIDE, facts),)
    return DecidedBatch(cycle(number).cycle_id, 1_000 * number + 1, rows, (), (one,), (), told=told)


def span(name: Stage, facts: dict[str, object]) -> Span:
    return Span("", "", "", name, 0, 1_000, "", facts)


if __name__ == "__main__":
    with patch.object(engine, "create", cache(engine.create)):
        main(sys.argv[1], *map(int, sys.argv[2:]))
