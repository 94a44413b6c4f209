"""How far the chat has listened, kept together with who did what; one row a bot and token."""

import json

import pytest
import sqlalchemy as sa

from botctl.adapters.store import SqlStore, journal, schema
from botctl.ports.chat import ChatNote, Listened

LINE, OTHER = "ab12", "cd34"
NOW_MS = 1_800_000_000_000
HALT = ChatNote("Ada (telegram 11)", -100_5, "/halt", "done")


def entries(store: SqlStore) -> list[dict[str, str]]:
    table = schema.journal.c
    query = sa.select(table.body).where(table.event == "chat").order_by(table.seq)
    with store._db.reading() as db:
        return [json.loads(row[0]) for row in db.execute(query)]


def test_nothing_was_heard_before_the_first_note(store: SqlStore) -> None:
    assert store.listened(LINE) is None


def test_the_newest_place_is_kept_for_each_token(store: SqlStore) -> None:
    store.note_chat(LINE, Listened(7, NOW_MS), [])
    store.note_chat(LINE, Listened(9, NOW_MS + 1), [HALT])
    store.note_chat(OTHER, Listened(3, NOW_MS), [])
    assert store.listened(LINE) == Listened(9, NOW_MS + 1)
    assert store.listened(OTHER) == Listened(3, NOW_MS)


def test_numbers_that_begin_anew_are_kept_too(store: SqlStore) -> None:
    store.note_chat(LINE, Listened(900_000_000, NOW_MS), [])
    store.note_chat(LINE, Listened(5, NOW_MS + 1), [])
    assert store.listened(LINE) == Listened(5, NOW_MS + 1)


def test_who_did_what_stands_in_the_journal_and_its_chain_holds(store: SqlStore) -> None:
    store.note_chat(LINE, Listened(1, NOW_MS), [HALT, HALT])
    assert (
        entries(store)
        == [{"who": "Ada (telegram 11)", "chat_id": "-1005", "command": "/halt", "outcome": "done"}]
        * 2
    )
    assert store.verify().altered == ()


def test_place_and_entry_are_written_together_or_not_at_all(
    store: SqlStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    store.note_chat(LINE, Listened(1, NOW_MS), [])
    monkeypatch.setattr(journal, "append", full)
    with pytest.raises(MemoryError):
        store.note_chat(LINE, Listened(2, NOW_MS), [HALT])
    monkeypatch.undo()
    assert store.listened(LINE) == Listened(1, NOW_MS)
    assert entries(store) == []
