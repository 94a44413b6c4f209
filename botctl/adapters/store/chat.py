"""How far the chat has listened, and who did what there."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import journal, schema_chat
from botctl.adapters.store.part import Part
from botctl.adapters.store.statements import upsert
from botctl.ports.chat import ChatNote, Listened

_O = schema_chat.offsets.c
_SET: Final = upsert(schema_chat.offsets)
EVENT: Final = "chat"


class Chat(Part):
    def listened(self, line: str) -> Listened | None:
        query = sa.select(_O.update_id, _O.at_ms).where(_O.bot == self._scope.bot, _O.line == line)
        with self._db.reading() as db:
            row = db.execute(query).one_or_none()
        return None if row is None else Listened(*row)

    def note_chat(self, line: str, listened: Listened, notes: Sequence[ChatNote]) -> None:
        bot = self._scope.bot
        values = {"bot": bot, "line": line, "update_id": listened.update_id}
        with self._db.writing() as db:
            db.execute(_SET, values | {"at_ms": listened.at_ms})
            for note in notes:
                facts = {
                    "who": note.who,
                    "chat_id": str(note.chat_id),
                    "command": note.command,
                    "outcome": note.outcome,
                }
                journal.append(db, journal.entry(listened.at_ms, f"chat:{bot}", EVENT, facts))
