"""Breakers, pauses, failed commands and the record of health: what health writes."""

import json
from dataclasses import asdict
from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import journal, schema, spans
from botctl.adapters.store.statements import insert, upsert
from botctl.adapters.store.vitals import DAY_MS, VitalsPart, pauses_of, transitions_of
from botctl.adapters.store.witness import BREAKERS, PAUSES
from botctl.core.breakers import Breaker
from botctl.core.health import ErrorSeen, Transition
from botctl.core.pauses import Pause
from botctl.core.telemetry.spans import Stage, event

_SET_BREAKER: Final = upsert(schema.breakers)
_SET_PAUSE: Final = upsert(schema.pauses)
_ADD_ERROR: Final = insert(schema.errors)
_ADD_HEALTH: Final = insert(schema.health)


class Watching(VitalsPart):
    def note_error(self, error: ErrorSeen) -> None:
        old = sa.delete(schema.errors).where(
            schema.errors.c.bot == self._scope.bot, schema.errors.c.at_ms < error.at_ms - DAY_MS
        )
        with self._db.writing() as db:
            db.execute(_ADD_ERROR, {"bot": self._scope.bot, **asdict(error)})
            db.execute(old)

    def set_breaker(self, breaker: Breaker) -> None:
        values = {"bot": self._scope.bot, **asdict(breaker)}
        subject = f"breaker:{self._scope.bot}:{breaker.name}"
        facts = {"state": breaker.state.value, "why": breaker.why}
        with self._db.writing() as db:
            db.execute(_SET_BREAKER, values)
            rows = BREAKERS.of(values)
            journal.append(db, journal.entry(breaker.since_ms, subject, "set_breaker", facts, rows))

    def pauses(self) -> tuple[Pause, ...]:
        with self._db.reading() as db:
            return pauses_of(db, self._scope.bot)

    def set_pause(self, pause: Pause) -> None:
        values = {"bot": self._scope.bot, **asdict(pause), "level": int(pause.level)}
        subject = f"pause:{self._scope.bot}:{pause.scope}"
        facts = {"until_ms": pause.until_ms, "who": pause.who, "reason": pause.reason}
        with self._db.writing() as db:
            db.execute(_SET_PAUSE, values)
            rows = PAUSES.of(values)
            journal.append(db, journal.entry(pause.since_ms, subject, "set_pause", facts, rows))

    def record_transition(self, row: Transition) -> None:
        findings = json.dumps([asdict(one) for one in row.findings], sort_keys=True)
        values = {"at_ms": row.at_ms, "was": row.was, "now": row.now, "findings": findings}
        with self._db.writing() as db:
            db.execute(_ADD_HEALTH, {"bot": self._scope.bot, **values})
            told = event(Stage.HEALTH, row.at_ms, {"was": row.was, "now": row.now})
            spans.add(db, self._scope, (*self._carried, told))
        self._carried.clear()

    def transitions(self, most: int) -> tuple[Transition, ...]:
        with self._db.reading() as db:
            return tuple(transitions_of(db, self._scope.bot, most))
