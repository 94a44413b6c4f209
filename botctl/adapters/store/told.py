"""The journal's last word on every row: what `verify` holds the tables against."""

import json
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy.engine import Connection

from botctl.adapters.store import journal
from botctl.adapters.store.commit import DECIDED
from botctl.adapters.store.testimony import Testimony
from botctl.adapters.store.witness import step
from botctl.core.lifecycle import OrderEvent

_ARROWS: Final = frozenset(event.value for event in OrderEvent)
_ORDER, _CYCLE = "order:", "cycle:"


@dataclass(frozen=True, slots=True)
class Word:
    """`digest` None: the row was removed."""

    entry: int
    digest: bytes | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A cycle's entry, without the marks: those are read again when they are needed."""

    entry: int
    rows: int
    digest: str
    bundle_each: bool


@dataclass(slots=True)
class Told:
    """A digest a row: what is kept does not grow with how often a row changed."""

    entries: int = 0
    rows: dict[str, Word] = field(default_factory=dict)
    cycles: dict[str, Decided] = field(default_factory=dict)
    bundles: dict[str, int] = field(default_factory=dict)  # those that no ledger row names
    _places: dict[str, int] = field(default_factory=dict)  # lines of each order's timeline

    def hear(self, link: journal.Link) -> None:
        self.entries = link.seq
        entry, facts = link.entry, json.loads(link.entry.body)
        if entry.event == DECIDED and entry.subject.startswith(_CYCLE):
            self._hear_decided(link.seq, entry.subject.removeprefix(_CYCLE), facts)
        for subject, digest in facts.get("rows", {}).items():
            self._hear_row(link.seq, subject, digest)
        if entry.event in _ARROWS and entry.subject.startswith(_ORDER):
            self._hear_arrow(link.seq, entry, facts)

    def _hear_decided(self, seq: int, cycle_id: str, facts: dict[str, object]) -> None:
        told = testimony_in(facts)
        self.cycles[cycle_id] = Decided(seq, told.rows, told.digest, told.bundles is None)
        for bundle_id in told.bundles or ():
            self.bundles[bundle_id] = seq

    def _hear_row(self, seq: int, subject: str, digest: str | None) -> None:
        self.rows[subject] = Word(seq, None if digest is None else bytes.fromhex(digest))

    def _hear_arrow(self, seq: int, entry: journal.Entry, facts: dict[str, object]) -> None:
        """Its line of the timeline says the same as the entry, so it has no digest of its own."""
        order_id = entry.subject.removeprefix(_ORDER)
        place = self._places.get(order_id, 1) + 1
        self._places[order_id] = place
        line = {
            "at_ms": entry.at_ms,
            "event": entry.event,
            "state": facts["to"],
            "code": facts["code"],
            "detail": facts["detail"],
        }
        for subject, digest in step(order_id, place, line).items():
            self._hear_row(seq, subject, digest)


def testimony_in(facts: dict[str, object]) -> Testimony:
    """Back from the JSON of a `decided` entry."""
    told = facts["decisions"]
    assert isinstance(told, dict)
    own = told["bundles"]
    return Testimony(
        told["rows"], told["digest"], told["marks"], None if own is None else tuple(own)
    )


def listen(db: Connection) -> Told:
    """Raises CorruptError at the first entry that is not what its hash covers."""
    told = Told()
    for link in journal.walk(db):
        told.hear(link)
    return told
