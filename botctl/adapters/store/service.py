"""Closed days, starts of `run`, ages of keys, and what job runs tell over a longer time."""

from collections.abc import Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert, upsert
from botctl.ports.service import DayRow, DaySum, KeyAge, Start
from botctl.ports.store import JobRun

_F, _C, _P = schema.fills.c, schema.corrections.c, schema.positions.c
_D, _S, _K, _J = schema.days.c, schema.starts.c, schema.key_ages.c, schema.job_runs.c
_SELECT_DAY: Final = sa.select(*(_D[name] for name in names(DayRow)))
_SELECT_START: Final = sa.select(*(_S[name] for name in names(Start)))
_SELECT_KEY: Final = sa.select(*(_K[name] for name in names(KeyAge)))
_SELECT_JOB: Final = sa.select(*(_J[name] for name in names(JobRun)))
_CLOSE_DAY: Final = insert(schema.days, on_conflict="(bot, chain_id, day_ms) DO NOTHING")
_START: Final = upsert(schema.starts)
_SET_KEY: Final = upsert(schema.key_ages)


class ServicePart(Part):
    def day_sum(self, bot: str, since_ms: int, until_ms: int) -> DaySum:
        """Added here, because SQLite cannot add 256-bit numbers; a day has few fills."""
        chain_id = self._scope.chain_id
        filled = sa.select(_F.realised_wei, _F.gas_wei).where(
            _F.bot == bot, _F.chain_id == chain_id,
            _F.settled_ms >= since_ms, _F.settled_ms < until_ms,
        )  # fmt: skip
        corrected = sa.select(_C.realised_wei).where(
            _C.bot == bot, _C.chain_id == chain_id, _C.at_ms >= since_ms, _C.at_ms < until_ms
        )
        closed = sa.select(_P.realised_wei).where(
            _P.bot == bot, _P.chain_id == chain_id,
            _P.closed_ms >= since_ms, _P.closed_ms < until_ms,
        )  # fmt: skip
        with self._db.reading() as db:
            fills = db.execute(filled).all()
            corrections = db.execute(corrected).scalars().all()
            ended = db.execute(closed).scalars().all()
        return DaySum(
            realised_wei=sum(row[0] for row in fills) + sum(corrections),
            gas_wei=sum(row[1] for row in fills),
            fills=len(fills),
            closed=len(ended),
            won=sum(wei > 0 for wei in ended),
        )

    def close_day(self, row: DayRow) -> bool:
        values = {name: getattr(row, name) for name in names(DayRow)}
        values |= {"bot": self._scope.bot, "chain_id": self._scope.chain_id}
        with self._db.writing() as db:
            return db.execute(_CLOSE_DAY, values).rowcount == 1

    def days(self, most: int) -> tuple[DayRow, ...]:
        query = (
            _SELECT_DAY.where(_D.bot == self._scope.bot, _D.chain_id == self._scope.chain_id)
            .order_by(_D.day_ms.desc())
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(DayRow(*row) for row in db.execute(query))

    def run_started(self, started_ms: int) -> None:
        self._set_start(Start(started_ms, None, ""))

    def run_stopped(self, started_ms: int, stopped_ms: int, how: str) -> None:
        self._set_start(Start(started_ms, stopped_ms, how))

    def starts(self, since_ms: int) -> tuple[Start, ...]:
        ours = _SELECT_START.where(_S.bot == self._scope.bot)
        newest_first = _S.started_ms.desc()
        before = ours.where(_S.started_ms < since_ms).order_by(newest_first).limit(1)
        since = ours.where(_S.started_ms >= since_ms).order_by(newest_first)
        with self._db.reading() as db:
            rows = [*db.execute(since), *db.execute(before)]
        return tuple(Start(*row) for row in rows[::-1])

    def key_ages(self) -> tuple[KeyAge, ...]:
        query = _SELECT_KEY.where(_K.bot == self._scope.bot).order_by(_K.name)
        with self._db.reading() as db:
            return tuple(KeyAge(*row) for row in db.execute(query))

    def note_key(self, age: KeyAge) -> None:
        values = {name: getattr(age, name) for name in names(KeyAge)}
        with self._db.writing() as db:
            db.execute(_SET_KEY, values | {"bot": self._scope.bot})

    def last_runs(self, jobs: Sequence[str]) -> Mapping[str, JobRun]:
        """One short look into the key's index for each: a day of minutes is not walked for a daily job."""
        ours = _SELECT_JOB.where(_J.bot == self._scope.bot)
        found: dict[str, JobRun] = {}
        with self._db.reading() as db:
            for job in jobs:
                newest = ours.where(_J.job == job).order_by(_J.scheduled_ms.desc()).limit(1)
                row = db.execute(newest).first()
                if row is not None:
                    found[job] = JobRun(*row)
        return found

    def job_rows(self, job: str, since_ms: int, until_ms: int) -> tuple[JobRun, ...]:
        query = _SELECT_JOB.where(
            _J.bot == self._scope.bot,
            _J.job == job,
            _J.scheduled_ms >= since_ms,
            _J.scheduled_ms <= until_ms,
        ).order_by(_J.scheduled_ms)
        with self._db.reading() as db:
            return tuple(JobRun(*row) for row in db.execute(query))

    def job_counts(self, since_ms: int) -> Mapping[tuple[str, str], int]:
        query = (
            sa.select(_J.job, _J.outcome, sa.func.count())
            .where(_J.bot == self._scope.bot, _J.scheduled_ms >= since_ms)
            .group_by(_J.job, _J.outcome)
        )
        with self._db.reading() as db:
            return {(row[0], row[1]): row[2] for row in db.execute(query)}

    def _set_start(self, start: Start) -> None:
        values = {name: getattr(start, name) for name in names(Start)}
        with self._db.writing() as db:
            db.execute(_START, values | {"bot": self._scope.bot})
