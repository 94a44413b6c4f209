"""Care for the database the settings name: upgrade, check, backup and restore."""

from pathlib import Path

from botctl.adapters.store.backup import BackupReport
from botctl.adapters.store.backup import backup as _backup
from botctl.adapters.store.check import CheckReport
from botctl.adapters.store.check import check as _check
from botctl.adapters.store.migrate import UpgradeReport
from botctl.adapters.store.migrate import upgrade as _upgrade
from botctl.adapters.store.restore import RestoreReport
from botctl.adapters.store.restore import restore as _restore
from botctl.config.values import Config
from botctl.wiring import clock_of

__all__ = [
    "BackupReport",
    "CheckReport",
    "RestoreReport",
    "UpgradeReport",
    "backup",
    "check",
    "restore",
    "upgrade",
]


def upgrade(config: Config) -> UpgradeReport:
    storage = config.storage
    now_ms = clock_of(config).now_ms()
    folder = Path(storage.backups_dir)
    return _upgrade(storage.url, folder, now_ms=now_ms, busy_ms=storage.busy_ms)


def check(config: Config) -> CheckReport:
    return _check(config.storage.url, busy_ms=config.storage.busy_ms)


def backup(config: Config, folder: Path | None) -> BackupReport:
    """Into `folder`, or where the settings say."""
    storage = config.storage
    now_ms = clock_of(config).now_ms()
    into = folder or Path(storage.backups_dir)
    return _backup(storage.url, into, now_ms, busy_ms=storage.busy_ms)


def restore(config: Config, path: Path) -> RestoreReport:
    return _restore(path, config.storage.url, busy_ms=config.storage.busy_ms)
