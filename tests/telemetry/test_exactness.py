"""Whatever is killed at whatever moment: the counters say what the database says, and nothing else."""

import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore, schema
from botctl.core.telemetry.tally import Histogram
from tests.telemetry.herd import opened

ROOT = Path(__file__).parents[2]


def herd(url: str, processes: int, kills: int, seed: int) -> int:
    """How many were really killed before they came to their end."""
    words = [
        sys.executable,
        "-m",
        "tests.telemetry.herd",
        url,
        str(processes),
        str(kills),
        str(seed),
    ]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


def counted(store: SqlStore) -> dict[str, int]:
    return {
        series.name + "".join(f" {k}={v}" for k, v in series.labels): value
        for series, value in store.counted().tally
        if not isinstance(value, Histogram)
    }


def in_the_database(store: SqlStore) -> dict[str, int]:
    """Asked of the tables themselves: none of it from spans or journal."""
    y, t, o, f = schema.cycles.c, schema.order_steps.c, schema.orders.c, schema.fills.c
    with store._db.reading() as db:
        rows = db.execute(sa.select(schema.ledger.c.kind, schema.ledger.c.reason)).all()
        scanned = db.execute(sa.select(y.markets)).scalars().all()
        pending = db.execute(sa.select(t.order_id).where(t.event == "see_pending").distinct())
        states = [str(one) for one in db.execute(sa.select(o.state)).scalars()]
        fees = db.execute(sa.select(f.gas_wei)).scalars().all()
        changes = db.execute(sa.select(sa.func.count()).select_from(schema.health)).scalar_one()
        runs = db.execute(sa.select(sa.func.count()).select_from(schema.job_runs)).scalar_one()
        found = {
            "scan_cycles_total": len(scanned),
            "pairs_scanned_total": sum(scanned),
            "pairs_failed_total": sum(kind == "FAIL" for kind, _ in rows),
            "pairs_passed_total": sum(kind != "FAIL" for kind, _ in rows),
            "decision_events_total decision=FAIL": sum(kind == "FAIL" for kind, _ in rows),
            "decision_events_total decision=SKIP": sum(kind == "SKIP" for kind, _ in rows),
            "decision_reasons_total code=SCORE_LOW": len(rows),
            "tx_pending_total": len(pending.all()),
            "tx_confirmed_total": states.count("confirmed"),
            "tx_failed_total state=failed": states.count("failed"),
            "tx_fees_wei_total result=ok": sum(fees),
            "health_transitions_total now=DEGRADED": changes,
            "job_runs_total job=cycle outcome=ran": runs,
            "commands_total command=cycle outcome=ok": runs,  # carried by the same transaction
        }
    return {name: value for name, value in found.items() if value}


def exact_after(url: str, processes: int, kills: int) -> None:
    killed = herd(url, processes, kills, seed=processes)
    store = opened(url)
    try:
        assert killed >= kills // 2
        expected = in_the_database(store)
        assert expected["tx_confirmed_total"] > 0
        assert counted(store) == expected
        while store.fold(7):
            pass
        assert counted(store) == expected
        assert store.verify().altered == ()
    finally:
        store.close()


def test_forty_processes_and_eight_kills_count_what_is_stored(database_url: str) -> None:
    exact_after(database_url, 40, 8)


@pytest.mark.torture
@pytest.mark.timeout(3_000)
def test_a_thousand_processes_and_a_hundred_kills_count_what_is_stored(database_url: str) -> None:
    exact_after(database_url, 1_000, 100)
