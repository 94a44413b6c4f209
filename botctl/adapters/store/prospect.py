"""The database as an upgrade would find it, whatever older revision it has; nothing is changed."""

from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

import migrations
from botctl.adapters.store import schema
from botctl.adapters.store.backup import count_rows
from botctl.adapters.store.database import Database, open_database
from botctl.adapters.store.engine import BUSY_MS, location, parsed
from botctl.adapters.store.migrate import migrate
from botctl.adapters.store.portable import shapes
from botctl.adapters.store.revision import REVISIONS, SCHEMA_REVISION, mismatch, revision_of
from botctl.core.lifecycle import TERMINAL
from botctl.core.policy import RULE_VERSION
from botctl.core.upgrading import OpenOrders, Pending, RulesSeen, SchemaSeen, TableSize
from botctl.ports.clock import Clock

_L, _B, _O = schema.ledger.c, schema.bundles.c, schema.orders.c
_NO_RULES: Final = RulesSeen(RULE_VERSION, "", "", 0, None)


class _Header(msgspec.Struct):
    rule_version: str
    build_sha: str


class _Headed(msgspec.Struct):
    header: _Header


_HEADED: Final = msgspec.json.Decoder(_Headed)


class _TakenBack(Exception):  # noqa: N818  no error: how a transaction is undone
    pass


def prospect(url: str, bot: str, *, busy_ms: int = BUSY_MS) -> SchemaSeen:
    """Raises ERR_SCHEMA_NEWER when this botctl is the older one."""
    parts = parsed(url)
    if parts.get_backend_name() == "sqlite" and not Path(str(parts.database)).exists():
        return _nothing_yet(location(parts))
    database = open_database(url, busy_ms=busy_ms)
    try:
        with database.reading() as db:
            return _seen(db, database.location, bot)
    finally:
        database.close()


def tried_ms(url: str, clock: Clock, *, busy_ms: int = BUSY_MS) -> int:
    """Runs every pending migration on the real rows and takes it all back; how long that took.

    Nobody else writes meanwhile. What a migration cannot do to these rows is raised as it would be.
    """
    database = open_database(url, busy_ms=busy_ms)
    started_ms = clock.now_ms()
    try:
        _try(database)
        return clock.now_ms() - started_ms
    finally:
        database.close()


def _try(database: Database) -> None:
    with suppress(_TakenBack), database.writing() as db:
        migrate(db, SCHEMA_REVISION, database.location)
        raise _TakenBack


def _nothing_yet(where: str) -> SchemaSeen:
    return SchemaSeen(where, "", SCHEMA_REVISION, (), 0, (), (), _NO_RULES)


def _seen(db: Connection, where: str, bot: str) -> SchemaSeen:
    found = revision_of(db)
    if found is None:
        return _nothing_yet(where)
    if found not in REVISIONS:
        raise mismatch(found, where)
    return SchemaSeen(
        database=where,
        revision=found,
        ours=SCHEMA_REVISION,
        pending=_pending(found),
        bytes=_bytes(db),
        tables=tuple(TableSize(shape.name, count_rows(db, shape.name)) for shape in shapes(db)),
        open_orders=_open_orders(db, bot),
        rules=_rules(db, bot),
    )


def _pending(found: str) -> tuple[Pending, ...]:
    scripts = ScriptDirectory(str(Path(str(migrations.__file__)).parent))
    later = REVISIONS[REVISIONS.index(found) + 1 :]
    return tuple(Pending(each, _doc(scripts, each)) for each in later)


def _doc(scripts: ScriptDirectory, revision: str) -> str:
    script = scripts.get_revision(revision)
    assert script is not None
    return script.doc


def _bytes(db: Connection) -> int:
    if db.dialect.name == "postgresql":
        query = "SELECT pg_database_size(current_database())"
        return int(db.exec_driver_sql(query).scalar_one())
    pages = db.exec_driver_sql("PRAGMA page_count").scalar_one()
    return int(pages) * int(db.exec_driver_sql("PRAGMA page_size").scalar_one())


def _open_orders(db: Connection, bot: str) -> tuple[OpenOrders, ...]:
    """Columns of the first revision alone: whatever is there has them."""
    query = (
        sa.select(_O.state, sa.func.count())
        .where(_O.bot == bot, _O.state.not_in(sorted(TERMINAL)))
        .group_by(_O.state)
        .order_by(_O.state)
    )
    return tuple(OpenOrders(state, count) for state, count in db.execute(query))


def _rules(db: Connection, bot: str) -> RulesSeen:
    """Rule versions only rise, so the first decision by ours is searched for by halves: a ledger of
    ten million rows is asked 24 times.
    """
    query = sa.select(sa.func.min(_L.id), sa.func.max(_L.id)).where(_L.bot == bot)
    first, last = db.execute(query).one()
    newest = None if last is None else _header(db, bot, last)
    if newest is None:
        return _NO_RULES
    if newest.rule_version != RULE_VERSION:
        return RulesSeen(
            RULE_VERSION,
            newest.rule_version,
            newest.build_sha,
            _rows_before(db, bot, last + 1),
            None,
        )
    low, high = first, last  # `high` is always one of ours
    while low < high:
        middle = (low + high) // 2
        header = _header(db, bot, middle)
        if header is not None and header.rule_version == RULE_VERSION:
            high = middle
        else:
            low = middle + 1
    since = db.execute(
        sa.select(_L.at_ms).where(_L.bot == bot, _L.id >= high).limit(1)
    ).scalar_one()
    others = _rows_before(db, bot, high)
    return RulesSeen(RULE_VERSION, newest.rule_version, newest.build_sha, others, since)


def _header(db: Connection, bot: str, serial: int) -> _Header | None:
    """Of the newest decision up to that row whose bundle is there."""
    query = (
        sa.select(_B.body)
        .join(schema.ledger, _L.bundle_id == _B.id)
        .where(_L.bot == bot, _L.id <= serial)
        .order_by(_L.id.desc())
        .limit(1)
    )
    body = db.execute(query).scalar()
    return None if body is None else _HEADED.decode(body).header


def _rows_before(db: Connection, bot: str, serial: int) -> int:
    query = sa.select(sa.func.count()).select_from(schema.ledger)
    return int(db.execute(query.where(_L.bot == bot, _L.id < serial)).scalar_one())
