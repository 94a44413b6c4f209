"""The folder of backups: which are there, and which may go."""

from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from typing import Final
from zipfile import BadZipFile, ZipFile

import msgspec

from botctl.adapters.store.portable import MANIFEST, Manifest
from botctl.core.backups import DAY_MS, Keep, kept_of, made_ms_of

UNFINISHED: Final = (".backup-*", ".proof-*")
_MANIFEST: Final = msgspec.json.Decoder(Manifest)


def kept(folder: Path) -> list[tuple[int, Path]]:
    """Finished backups, newest first; whatever else lies there is left out."""
    named = ((made_ms_of(path.name), path) for path in folder.glob("botctl-*.zip"))
    return sorted(((ms, path) for ms, path in named if ms is not None), reverse=True)


def prune(folder: Path, keep: Keep, now_ms: int) -> tuple[str, ...]:
    """Delete what is due, and return its names. Of each schema the newest stays: the way back.

    What a killed backup left behind goes after a day; it never had the name of a backup.
    """
    there = kept(folder)
    wanted = kept_of((ms for ms, _ in there), keep) | frozenset(_newest_of_each_schema(there))
    gone = [path for ms, path in there if ms not in wanted]
    old_s = (now_ms - DAY_MS) / 1_000
    left = [path for pattern in UNFINISHED for path in folder.glob(pattern)]
    gone += [path for path in left if path.stat().st_mtime < old_s]
    for path in gone:
        if path.is_dir():
            rmtree(path)
        else:
            path.unlink(missing_ok=True)
    return tuple(path.name for path in gone)


def _newest_of_each_schema(there: list[tuple[int, Path]]) -> Iterator[int]:
    seen: set[str | None] = set()
    for made_ms, path in there:
        revision = revision_in(path)
        if revision not in seen:
            seen.add(revision)
            yield made_ms


def revision_in(path: Path) -> str | None:
    """Of the schema, as the manifest names it; None when the file is no backup, whatever its name."""
    try:
        with ZipFile(path) as archive:
            return _MANIFEST.decode(archive.read(MANIFEST)).revision
    except (OSError, BadZipFile, KeyError, msgspec.DecodeError):
        return None
