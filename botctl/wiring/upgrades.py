"""Everything `upgrade-check` looks at: database, settings file, locks, room, and the way back."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from os import statvfs
from pathlib import Path

from botctl.adapters.locks import CommandLocks
from botctl.adapters.store.kept import newest_for_us
from botctl.adapters.store.prospect import prospect, tried_ms
from botctl.config.build import build_sha
from botctl.config.find import read_settings
from botctl.config.migrations import CURRENT
from botctl.config.sources import sources
from botctl.config.values import Config
from botctl.core.codes import Code
from botctl.core.errors import OperatorError, TransientError
from botctl.core.upgrading import SchemaSeen, SettingsSeen, UpgradeSeen, notices, obstacles
from botctl.wiring import clock_of
from botctl.wiring.setup import Setup
from botctl.wiring.upkeep import AT_WORK


@dataclass(frozen=True, slots=True)
class UpgradeCheck:
    seen: UpgradeSeen
    backup_bytes_max: int
    obstacles: tuple[str, ...]
    notices: tuple[str, ...]


def upgrade_check(setup: Setup, *, tries: bool) -> UpgradeCheck:
    """`tries`: runs the migrations and takes them back. Raises ERR_SCHEMA_NEWER with the way back."""
    config = setup.config
    at_work = tuple(_at_work(config))
    schema = _schema(config)
    if tries and schema.pending:
        if at_work:
            say = f"`botctl {at_work[0]}` is at work on this bot: stop it, then try"
            raise TransientError(Code.ERR_DB_LOCKED, say, command=at_work[0])
        took = tried_ms(config.storage.url, clock_of(config), busy_ms=config.storage.busy_ms)
        schema = replace(schema, tried_ms=took)
    seen = UpgradeSeen(
        build=build_sha(),
        decided_build=schema.rules.newest_build,
        schema=schema,
        settings=_settings(setup),
        at_work=at_work,
        backups_dir=config.storage.backups_dir,
        free_bytes=_free_bytes(Path(config.storage.backups_dir)),
    )
    return UpgradeCheck(seen, seen.backup_bytes_max, obstacles(seen), notices(seen))


def _schema(config: Config) -> SchemaSeen:
    storage = config.storage
    try:
        return prospect(storage.url, config.bot.name, busy_ms=storage.busy_ms)
    except OperatorError as error:
        if error.code is not Code.ERR_SCHEMA_NEWER:
            raise
        kept = newest_for_us(Path(storage.backups_dir))
        if kept is None:
            raise
        say = (
            f"{error.say}; the newest backup that this botctl can read: name an empty database in"
            f" storage.url, then type `botctl db restore {kept}`, and do what runbooks/upgrade.md says"
            " about what happened since"
        )
        raise OperatorError(Code.ERR_SCHEMA_NEWER, say, **error.facts, backup=kept) from None


def _settings(setup: Setup) -> SettingsSeen:
    path = Path(setup.config.source)
    found = sources(path, read_settings(path), setup.env)
    return SettingsSeen(
        str(path), found.found, CURRENT, tuple(change.say for change in found.changes)
    )


def _at_work(config: Config) -> Iterator[str]:
    """Each lock is held for an instant to see whether it can be: a cycle that starts in that instant
    says that another run is at work, and the next one runs.
    """
    locks = CommandLocks(Path(config.storage.state_dir))
    for command in AT_WORK:
        with locks.only_one(command) as ours:
            if not ours:
                yield command


def _free_bytes(folder: Path) -> int:
    there = next(each for each in (folder, *folder.parents) if each.exists())
    found = statvfs(there)
    return found.f_bavail * found.f_frsize
