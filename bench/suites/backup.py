"""A backup of a large database and its verified restore, beside a plain copy of the file, synced."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure, Line, Mark, Note
from bench.grow import grow
from bench.grown import Growth
from bench.harness import Sample, measured
from bench.options import Options
from botctl.adapters.clock import SystemClock
from botctl.adapters.store.backup import backup
from botctl.adapters.store.restore import restore

ROWS, ROWS_QUICK = 1_000_000, 5_000
BUNDLES_SHARE = 10
BUSY_MS = 60_000
MB = 1e6
RESTORE = Mark(bound=3)  # it reads, proves and writes what the backup only reads and packs


def figures(options: Options) -> Iterator[Line]:
    rows, now_ms = options.large(ROWS, ROWS_QUICK), SystemClock().now_ms()
    source, target = options.folder / "source.db", options.folder / "target.db"
    grow(_url(source), Growth(rows, rows // BUNDLES_SHARE, now_ms))
    size_mb = source.stat().st_size / MB
    yield Note(
        f"SQLite; {rows:,} ledger rows, {rows // BUNDLES_SHARE:,} bundles, {size_mb:,.0f} MB"
    )
    copied = measured(lambda: _copied(source, options.folder / "copy.db"))
    reports: list[str] = []
    backed_up = measured(
        lambda: reports.append(backup(_url(source), options.folder, now_ms, busy_ms=BUSY_MS).path)
    )
    restored = measured(lambda: restore(Path(reports[0]), _url(target), busy_ms=BUSY_MS))
    yield _figure("backup", rows, backed_up, copied)
    yield _figure("restore, all digests and the journal verified", rows, restored, copied)
    yield Figure(
        what="restore beside backup",
        value=restored.wall_s * 1e3,
        unit="ms",
        against="the backup",
        other=backed_up.wall_s * 1e3,
        ratio=restored.wall_s / backed_up.wall_s,
        mark=RESTORE,
    )
    yield Figure("  the backup's size", Path(reports[0]).stat().st_size / MB, "MB")


def _figure(what: str, rows: int, ours: Sample, copied: Sample) -> Figure:
    each = 1e6 / rows
    return Figure(
        what=f"{what}, per ledger row",
        value=ours.wall_s * each,
        unit="us",
        against="a synced copy of the file",
        other=copied.wall_s * each,
        ratio=ours.wall_s / copied.wall_s,
    )


def _copied(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _url(file: Path) -> str:
    return f"sqlite:///{file}"
