"""Saving a whole database to one file, and bringing it back: into the same kind or the other."""

import os
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import archive, bulk, journal, schema
from botctl.adapters.store.database import Database, Value, open_database
from botctl.adapters.store.engine import BUSY_MS, PRIVATE
from botctl.adapters.store.failures import unwritable
from botctl.adapters.store.revision import (
    SCHEMA_REVISION,
    create_or_check,
    mismatch,
    revision_of,
)
from botctl.core.codes import Code
from botctl.core.errors import OperatorError

ROWS_AT_ONCE: Final = 500

_NOTHING: Final = "there is no botctl database to back up here; see the database URL"
_OCCUPIED: Final = (
    "the target database holds data, and a restore would replace it; nothing was touched. Give an"
    " empty one, or say that it may be replaced"
)


def backup(url: str, to_dir: Path, *, now_ms: int, busy_ms: int = BUSY_MS) -> Path:
    """A verified file of its own in `to_dir`. Readers and writers go on meanwhile."""
    database = open_database(url, busy_ms=busy_ms)
    try:
        return backup_of(database, to_dir, now_ms=now_ms)
    finally:
        database.close()


def backup_of(database: Database, to_dir: Path, *, now_ms: int) -> Path:
    """Of any revision of the schema: the tables are taken as they are found."""
    made = datetime.fromtimestamp(now_ms / 1_000, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    final = to_dir / f"botctl-{made}Z.zip"
    part = final.with_suffix(".part")
    try:
        to_dir.mkdir(parents=True, exist_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, PRIVATE))
        part.unlink()
        _write(database, part, now_ms)
        archive.verified(part)
        _publish(part, final)
    except OSError as error:
        raise unwritable(f"the backup failed ({error.strerror})", str(final)) from error
    finally:
        part.unlink(missing_ok=True)
    return final


def _write(database: Database, path: Path, now_ms: int) -> None:
    with database.reading() as db:  # one snapshot for all tables
        revision = revision_of(db)
        if revision is None:
            raise OperatorError(Code.ERR_NOT_FOUND, _NOTHING, database=database.location)
        tables = (_dumped(db, name) for name in _names(db))
        archive.write(path, tables, revision=revision, made_ms=now_ms, source=database.location)
