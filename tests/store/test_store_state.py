"""Switches, baselines, job runs: latched, replaced by name, and written into the journal."""

import json
from dataclasses import replace

import sqlalchemy as sa

from botctl.adapters.store import SqlStore, journal, schema
from botctl.adapters.store.revision import SCHEMA_REVISION
from botctl.core.permission import Level, PermissionSource, SourceKind
from botctl.core.units import UINT256_MAX
from botctl.ports.store import Baseline, Cursor, JobRun
from tests.store.making import BOT, block_hash, opened

KILL = PermissionSource(SourceKind.KILL, Level.HALT_ALL, "operator said so", "alice", 5_000)
PAUSE = PermissionSource(SourceKind.PAUSE, Level.EXITS_ONLY, "maintenance", "bob", 6_000)


def told(store: SqlStore) -> list[tuple[str, str, object]]:
    """The journal, and that its chain holds."""
    with store._db.reading() as db:
        journal.verify(db)
        rows = db.execute(sa.select(schema.journal).order_by(schema.journal.c.seq)).all()
    return [(row.subject, row.event, json.loads(row.body)) for row in rows]


def test_a_switch_is_latched_across_processes(database_url: str) -> None:
    with opened(database_url) as store:
        store.set_source(PAUSE)
        store.set_source(KILL)
    with opened(database_url) as store:
        assert store.sources() == (KILL, PAUSE)


def test_a_kind_has_one_voice_and_the_last_word_counts(store: SqlStore) -> None:
    store.set_source(KILL)
    softer = replace(KILL, level=Level.EXITS_ONLY, reason="closing")
    store.set_source(softer)
    assert store.sources() == (softer,)


def test_lifting_a_switch_leaves_only_its_story(store: SqlStore) -> None:
    store.set_source(KILL)
    store.set_source(replace(KILL, level=Level.ALLOW_ALL, who="carol", reason="checked"))
    assert store.sources() == ()
    assert told(store)[-1] == (
        "source:main:kill",
        "set_source",
        {
            "level": "ALLOW_ALL",
            "reason": "checked",
            "who": "carol",
            "rows": {"sources:main/kill": None},
        },
    )


def test_a_switch_is_one_bots(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.set_source(KILL)
        assert theirs.sources() == ()


def test_a_baseline_is_replaced_and_says_why(store: SqlStore) -> None:
    assert store.baseline(BOT) is None
    store.set_baseline(BOT, Baseline(UINT256_MAX, 7), 1_000, "first run")
    store.set_baseline(BOT, Baseline(5, 8), 2_000, "deposit")
    assert store.baseline(BOT) == Baseline(5, 8)
    assert [event[1] for event in told(store)] == ["set_baseline"] * 2
    facts = told(store)[0][2]
    assert isinstance(facts, dict)
    assert list(facts.pop("rows")) == ["baselines:main/31337"]
    assert facts == {"balance_wei": str(UINT256_MAX), "block": 7, "why": "first run"}


def test_a_roll_back_is_in_the_journal(store: SqlStore) -> None:
    store.set_source(KILL)
    store.roll_back(Cursor(9, block_hash(9)))
    store.roll_back(None)
    assert [facts for _, event, facts in told(store) if event == "roll_back"] == [
        {"to": 9},
        {"to": None},
    ]


def test_a_scheduled_time_has_one_line_with_its_latest_outcome(store: SqlStore) -> None:
    missed = JobRun("cycle", 60_000, None, None, "missed", "asleep")
    ran = JobRun("cycle", 120_000, 120_001, 120_900, "ran")
    for run in (missed, replace(ran, outcome="started"), ran):
        store.record_job(run)
    assert store.jobs(10) == (ran, missed)
    assert store.jobs(1) == (ran,)


def test_counting_adds_up_and_is_one_bots(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        ours.count("runs_total")
        ours.count("runs_total", 4)
        theirs.count("runs_total", 2)
        assert ours.counters().values == {"runs_total": 5}
        assert theirs.counters().values == {"runs_total": 2}


def test_a_new_store_has_counted_nothing(store: SqlStore) -> None:
    assert store.counters().values == {}
    assert store.native_moved_wei(BOT) == 0
    assert store.reasons_since(0) == []
    assert store.schema_revision() == SCHEMA_REVISION
    assert store.location()
