"""Alerts, their outbox, and how the channels do."""

import json
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema_alerts
from botctl.adapters.store.database import Value
from botctl.adapters.store.part import Part
from botctl.adapters.store.rows import names
from botctl.adapters.store.statements import insert, upsert
from botctl.core.alerting.codes import Tier
from botctl.core.alerting.values import Alert
from botctl.ports.alerts import ChannelState, Letter

DAY_MS: Final = 86_400_000
KEPT_MS: Final = 90 * DAY_MS  # of what is over and sent: a quarter, to compare incidents

_A, _L, _C = schema_alerts.alerts.c, schema_alerts.letters.c, schema_alerts.channels.c
_ALERT: Final = sa.select(*(_A[name] for name in names(Alert)))
_LETTER: Final = sa.select(*(_L[name] for name in names(Letter)))
_ADD: Final = insert(schema_alerts.alerts, on_conflict="DO NOTHING")
_SET: Final = upsert(schema_alerts.alerts)
_POST: Final = insert(schema_alerts.letters)
_WAITING: Final = sa.text(schema_alerts.WAITING)
_NOTE: Final = sa.text(
    "INSERT INTO alert_channels (bot, channel, ok_ms, tried_ms, said)"
    " VALUES (:bot, :channel, :ok_ms, :tried_ms, :said) ON CONFLICT (bot, channel) DO UPDATE SET"
    " ok_ms = coalesce(excluded.ok_ms, alert_channels.ok_ms), tried_ms = excluded.tried_ms,"
    " said = excluded.said"
).bindparams(sa.bindparam("ok_ms", type_=sa.BigInteger))


class _ChangedMeanwhileError(Exception):
    """Takes the transaction back."""


class Alerts(Part):
    def alerts(self) -> tuple[Alert, ...]:
        query = _ALERT.where(_A.bot == self._scope.bot).order_by(_A.last_ms.desc(), _A.key)
        with self._db.reading() as db:
            return tuple(_alert(row) for row in db.execute(query).mappings())

    def record_alerts(self, changed: Sequence[Alert], letters: Sequence[Letter]) -> bool:
        try:
            with self._db.writing() as db:
                for alert in changed:
                    self._set(db, alert)
                for letter in letters:
                    own = {name: getattr(letter, name) for name in names(Letter) if name != "id"}
                    db.execute(_POST, own | {"bot": self._scope.bot})
                if changed:
                    self._forget(db, max(alert.last_ms for alert in changed) - KEPT_MS)
        except _ChangedMeanwhileError:
            return False
        return True

    def letters(self, channel: str, most: int) -> tuple[Letter, ...]:
        query = (
            _LETTER.where(_L.bot == self._scope.bot, _L.channel == channel, _WAITING)
            .order_by(_L.id)
            .limit(most)
        )
        with self._db.reading() as db:
            return tuple(Letter(*row) for row in db.execute(query))

    def recent_letters(self, most: int) -> tuple[Letter, ...]:
        query = _LETTER.where(_L.bot == self._scope.bot).order_by(_L.id.desc()).limit(most)
        with self._db.reading() as db:
            return tuple(Letter(*row) for row in db.execute(query))

    def claim_letter(self, letter: Letter, next_ms: int) -> Letter | None:
        claim = (
            sa.update(schema_alerts.letters)
            .where(_L.id == letter.id, _L.tries == letter.tries, _L.sent_ms.is_(None))
            .values(tries=letter.tries + 1, next_ms=next_ms)
        )
        with self._db.writing() as db:
            if db.execute(claim).rowcount != 1:
                return None
            row = db.execute(_LETTER.where(_L.id == letter.id)).one()
        return Letter(*row)

    def mark_letter(self, letter: Letter) -> None:
        mark = (
            sa.update(schema_alerts.letters)
            .where(_L.id == letter.id)
            .values(
                next_ms=letter.next_ms,
                sent_ms=letter.sent_ms,
                gave_up_ms=letter.gave_up_ms,
                said=letter.said,
            )
        )
        with self._db.writing() as db:
            db.execute(mark)

    def note_channel(self, channel: str, *, now_ms: int, ok: bool, said: str) -> None:
        values: dict[str, Value] = {
            "bot": self._scope.bot,
            "channel": channel,
            "ok_ms": now_ms if ok else None,
            "tried_ms": now_ms,
            "said": said,
        }
        with self._db.writing() as db:
            db.execute(_NOTE, values)

    def channels(self) -> tuple[ChannelState, ...]:
        own = sa.select(_C.channel, _C.ok_ms, _C.tried_ms, _C.said).where(_C.bot == self._scope.bot)
        waiting = (
            sa.select(_L.channel, sa.func.count(), sa.func.min(_L.made_ms))
            .where(_L.bot == self._scope.bot, _WAITING)
            .group_by(_L.channel)
        )
        with self._db.reading() as db:
            noted = {row[0]: row[1:] for row in db.execute(own)}
            behind = {row[0]: row[1:] for row in db.execute(waiting)}
        return tuple(
            ChannelState(name, *(*noted.get(name, (None, None, "")), *behind.get(name, (0, None))))
            for name in sorted({*noted, *behind})
        )

    def _set(self, db: Connection, alert: Alert) -> None:
        """Compare-and-set by the version."""
        values = {name: getattr(alert, name) for name in names(Alert)} | {
            "bot": self._scope.bot,
            "told_ms": json.dumps(alert.told_ms),
            "version": alert.version + 1,
        }
        if alert.version:
            mine = (_A.bot == self._scope.bot, _A.key == alert.key, _A.version == alert.version)
            done = db.execute(sa.update(schema_alerts.alerts).where(*mine).values(values))
        else:
            done = db.execute(_ADD, values)
        if done.rowcount != 1:
            raise _ChangedMeanwhileError

    def _forget(self, db: Connection, before_ms: int) -> None:
        over = (_A.resolved_ms < before_ms, _A.heard.is_(None), _A.unheard == 0)
        db.execute(sa.delete(schema_alerts.alerts).where(_A.bot == self._scope.bot, *over))
        db.execute(
            sa.delete(schema_alerts.letters).where(
                _L.bot == self._scope.bot,
                sa.or_(_L.sent_ms < before_ms, _L.gave_up_ms < before_ms),
            )
        )


def _alert(row: sa.RowMapping) -> Alert:
    heard = row["heard"]
    values = dict(row) | {
        "tier": Tier(row["tier"]),
        "heard": None if heard is None else Tier(heard),
        "told_ms": tuple(json.loads(row["told_ms"])),
    }
    return Alert(**values)
