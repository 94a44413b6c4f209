"""Care for the database the settings name: upgrade, check and restore; backups stand in `backups`."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from botctl.adapters.locks import CommandLocks
from botctl.adapters.store.check import CheckReport
from botctl.adapters.store.check import check as _check
from botctl.adapters.store.migrate import UpgradeReport
from botctl.adapters.store.migrate import upgrade as _upgrade
from botctl.adapters.store.restore import RestoreReport
from botctl.adapters.store.restore import restore as _restore
from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import TransientError
from botctl.ports.progress import Tick, silent
from botctl.wiring import clock_of, open_archive

__all__ = [
    "CheckReport",
    "RestoreReport",
    "UpgradeReport",
    "check",
    "restore",
    "upgrade",
]

# Whoever takes one of these locks reads and writes the books; a test finds those missing here.
AT_WORK: Final = (
    "run",
    "cycle",
    "reconcile",
    "scan",
    "decide",
    "execute",
    "nonce repair",
    "follow-up",
    "chat",
    "retention",
)


def upgrade(config: Config) -> UpgradeReport:
    storage = config.storage
    now_ms = clock_of(config).now_ms()
    folder = Path(storage.backups_dir)
    return _upgrade(storage.url, folder, now_ms=now_ms, busy_ms=storage.busy_ms)


def check(config: Config) -> CheckReport:
    return _check(
        config.storage.url, busy_ms=config.storage.busy_ms, archive=partial(open_archive, config)
    )


def restore(config: Config, path: Path, tick: Tick = silent) -> RestoreReport:
    """Raises ERR_DB_LOCKED while another command is at work, and keeps others out meanwhile."""
    with _nobody_at_work(config):
        return _restore(path, config.storage.url, busy_ms=config.storage.busy_ms, tick=tick)


@contextmanager
def _nobody_at_work(config: Config) -> Iterator[None]:
    locks = CommandLocks(Path(config.storage.state_dir))
    with ExitStack() as held:
        for command in AT_WORK:
            if not held.enter_context(locks.only_one(command)):
                say = f"`botctl {command}` is at work on this bot: stop it, then restore"
                raise TransientError(Code.ERR_DB_LOCKED, say, command=command)
        yield
