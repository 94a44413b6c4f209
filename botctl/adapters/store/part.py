"""What every part of the store shares: the database, and whose rows are meant."""

from dataclasses import dataclass
from functools import cache

from botctl.adapters.store.archived import OpenArchive, no_archive
from botctl.adapters.store.database import Database
from botctl.core.telemetry.spans import Span
from botctl.core.units import Address
from botctl.ports.clock import Ids


@dataclass(frozen=True, slots=True)
class Scope:
    """Several bots and chains may share one database."""

    bot: str
    chain_id: int
    factory: Address


class Part:
    """One port's methods; the store is all parts over one database."""

    def __init__(
        self, db: Database, scope: Scope, ids: Ids, archive: OpenArchive = no_archive
    ) -> None:
        """`archive` opens the folder of what has left the database; asked only for what is there."""
        self._db = db
        self._archive: OpenArchive = cache(archive)  # one, with one connection
        self._scope = scope
        self._ids = ids
        self._carried: list[Span] = []  # until a transaction takes them along and is through
