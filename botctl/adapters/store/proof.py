"""Is a backup good? It is restored into a scratch database, and what comes out is what went in."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile

from botctl.adapters.store.backup import Seen, seen_in
from botctl.adapters.store.check import check
from botctl.adapters.store.database import open_database
from botctl.adapters.store.failures import unwritable
from botctl.adapters.store.restore import restore, verified
from botctl.core.codes import Code
from botctl.core.errors import BotError, CheckError

_BAD: Final = "the backup just written does not come back as it was, so it was thrown away: {why}"
PROVING: Final = ".proof-"  # how the scratch folders are called


def prove(path: Path, seen: Seen) -> None:
    """Raises ERR_BACKUP_INVALID with the first thing that differs; the scratch is gone either way.

    The scratch is always SQLite, also for PostgreSQL: the form of a backup is the same for both, and
    nobody's server gets a second database.
    """
    try:
        with TemporaryDirectory(dir=path.parent, prefix=PROVING) as folder:
            _compare(path, seen, f"sqlite:///{Path(folder) / 'scratch.db'}")
    except OSError as error:
        raise unwritable(f"no room to prove the backup ({error.strerror})", str(path)) from None


def _compare(path: Path, seen: Seen, url: str) -> None:
    restore(path, url)
    report = check(url)
    if report.problems:
        raise _bad("; ".join(report.problems))
    with ZipFile(path) as archive:
        wanted = {member.table: member.rows for member in verified(archive, str(path)).tables}
    found = {table.table: table.rows for table in report.tables}
    if differing := sorted(name for name in wanted if found.get(name) != wanted[name]):
        raise _bad(f"another number of rows in {', '.join(differing)}")
    database = open_database(url)
    try:
        with database.reading() as db:
            came_back = seen_in(db)
    finally:
        database.close()
    if came_back != seen:
        raise _bad("its journal ends elsewhere than the database's did")


def _bad(why: str) -> BotError:
    return CheckError(Code.ERR_BACKUP_INVALID, _BAD.format(why=why))
