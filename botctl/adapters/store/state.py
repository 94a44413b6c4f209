"""Switches, job runs and counters: what outlives a process."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import journal, schema, spans
from botctl.adapters.store.commit import COUNT
from botctl.adapters.store.part import Part
from botctl.adapters.store.revision import found_revision
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert, upsert
from botctl.adapters.store.verify import verify
from botctl.adapters.store.witness import SOURCES
from botctl.core.permission import Level, PermissionSource
from botctl.core.telemetry.spans import Span, Stage, event
from botctl.ports.store import Counters, JobRun, Verified

_V, _J, _N = schema.sources.c, schema.job_runs.c, schema.counters.c
_SELECT_SOURCE: Final = sa.select(*(_V[name] for name in names(PermissionSource)))
_SELECT_JOB: Final = sa.select(*(_J[name] for name in names(JobRun)))
_SET_SOURCE: Final = upsert(schema.sources)
_SET_JOB: Final = upsert(schema.job_runs)
_ADD_JOB: Final = insert(schema.job_runs, on_conflict="(bot, job, scheduled_ms) DO NOTHING")
# `run` and cron may both tell of one time: who did not do the work yields to who did.
_YIELDING: Final = frozenset({"missed", "skipped"})


class State(Part):
    def sources(self) -> tuple[PermissionSource, ...]:
        query = _SELECT_SOURCE.where(_V.bot == self._scope.bot)
        with self._db.reading() as db:
            rows = db.execute(query.order_by(_V.level.desc(), _V.kind)).all()
        return tuple(
            PermissionSource(kind, Level(level), reason, who, since_ms)
            for kind, level, reason, who, since_ms in rows
        )

    def set_source(self, source: PermissionSource) -> None:
        ours = (_V.bot == self._scope.bot, _V.kind == source.kind)
        facts = {"level": source.level.name, "reason": source.reason, "who": source.who}
        subject = f"source:{self._scope.bot}:{source.kind}"
        values = {name: getattr(source, name) for name in names(PermissionSource)}
        values |= {"bot": self._scope.bot, "level": int(source.level)}
        with self._db.writing() as db:
            if source.level is Level.ALLOW_ALL:
                db.execute(sa.delete(schema.sources).where(*ours))
                rows = SOURCES.gone(values)
            else:
                db.execute(_SET_SOURCE, values)
                rows = SOURCES.of(values)
            journal.append(db, journal.entry(source.since_ms, subject, "set_source", facts, rows))

    def verify(self) -> Verified:
        with self._db.reading() as db:
            return verify(db, self._archive)

    def count(self, name: str, by: int = 1) -> None:
        with self._db.writing() as db:
            db.execute(COUNT, {"bot": self._scope.bot, "name": name, "value": by})

    def record_job(self, run: JobRun) -> None:
        values = {name: getattr(run, name) for name in names(JobRun)}
        with self._db.writing() as db:
            statement = _ADD_JOB if run.outcome in _YIELDING else _SET_JOB
            stored = db.execute(statement, values | {"bot": self._scope.bot}).rowcount
            told = (_told(run),) if stored else ()  # what another told already counts once
            spans.add(db, self._scope, (*self._carried, *told))
        self._carried.clear()

    def jobs(self, most: int) -> tuple[JobRun, ...]:
        query = (
            _SELECT_JOB.where(_J.bot == self._scope.bot)
            .order_by(_J.scheduled_ms.desc(), _J.job)
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(JobRun(*row) for row in db.execute(query))

    def counters(self) -> Counters:
        query = sa.select(_N.name, _N.value).where(_N.bot == self._scope.bot).order_by(_N.name)
        with self._db.reading() as db:
            return Counters({row[0]: row[1] for row in db.execute(query)})

    def schema_revision(self) -> str | None:
        return found_revision(self._db)

    def location(self) -> str:
        return self._db.location

    def close(self) -> None:
        self._db.close()


def _told(run: JobRun) -> Span:
    return event(Stage.JOB, run.scheduled_ms, {"job": run.job, "outcome": run.outcome})
