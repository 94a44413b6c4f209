"""What an upgrade would meet: seen before anything is touched, and what stands in its way."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# A backup is packed text of the same rows; one that packs to nothing is not to be counted on.
BACKUP_SHARE_PERCENT: Final = 100
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Pending:
    """A migration that would run."""

    revision: str
    what: str


@dataclass(frozen=True, slots=True)
class TableSize:
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class OpenOrders:
    state: str
    orders: int


@dataclass(frozen=True, slots=True)
class RulesSeen:
    """By which rules the stored decisions were made: those before `since_ms` by others.

    `others`: how many ledger rows these are; `replay` refuses their bundles with ERR_BUNDLE_RULES.
    """

    ours: str
    newest: str  # of the newest bundle; "" without one
    newest_build: str
    others: int
    since_ms: int | None  # the first decision by our rules; None: there is none


@dataclass(frozen=True, slots=True)
class SchemaSeen:
    """`revision` "" : there is no database yet. `bytes`: of the whole database on its disk."""

    database: str
    revision: str
    ours: str
    pending: tuple[Pending, ...]
    bytes: int
    tables: tuple[TableSize, ...]
    open_orders: tuple[OpenOrders, ...]
    rules: RulesSeen
    tried_ms: int | None = None  # how long all migrations took when they were tried and taken back


@dataclass(frozen=True, slots=True)
class SettingsSeen:
    path: str
    version: int
    ours: int
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UpgradeSeen:
    """`at_work`: commands that hold their lock now; `free_bytes`: where backups go."""

    build: str
    decided_build: str
    schema: SchemaSeen
    settings: SettingsSeen
    at_work: tuple[str, ...]
    backups_dir: str
    free_bytes: int

    @property
    def backup_bytes_max(self) -> int:
        """What the backup before the upgrade takes at most; 0 when none is made."""
        return self.schema.bytes * BACKUP_SHARE_PERCENT // 100 if self.schema.pending else 0


def obstacles(seen: UpgradeSeen) -> tuple[str, ...]:
    """What has to be done first, as sentences; none: `botctl db upgrade` may be typed."""
    return tuple(_obstacles(seen))


def _obstacles(seen: UpgradeSeen) -> Iterator[str]:
    if seen.schema.pending and seen.at_work:
        yield (
            f"at work now: {', '.join(seen.at_work)}; stop them first (an old process and a new schema"
            " do not go together), and start them again after the upgrade"
        )
    if seen.backup_bytes_max > seen.free_bytes:
        yield (
            f"the backup may take {seen.backup_bytes_max // MB} MB and {seen.backups_dir} has"
            f" {seen.free_bytes // MB} MB: make room, or set storage.backups_dir"
        )


def notices(seen: UpgradeSeen) -> tuple[str, ...]:
    """What an operator should know, and need not do anything about."""
    return tuple(_notices(seen))


def _notices(seen: UpgradeSeen) -> Iterator[str]:
    out = sum(each.orders for each in seen.schema.open_orders)
    if out:
        states = ", ".join(f"{each.orders} {each.state}" for each in seen.schema.open_orders)
        yield (
            f"{out} orders are open ({states}): they stay on disk, and the first `botctl reconcile`"
            " afterwards follows them up"
        )
    rules = seen.schema.rules
    if rules.newest and rules.newest != rules.ours:
        yield (
            f"the newest decisions are of rule version {rules.newest}, this botctl decides by"
            f" {rules.ours}: it cannot replay the {rules.others} decisions made so far;"
            f" keep build {rules.newest_build} for that"
        )
    elif rules.others:
        yield f"{rules.others} older decisions are of other rules: replay them with their own build"
    yield from seen.settings.changes
