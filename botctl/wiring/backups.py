"""Backups of the database the settings name: made and proven, kept in the folder and in a storage."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from botctl.adapters.store.backup import backup as _backup
from botctl.adapters.store.backups_kept import kept, prune
from botctl.adapters.store.proof import prove
from botctl.config.values import Config
from botctl.core.backups import Keep, kept_of, made_ms_of
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, UsageError
from botctl.ports.progress import Tick, silent
from botctl.wiring import clock_of

if TYPE_CHECKING:
    from botctl.adapters.object_storage import (
        ObjectStorage,
    )  # an extra, loaded when it is asked for

FAR: Final = "s3:"  # before the name of a backup that lies in the storage
FOLDER, STORAGE = "folder", "storage"


@dataclass(frozen=True, slots=True)
class BackupDone:
    """`sent`: where in the storage it lies too; `pruned`: older ones that were due to go."""

    path: str
    revision: str
    rows: int
    verified: bool
    sent: str
    pruned: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class KeptBackup:
    name: str  # as `botctl db restore` takes it
    place: str
    made_ms: int
    size: int


def backup(
    config: Config, folder: Path | None, *, verify: bool | None = None, tick: Tick = silent
) -> BackupDone:
    """Into `folder`; without one into the settings' folder, and to the storage if there is one, and
    old ones are deleted in both. `verify`: None as the settings say.

    Raises ERR_BACKUP_INVALID, and then nothing has a backup's name; ERR_BACKUP_UNSENT, and the file
    in the folder is good.
    """
    storage, asked = config.storage, config.backup
    now_ms = clock_of(config).now_ms()
    into = folder or Path(storage.backups_dir)
    proven = prove if (asked.verify if verify is None else verify) else None
    made = _backup(storage.url, into, now_ms, busy_ms=storage.busy_ms, prove=proven, tick=tick)
    sent, pruned = "", tuple[str, ...]()
    if folder is None:
        keep = Keep(asked.keep_hourly, asked.keep_daily, asked.keep_weekly)
        pruned = prune(into, keep, now_ms)
        if asked.s3_endpoint:
            sent, gone = _sent(config, Path(made.path), keep)
            pruned += gone
    return BackupDone(made.path, made.revision, made.rows, made.verified, sent, pruned)


def kept_ms(config: Config) -> tuple[int, ...]:
    """When the backups in the folder were made, newest first."""
    return tuple(made_ms for made_ms, _ in kept(Path(config.storage.backups_dir)))


def listed(config: Config) -> tuple[KeptBackup, ...]:
    """In the folder and in the storage, newest first. Raises ERR_BACKUP_UNSENT."""
    near = [
        KeptBackup(str(path), FOLDER, made_ms, path.stat().st_size)
        for made_ms, path in kept(Path(config.storage.backups_dir))
    ]
    far = list(_far_ones(far_storage(config))) if config.backup.s3_endpoint else []
    return tuple(sorted([*near, *far], key=lambda one: (-one.made_ms, one.place)))


@contextmanager
def fetched(config: Config, name: str) -> Iterator[Path]:
    """The backup as a file here, for as long as it is needed. `name`: a file, or s3:NAME."""
    if not name.startswith(FAR):
        yield Path(name)
        return
    wanted = name.removeprefix(FAR)
    if made_ms_of(wanted) is None:
        say = "no backup has such a name; `botctl db backups` lists them"
        raise UsageError(Code.ERR_NOT_FOUND, say, file=name)
    with TemporaryDirectory(prefix="botctl-restore-") as folder:
        path = Path(folder) / wanted
        far_storage(config).get(wanted, path)
        yield path


def far_storage(config: Config) -> "ObjectStorage":
    """Raises ERR_CONFIG_INVALID without one in the settings, ERR_DEPENDENCY_MISSING without its extra."""
    asked = config.backup
    if not asked.s3_endpoint:
        say = "no storage is configured: set backup.s3_endpoint and its bucket and keys"
        raise OperatorError(Code.ERR_CONFIG_INVALID, say)
    try:
        from botctl.adapters.object_storage import ObjectStorage, StoragePlan  # noqa: PLC0415
    except ModuleNotFoundError:
        say = "backup.s3_endpoint needs the extra: pip install 'botctl[s3]'"
        raise OperatorError(Code.ERR_DEPENDENCY_MISSING, say) from None
    return ObjectStorage(
        StoragePlan(
            endpoint=asked.s3_endpoint,
            bucket=asked.s3_bucket,
            prefix=asked.s3_prefix,
            region=asked.s3_region,
            key_id=asked.s3_key_id,
            secret=asked.s3_secret,
            timeout_s=asked.s3_timeout_s,
        )
    )


def _sent(config: Config, path: Path, keep: Keep) -> tuple[str, tuple[str, ...]]:
    far = far_storage(config)
    far.put(path, path.name)
    far.forget_unfinished(path.name)
    there = {one.made_ms: one.name.removeprefix(FAR) for one in _far_ones(far)}
    gone = tuple(there[made_ms] for made_ms in sorted(there.keys() - kept_of(there, keep)))
    for name in gone:
        far.remove(name)
    return f"{far.place}{path.name}", tuple(f"{FAR}{name}" for name in gone)


def _far_ones(far: "ObjectStorage") -> Iterator[KeptBackup]:
    for one in far.names():
        made_ms = made_ms_of(one.name)
        if made_ms is not None:
            yield KeptBackup(f"{FAR}{one.name}", STORAGE, made_ms, one.size)
