"""Tokens are kept as hashes, one good one a name; and the page's own questions, on both databases."""

from dataclasses import replace

import sqlalchemy as sa

from botctl.adapters.store import SqlStore, schema
from botctl.core.curve import Earned
from botctl.core.lifecycle import OrderEvent
from botctl.core.roles import Role
from botctl.flows.access import PREFIX, access_by, end_access, hashed, new_access
from botctl.ports.store import Moved
from botctl.ports.web import Access
from tests.store.making import BOT, IDS, cycle, decided, detection, fill, mined, opened, order, row

NOW_MS = 1_800_000_000_000
VERA = Access("id-1", "vera", Role.VIEWER, NOW_MS)


def test_a_good_name_is_taken_and_free_again_when_it_has_ended(store: SqlStore) -> None:
    assert store.add_access(VERA, "hash-1")
    assert not store.add_access(replace(VERA, id="id-2"), "hash-2")
    assert store.access_of("hash-1") == store.access("id-1") == VERA
    assert store.access_of("hash-2") is None
    store.note_use("id-1", NOW_MS + 5)
    assert store.end_access("vera", NOW_MS + 9) == replace(VERA, used_ms=NOW_MS + 5)
    assert store.end_access("vera", NOW_MS + 9) is None
    assert store.access_of("hash-1") is store.access("id-1") is None
    assert store.add_access(replace(VERA, id="id-3", made_ms=NOW_MS + 10), "hash-3")
    assert [one.id for one in store.accesses()] == ["id-3", "id-1"]
    assert store.verify().altered == ()


def test_a_token_opens_one_bot_alone(database_url: str) -> None:
    with opened(database_url) as one, opened(database_url, bot="other") as other:
        assert one.add_access(VERA, "hash-1")
        assert (other.access_of("hash-1"), other.access("id-1"), other.accesses()) == (
            None,
            None,
            (),
        )
        assert other.add_access(replace(VERA, id="id-2"), "hash-2")


def test_the_text_of_a_token_is_nowhere_in_the_database(store: SqlStore) -> None:
    made = new_access(store, IDS, "anna", Role.OPERATOR, now_ms=NOW_MS, draw=lambda: "canary")
    assert made.token == f"{PREFIX}canary"
    assert access_by(store, f" {made.token}\n") == made.access
    assert access_by(store, "canary") is None
    with store._db.reading() as db:
        for table in schema.metadata.tables.values():
            assert "canary" not in repr(db.execute(sa.select(table)).all())
    assert end_access(store, "anna", NOW_MS).id == made.access.id
    assert access_by(store, made.token) is None
    assert hashed(made.token) != hashed(made.token + " ")


def test_the_mark_changes_with_every_commit_that_a_page_shows(store: SqlStore) -> None:
    marks = [store.mark()]
    store.record(cycle(1), [detection(1)])
    marks.append(store.mark())
    decided(store, 2, rows=(row(2),))
    marks.append(store.mark())
    assert store.add_access(VERA, "hash-1")
    marks.append(store.mark())
    assert len(set(marks)) == len(marks)
    assert store.mark() == marks[-1]


def test_cycles_come_newest_first_page_by_page_with_their_decisions(store: SqlStore) -> None:
    for number in range(1, 6):
        decided(store, number, rows=(row(number, pair=1), row(number, pair=2)))
    first = store.cycle_lines(2)
    second = store.cycle_lines(10, before_id=first[-1].id)
    assert [line.cycle_id for line in (*first, *second)] == [
        cycle(number).cycle_id for number in range(5, 0, -1)
    ]
    counts = store.decisions_of([first[0].cycle_id, "unknown"])
    assert sum(counts[first[0].cycle_id].values()) == 2
    assert counts["unknown"] == {}


def test_what_was_earned_is_what_the_fills_say(store: SqlStore) -> None:
    decided(store, 1, order(1))
    seen = mined(store, order(1))
    store.settle(seen, Moved(OrderEvent.BURY_OK), fill(seen, tokens=10, native_wei=-500), NOW_MS)
    (earned,) = store.earned(BOT, 10)
    assert earned.at_ms == NOW_MS
    assert isinstance(earned, Earned)
    assert store.earned("other", 10) == ()
