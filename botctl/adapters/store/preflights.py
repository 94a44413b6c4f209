"""Preflights and the settings they were about; what one permits is in the journal too."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import journal, schema_alerts
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert
from botctl.ports.preflight import PreflightRow

_P, _S = schema_alerts.preflights.c, schema_alerts.settings.c
_SELECT: Final = sa.select(*(_P[name] for name in names(PreflightRow)))
_ADD: Final = insert(schema_alerts.preflights)
_REMEMBER: Final = insert(schema_alerts.settings, on_conflict="DO NOTHING")


class Preflights(Part):
    def preflight(self, config_hash: str, build_sha: str) -> PreflightRow | None:
        return self._last_row(_P.config_hash == config_hash, _P.build_sha == build_sha)

    def latest_preflight(self) -> PreflightRow | None:
        return self._last_row()

    def record_preflight(self, row: PreflightRow) -> None:
        values = {name: getattr(row, name) for name in names(PreflightRow)}
        values |= {"bot": self._scope.bot, "passed": int(row.passed)}
        values |= {"warned_only": int(row.warned_only)}
        facts = {
            "config_hash": row.config_hash,
            "build_sha": row.build_sha,
            "passed": row.passed,
            "warned_only": row.warned_only,
            "why": row.why,
        }
        subject = f"preflight:{self._scope.bot}"
        with self._db.writing() as db:
            db.execute(_ADD, values)
            journal.append(db, journal.entry(row.at_ms, subject, "preflight", facts))

    def settings_of(self, config_hash: str) -> str | None:
        with self._db.reading() as db:
            query = sa.select(_S.body).where(_S.config_hash == config_hash)
            return db.execute(query).scalar()

    def remember_settings(self, config_hash: str, body: str, now_ms: int) -> None:
        values = {"config_hash": config_hash, "body": body, "first_ms": now_ms}
        with self._db.writing() as db:
            db.execute(_REMEMBER, values)

    def _last_row(self, *where: sa.ColumnElement[bool]) -> PreflightRow | None:
        query = _SELECT.where(_P.bot == self._scope.bot, *where).order_by(_P.id.desc()).limit(1)
        with self._db.reading() as db:
            row = db.execute(query).mappings().first()
        if row is None:
            return None
        flags = {name: bool(row[name]) for name in ("passed", "warned_only")}
        return PreflightRow(**(dict(row) | flags))
