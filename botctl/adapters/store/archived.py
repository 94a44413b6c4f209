"""Which archived files a reader needs, and what they hold; DuckDB loads when the first of them is opened."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema
from botctl.adapters.store.archive.shapes import Cell, Where
from botctl.adapters.store.rows import names
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.ports.retention import ArchiveKind, Segment
from botctl.ports.store import LedgerFilter

if TYPE_CHECKING:
    from botctl.adapters.store.archive.files import ArchiveFiles

OpenArchive = Callable[[], "ArchiveFiles"]

_A: Final = schema.archives.c
SELECT_SEGMENT: Final = sa.select(*(_A[name] for name in names(Segment)))
_COUNT: Final = sa.select(sa.func.count()).select_from(schema.archives)


def no_archive() -> "ArchiveFiles":
    say = "this database has archived files, and nobody said where they are"
    raise OperatorError(Code.ERR_ARCHIVE_INVALID, say)


def segments(
    db: Connection,
    bot: str,
    kind: ArchiveKind,
    since_ms: int | None = None,
    until_ms: int | None = None,
) -> list[Segment]:
    """Those with rows in that time, the newest first."""
    query = SELECT_SEGMENT.where(_A.bot == bot, _A.kind == kind)
    if since_ms is not None:
        query = query.where(_A.last_ms >= since_ms)
    if until_ms is not None:
        query = query.where(_A.first_ms <= until_ms)
    rows = db.execute(query.order_by(_A.last_ms.desc(), _A.file))
    return [Segment(*row) for row in rows]


def unemptied(db: Connection, bot: str) -> list[Segment]:
    query = SELECT_SEGMENT.where(_A.bot == bot, _A.emptied_ms.is_(None))
    return [Segment(*row) for row in db.execute(query.order_by(_A.last_ms, _A.file))]


def entered(db: Connection, bot: str, kind: ArchiveKind) -> int:
    """How many files there are: it only grows, so it tells whether there is a new one."""
    return db.execute(_COUNT.where(_A.bot == bot, _A.kind == kind)).scalar_one()


def ledger_where(
    bot: str, wanted: LedgerFilter, pairs: Sequence[str], after: tuple[int, int] | None
) -> Where:
    """The filter in DuckDB's words; `after`: the (at_ms, id) that the rows come after, newest first."""
    said: list[tuple[str, Sequence[Cell]]] = [("bot = ?", [bot])]
    if wanted.since_ms is not None:
        said.append(("at_ms >= ?", [wanted.since_ms]))
    if wanted.until_ms is not None:
        said.append(("at_ms <= ?", [wanted.until_ms]))
    if wanted.cycle_id:
        said.append(("cycle_id = ?", [wanted.cycle_id]))
    if wanted.pair:
        said.append(_among("pair", pairs))
    if wanted.kinds:
        said.append(_among("kind", [str(kind) for kind in wanted.kinds]))
    if wanted.reasons:
        said.append(_among("reason", [str(reason) for reason in wanted.reasons]))
    if after is not None:
        said.append(("(at_ms < ? OR (at_ms = ? AND id < ?))", [after[0], *after]))
    return Where(" AND ".join(sql for sql, _ in said), [cell for _, some in said for cell in some])


def _among(column: str, values: Sequence[str]) -> tuple[str, Sequence[Cell]]:
    if not values:
        return "false", []
    return f"{column} IN ({', '.join('?' * len(values))})", list(values)


def bodies(
    archive: OpenArchive,
    found: Sequence[Segment],
    wanted: Sequence[str],
    span_ms: tuple[int, int] | None = None,
) -> Iterator[tuple[str, bytes]]:
    """Of these bundles, as far as the files have them; ends with the last one.

    `span_ms`: when they were decided, if that is known: a file need not be read from end to end then.
    """
    left = set(wanted)
    for segment in found:
        if not left:
            return
        sql, values = _among("id", sorted(left))
        if span_ms is not None:
            sql, values = f"{sql} AND at_ms BETWEEN ? AND ?", [*values, *span_ms]
        for key, body in archive().select(segment.file, "id, body", Where(sql, values)):
            assert isinstance(body, bytes)
            left.discard(str(key))
            yield str(key), body
