"""What was archived is read as if it still lay in the database, and `verify` reads it too."""
# ruff: noqa: S608  made of what the database itself told

import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from bench.grow import grow
from botctl.adapters.store import SqlStore, ledger
from botctl.adapters.store.backup import count_rows
from botctl.adapters.store.database import open_database
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.retention import DAY_MS
from botctl.ports.retention import ArchiveKind
from botctl.ports.store import LedgerFilter
from tests.growth.archiving import LIFE, PLAN, Place, answers, filters


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Place:
    grow(database_url, LIFE)
    return Place(database_url, tmp_path / "archive")


@pytest.fixture
def store(place: Place) -> Iterator[SqlStore]:
    one = place.store()
    yield one
    one.close()


def counted(store: SqlStore, *tables: str) -> list[int]:
    with store._db.reading() as db:
        return [count_rows(db, table) for table in tables]


@pytest.mark.parametrize("seed", [1])
def test_whatever_was_archived_the_answers_stay_the_same(
    place: Place, store: SqlStore, seed: int
) -> None:
    """Any cycles of a day, in any order; emptied or still in both places."""
    rng, asked = random.Random(seed), filters(seed, 8)
    before = answers(store, asked)
    assert any(before[1:9])
    database = open_database(place.url)
    upkeep = place.upkeep(database)
    at_ms: int | None = 0
    while (at_ms := upkeep.oldest_ms(ArchiveKind.LEDGER, at_ms or 0)) is not None:
        from_ms = at_ms - at_ms % DAY_MS
        cycles = list(upkeep.cycles(from_ms))
        some = sorted(rng.sample(cycles, rng.randint(1, len(cycles))), key=lambda one: one.first_ms)
        for kind in (ArchiveKind.BUNDLES, ArchiveKind.LEDGER):
            for segment in upkeep.archive(kind, from_ms, some, LIFE.end_ms):
                if rng.random() < 0.7:
                    upkeep.empty(segment, LIFE.end_ms)
        at_ms = from_ms + DAY_MS
    database.close()
    assert counted(store, "ledger")[0] < LIFE.rows
    assert answers(store, asked) == before
    assert store.verify().altered == ()


def test_old_days_leave_and_the_rest_stays(place: Place, store: SqlStore) -> None:
    asked = filters(7, 4)
    before = answers(store, asked)
    dry = place.retain(dry_run=True)
    assert counted(store, "ledger", "archives") == [LIFE.rows, 0]
    report = place.retain()
    assert report.leaving == dry.leaving
    assert {one.kind for one in report.archived} == set(ArchiveKind)
    left, _, entered = counted(store, "ledger", "bundles", "archives")
    archived = sum(one.rows for one in report.archived if one.kind is ArchiveKind.LEDGER)
    assert (left + archived, entered) == (LIFE.rows, len(report.archived))
    assert 0 < left < LIFE.rows
    assert answers(store, asked) == before
    assert store.verify().altered == ()
    assert place.retain().archived == ()


def test_rows_that_move_while_they_are_read_are_read_once(place: Place, store: SqlStore) -> None:
    """The reader has its first rows, and all that it has not reached leaves the database meanwhile."""
    wanted = LedgerFilter(kinds=("FAIL", "PASS", "BUY"), limit=None)
    whole = list(store.rows(wanted))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ledger, "PAGE_ROWS", 7)
        patch.setattr(ledger, "BUNDLES_AT_ONCE", 5)
        reading, taking = store.rows(wanted), store.bundles(wanted)
        first, taken = list(islice(reading, 10)), list(islice(taking, 10))
        place.retain()
        assert counted(store, "ledger")[0] < LIFE.rows
        assert first + list(reading) == whole
        assert [key for key, _ in taken + list(taking)] == [row.bundle_id for row in whole]


def test_what_is_needed_stays_however_old_it_is(place: Place, store: SqlStore) -> None:
    oldest = min(store.rows(LedgerFilter(kinds=("BUY",), limit=None)), key=lambda row: row.at_ms)
    with store._db.writing() as db:
        held = f"SELECT id FROM orders WHERE cycle_id = '{oldest.cycle_id}'"
        fill = f"SELECT position_id FROM fills WHERE order_id IN ({held})"
        db.exec_driver_sql(f"UPDATE positions SET closed_ms = NULL WHERE id IN ({fill})")
    report = place.retain()
    assert sum(one.kept for one in report.leaving if one.kind == ArchiveKind.LEDGER) > 0
    with store._db.reading() as db:
        live = f"SELECT count(*) FROM ledger WHERE cycle_id = '{oldest.cycle_id}'"
        assert db.exec_driver_sql(live).scalar_one() > 0


def test_nothing_leaves_that_somebody_has_not_read_yet(place: Place, store: SqlStore) -> None:
    first_ms = min(row.at_ms for row in store.rows(LedgerFilter(limit=None)))
    assert place.retain(safe_until_ms=first_ms).archived == ()
    assert counted(store, "ledger") == [LIFE.rows]


def test_old_scans_and_runs_are_forgotten_and_the_newest_stay(
    place: Place, store: SqlStore
) -> None:
    before = counted(store, "cycles", "job_runs")
    place.retain()
    assert counted(store, "cycles", "job_runs") == before  # fewer than always stay
    with store._db.writing() as db:
        db.exec_driver_sql(
            "INSERT INTO errors (bot, at_ms, code, command)"
            f" SELECT bot, started_ms, cycle_id, 'x' FROM cycles WHERE bot = '{LIFE.bot}'"
        )
        for copy in range(3):
            db.exec_driver_sql(
                "INSERT INTO errors (bot, at_ms, code, command)"
                f" SELECT bot, at_ms - {copy}, code, command FROM errors"
            )
    forgotten = {one.what: one.rows for one in place.retain().forgotten}
    left = counted(store, "errors")[0]
    assert forgotten["errors"] > 0
    assert left >= 100


def test_an_altered_or_missing_file_is_named_and_no_reader_passes_over_it(
    place: Place, store: SqlStore
) -> None:
    report = place.retain()
    [file, *_] = [one.file for one in report.archived if one.kind is ArchiveKind.LEDGER]
    path = place.folder / file
    body = path.read_bytes()
    path.write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    assert f"archives:{file}" in {one.row for one in store.verify().altered}
    path.unlink()
    assert f"archives:{file}" in {one.row for one in store.verify().altered}
    with pytest.raises(OperatorError) as caught:
        list(store.rows(LedgerFilter(limit=None)))
    assert caught.value.code is Code.ERR_ARCHIVE_INVALID
    assert len(list(store.rows(LedgerFilter(limit=20)))) == 20  # the newest need no file
    path.write_bytes(body)
    assert store.verify().altered == ()


def test_an_archived_decision_that_differs_from_the_journal_is_named(
    place: Place, store: SqlStore
) -> None:
    """Whoever alters a row before it is archived is found out as before."""
    oldest = min(store.rows(LedgerFilter(limit=None)), key=lambda row: row.at_ms)
    with store._db.writing() as db:
        db.exec_driver_sql(
            f"UPDATE ledger SET score = score + 1 WHERE cycle_id = '{oldest.cycle_id}'"
            f" AND pair = '{oldest.pair}'"
        )
    place.retain()
    rows = {one.row for one in store.verify().altered}
    assert rows == {f"ledger:{oldest.cycle_id}/{oldest.pair}"}


def test_the_archive_is_readable_to_us_alone(place: Place) -> None:
    place.retain()
    files = [path for path in place.folder.rglob("*") if path.is_file()]
    assert files
    assert {path.stat().st_mode & 0o077 for path in [place.folder, *files]} == {0}
    assert PLAN.bundle_days <= PLAN.ledger_days
