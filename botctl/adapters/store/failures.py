"""What a driver says, in our codes: one sentence with what is wrong and how to mend it, no password."""

import sqlite3
from typing import Final

import sqlalchemy as sa

from botctl.core.codes import Code
from botctl.core.errors import BotError, CorruptError, OperatorError, TransientError

UNWRITABLE: Final = (
    "{what}; nothing was written. Make room, or the folder and the file writable, then run again"
)
LOCKED: Final = (
    "another process holds the database longer than we wait; nothing was written. Run again, and if"
    " it stays so, end the process that holds it"
)
CORRUPT: Final = (
    "the database is damaged or is not one; stop, keep the file, and restore the latest backup"
    " (`botctl db restore`)"
)
UNREACHABLE: Final = (
    "the database server does not answer; see that it runs and that the URL is right"
)
REFUSED: Final = (
    "the database server refuses us; see the user, the password and the name in the URL"
)

_FULL: Final = "the disk is full"
_READ_ONLY: Final = "the database cannot be written"
_CANNOT_OPEN: Final = "the database file cannot be opened"

# PostgreSQL's SQLSTATE, by code or by its class (the first two characters).
_STATES: Final = {"53100": _FULL, "25006": _READ_ONLY, "42501": _READ_ONLY}
_LOCK_STATES: Final = {"55P03", "40P01", "40001"}
_IDLE_TOO_LONG: Final = "25P03"  # our transaction stood still, and the server ended it
_REFUSALS: Final = ("authentication failed", "no password", "does not exist", "no pg_hba.conf")


def translated(error: Exception, location: str) -> BotError | None:
    """The error to raise in place of a driver's; None when it is a mistake of ours to be seen whole."""
    driver = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    if isinstance(driver, sqlite3.Error):
        return _of_sqlite(driver, location)
    return _of_postgres(driver, location) if isinstance(driver, Exception) else None


def _of_sqlite(error: sqlite3.Error, location: str) -> BotError | None:
    name = getattr(error, "sqlite_errorname", "")
    match name.removeprefix("SQLITE_").split("_")[0]:
        case "BUSY" | "LOCKED":
            return TransientError(Code.ERR_DB_LOCKED, LOCKED, database=location)
        case "FULL":
            return unwritable(_FULL, location)
        case "READONLY" | "PERM" | "IOERR" | "AUTH":
            return unwritable(_READ_ONLY, location, why=str(error))
        case "CANTOPEN":
            return unwritable(_CANNOT_OPEN, location)
        case "CORRUPT" | "NOTADB":
            return CorruptError(Code.ERR_DB_CORRUPT, CORRUPT, database=location, why=str(error))
        case _:
            return None


def _of_postgres(error: Exception, location: str) -> BotError | None:
    state = getattr(error, "sqlstate", None)
    if state is None:
        return _unconnected(error, location)
    if state in _STATES:
        return unwritable(_STATES[state], location)
    if state in _LOCK_STATES:
        return TransientError(Code.ERR_DB_LOCKED, LOCKED, database=location)
    if state.startswith("XX"):
        return CorruptError(Code.ERR_DB_CORRUPT, CORRUPT, database=location, why=str(error))
    if state.startswith(("08", "57P", "53")) or state == _IDLE_TOO_LONG:
        return TransientError(Code.ERR_DB_UNREACHABLE, UNREACHABLE, database=location)
    return None


def _unconnected(error: Exception, location: str) -> BotError | None:
    """Without a SQLSTATE the connection itself failed; libpq's text may name hosts, no secrets."""
    if type(error).__name__ not in {"OperationalError", "ConnectionTimeout"}:
        return None
    if any(sign in str(error) for sign in _REFUSALS):
        return OperatorError(Code.ERR_DB_UNREACHABLE, REFUSED, database=location)
    return TransientError(Code.ERR_DB_UNREACHABLE, UNREACHABLE, database=location)


def unwritable(what: str, location: str, **facts: object) -> OperatorError:
    say = UNWRITABLE.format(what=what)
    return OperatorError(Code.ERR_DB_UNWRITABLE, say, database=location, **facts)
