"""What the page asks beside what commands ask: its tokens, its newest rows, and whether any are new."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import journal, schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert
from botctl.core.curve import Earned
from botctl.ports.web import Access, CycleLine, Mark

_T, _Y, _L, _F = schema.web_tokens.c, schema.cycles.c, schema.ledger.c, schema.fills.c
_C, _J, _H, _A = schema.corrections.c, schema.journal_head.c, schema.health.c, schema.alerts.c
_SELECT: Final = sa.select(*(_T[name] for name in names(Access)))
_ADD: Final = insert(schema.web_tokens, on_conflict="DO NOTHING")
_LINES: Final = sa.select(*(_Y[name] for name in names(CycleLine)))
_HEAD: Final = sa.select(_J.seq).where(_J.id == journal.HEAD_ID)
_GOOD: Final = sa.text("ended_ms IS NULL")  # in the words of its partial index


class Web(Part):
    """Implements `ports.web.WebStore`."""

    def add_access(self, access: Access, hashed: str) -> bool:
        own = {name: getattr(access, name) for name in names(Access)}
        values = own | {"bot": self._scope.bot, "hash": hashed}
        with self._db.writing() as db:
            if db.execute(_ADD, values).rowcount != 1:
                return False
            facts = {"id": access.id, "role": access.role}
            subject = f"web_token:{access.name}"
            journal.append(db, journal.entry(access.made_ms, subject, "made", facts))
            return True

    def end_access(self, name: str, now_ms: int) -> Access | None:
        mine = (_T.bot == self._scope.bot, _T.name == name, _GOOD)
        with self._db.writing() as db:
            row = db.execute(_SELECT.where(*mine)).first()
            if row is None:
                return None
            ended = sa.update(schema.web_tokens).where(*mine).values(ended_ms=now_ms)
            db.execute(ended)
            entry = journal.entry(now_ms, f"web_token:{name}", "ended", {"id": row[0]})
            journal.append(db, entry)
        return Access(*row)

    def accesses(self) -> tuple[Access, ...]:
        query = _SELECT.where(_T.bot == self._scope.bot).order_by(_T.made_ms.desc(), _T.id.desc())
        with self._db.reading() as db:
            return tuple(Access(*row) for row in db.execute(query))

    def access_of(self, hashed: str) -> Access | None:
        return self._good(_T.hash == hashed)

    def access(self, access_id: str) -> Access | None:
        return self._good(_T.id == access_id)

    def note_use(self, access_id: str, now_ms: int) -> None:
        used = sa.update(schema.web_tokens).where(_T.id == access_id).values(used_ms=now_ms)
        with self._db.writing() as db:
            db.execute(used)

    def mark(self) -> Mark:
        bot = self._scope.bot
        newest = (
            sa.select(_Y.cycle_id, _Y.decided_ms)
            .where(_Y.bot == bot, _Y.chain_id == self._scope.chain_id)
            .order_by(_Y.id.desc())
            .limit(1)
        )
        health = sa.select(sa.func.max(_H.id)).where(_H.bot == bot)
        alerts = sa.select(sa.func.sum(_A.version)).where(_A.bot == bot)
        with self._db.reading() as db:
            cycle = db.execute(newest).first()
            return Mark(
                journal=db.execute(_HEAD).scalar() or 0,
                cycle_id=cycle[0] if cycle else "",
                decided_ms=(cycle[1] or 0) if cycle else 0,
                health=db.execute(health).scalar() or 0,
                alerts=int(db.execute(alerts).scalar() or 0),
            )

    def cycle_lines(self, most: int, before_id: int | None = None) -> tuple[CycleLine, ...]:
        query = _LINES.where(_Y.bot == self._scope.bot, _Y.chain_id == self._scope.chain_id)
        if before_id is not None:
            query = query.where(_Y.id < before_id)
        with self._db.reading() as db:
            found = db.execute(query.order_by(_Y.id.desc()).limit(most))
            return tuple(CycleLine(*row) for row in found)

    def decisions_of(self, cycle_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        found: dict[str, dict[str, int]] = {one: {} for one in cycle_ids}
        query = (
            sa.select(_L.cycle_id, _L.kind, sa.func.count())
            .where(_L.cycle_id.in_(cycle_ids))
            .group_by(_L.cycle_id, _L.kind)
        )
        with self._db.reading() as db:
            for cycle_id, kind, count in db.execute(query):
                found[cycle_id][kind] = count
        return found

    def earned(self, bot: str, most: int) -> tuple[Earned, ...]:
        chain_id = self._scope.chain_id
        fills = (
            sa.select(_F.settled_ms, _F.realised_wei)
            .where(_F.bot == bot, _F.chain_id == chain_id)
            .order_by(_F.settled_ms.desc())
            .limit(most)
        )
        corrections = (
            sa.select(_C.at_ms, _C.realised_wei)
            .where(_C.bot == bot, _C.chain_id == chain_id)
            .order_by(_C.at_ms.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            rows = [Earned(*row) for query in (fills, corrections) for row in db.execute(query)]
        rows.sort(key=lambda one: -one.at_ms)
        return tuple(islice(rows, most))

    def _good(self, *where: sa.ColumnElement[bool]) -> Access | None:
        query = _SELECT.where(_T.bot == self._scope.bot, *where, _GOOD)
        with self._db.reading() as db:
            row = db.execute(query).first()
        return None if row is None else Access(*row)
