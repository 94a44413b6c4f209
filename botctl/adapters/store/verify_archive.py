"""What was archived, as `verify` holds it against the journal: the file itself, then its rows.

A file's entry in the journal says its hash. Its decisions are also held against what the journal said of
their cycles when they were made; its bundles against their own names.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, cached_property
from hashlib import sha256
from itertools import groupby
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.archive.shapes import Cell, Where
from botctl.adapters.store.archived import SELECT_SEGMENT, OpenArchive
from botctl.adapters.store.rows import LEDGER_COLUMNS
from botctl.core.errors import BotError
from botctl.ports.retention import ArchiveKind, Segment
from botctl.ports.store import Altered

FOREIGN: Final = "the file is not the one that was archived"
MISNAMED: Final = "it is not as it was written"
AT_ONCE: Final = 500
_CYCLE: Final = LEDGER_COLUMNS.index("cycle_id")
_BUNDLE: Final = LEDGER_COLUMNS.index("bundle_id")
Row = tuple[Cell, ...]


class Archives:
    """Every bot's files, in the snapshot of `db`; one that cannot be trusted is told, and left out."""

    def __init__(self, db: Connection, archive: OpenArchive) -> None:
        self.rows = 0
        self._db = db
        self._archive: OpenArchive = cache(archive)
        self._entered = [Segment(*row) for row in db.execute(SELECT_SEGMENT)]

    def problems(self) -> Iterator[Altered]:
        """Files that are missing or altered, and archived bundles that are not what they are called."""
        for segment in self._entered:
            if why := self._states[segment.file]:
                yield Altered(0, f"archives:{segment.file}", why)
        for segment in self._sound(ArchiveKind.BUNDLES):
            for key, body in self._archive().select(segment.file, "id, body", Where()):
                self.rows += 1
                assert isinstance(body, bytes)
                if sha256(body).hexdigest() != key:
                    yield Altered(0, f"bundles:{key!s}", MISNAMED)

    def cycles(self, bundled: Callable[[str], bool]) -> Iterator[tuple[str, Sequence[Row]]]:
        """Archived decisions as a live row is read: its columns, then its bundle, if it is there.

        `bundled`: whether each decision of this cycle has one; else nobody looks.
        """
        for segment in self._sound(ArchiveKind.LEDGER):
            rows = self._archive().rows(
                ArchiveKind.LEDGER, segment.file, Where(), "ORDER BY cycle_id"
            )
            own = (row[1:] for row in rows)
            for cycle_id, some in groupby(own, key=lambda row: str(row[_CYCLE])):
                found = list(some)
                self.rows += len(found)
                yield cycle_id, self._with_bundles(cycle_id, found, look=bundled(cycle_id))

    def has_bundles_of(self, cycle_id: str) -> bool:
        """All of them: they leave together, and the file was proven to hold what it says."""
        return cycle_id in self._bundled

    def bundles_among(self, keys: Collection[str]) -> set[str]:
        return self._among(ArchiveKind.BUNDLES, "id", sorted(keys))

    def named_among(self, keys: Collection[str]) -> set[str]:
        """Those of the bundles that an archived decision names."""
        return self._among(ArchiveKind.LEDGER, "bundle_id", sorted(keys))

    def _among(self, kind: ArchiveKind, column: str, wanted: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for segment in self._sound(kind) if wanted else ():
            for at in range(0, len(wanted), AT_ONCE):
                some = wanted[at : at + AT_ONCE]
                where = Where(f"{column} IN ({', '.join('?' * len(some))})", some)
                found |= {
                    str(row[0]) for row in self._archive().select(segment.file, column, where)
                }
        return found

    def _with_bundles(self, cycle_id: str, rows: Sequence[Row], *, look: bool) -> Sequence[Row]:
        if not look or self.has_bundles_of(cycle_id):
            return [(*row, row[_BUNDLE]) for row in rows]
        keys = [str(row[_BUNDLE]) for row in rows]
        query = sa.select(schema.bundles.c.id).where(schema.bundles.c.id.in_(keys))
        live = set(self._db.execute(query).scalars())
        return [(*row, row[_BUNDLE] if row[_BUNDLE] in live else None) for row in rows]

    def _sound(self, kind: ArchiveKind) -> Iterator[Segment]:
        return (s for s in self._entered if s.kind is kind and not self._states[s.file])

    @cached_property
    def _states(self) -> dict[str, str]:
        """By file, what is wrong with it."""
        return {segment.file: self._state(segment) for segment in self._entered}

    def _state(self, segment: Segment) -> str:
        try:
            return "" if self._archive().sha256(segment.file) == segment.sha256 else FOREIGN
        except BotError as error:
            return error.say

    @cached_property
    def _bundled(self) -> set[str]:
        return {
            str(row[0])
            for segment in self._sound(ArchiveKind.BUNDLES)
            for row in self._archive().select(segment.file, "DISTINCT cycle_id", Where())
        }
