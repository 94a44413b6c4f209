"""The journal: one chain whoever writes, and the first altered entry is found."""

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from botctl.adapters.store import SqlStore, journal, schema
from botctl.core.codes import Code
from botctl.core.errors import CorruptError
from botctl.core.journal import GENESIS, entry_hash
from tests.store.making import opened

J = schema.journal.c


def append(store: SqlStore, subject: str, event: str = "said", **facts: object) -> None:
    with store._db.writing() as db:
        journal.append(db, journal.entry(1_000, subject, event, facts))


def verified(store: SqlStore) -> int:
    with store._db.reading() as db:
        return journal.verify(db)


def alter(store: SqlStore, change: sa.Executable) -> None:
    with store._db.writing() as db:
        db.execute(change)


@settings(max_examples=40, deadline=None)
@given(st.text("aé🙂:1'%\\\"", min_size=1, max_size=8), st.text("aé🙂\n\0", max_size=8))
def test_the_databases_own_hash_is_the_one_of_the_core(
    scratch: SqlStore, subject: str, fact: str
) -> None:
    """PostgreSQL chains by itself; characters of several bytes must not make it count otherwise."""
    append(scratch, subject, fact=fact)
    assert verified(scratch) > 0


def test_a_chain_begins_at_genesis(store: SqlStore) -> None:
    assert verified(store) == 0
    append(store, "one")
    with store._db.reading() as db:
        only = db.execute(sa.select(schema.journal)).one()
    assert only.hash == entry_hash(GENESIS, 1_000, "one", "said", "{}")


ALTERATIONS = {
    "body": sa.update(schema.journal).where(J.seq == 2).values(body='{"amount":"9"}'),
    "time": sa.update(schema.journal).where(J.seq == 2).values(at_ms=1_001),
    "hash": sa.update(schema.journal).where(J.seq == 2).values(hash="0" * 64),
    "removed": sa.delete(schema.journal).where(J.seq == 2),
}


@pytest.mark.parametrize("what", ALTERATIONS)
def test_the_first_altered_entry_is_named(store: SqlStore, what: str) -> None:
    for number in range(4):
        append(store, f"entry {number}", amount=str(number))
    assert verified(store) == 4
    alter(store, ALTERATIONS[what])
    with pytest.raises(CorruptError) as broken:
        verified(store)
    assert broken.value.code is Code.ERR_DB_CORRUPT
    assert broken.value.facts["entry"] == 2


def test_an_end_that_was_cut_off_is_seen(store: SqlStore) -> None:
    for number in range(3):
        append(store, f"entry {number}")
    alter(store, sa.delete(schema.journal).where(J.seq == 3))
    with pytest.raises(CorruptError):
        verified(store)


def test_several_bots_write_one_chain(database_url: str) -> None:
    with opened(database_url) as ours, opened(database_url, bot="other") as theirs:
        for store in (ours, theirs, ours):
            append(store, "entry")
        assert verified(ours) == verified(theirs) == 3
