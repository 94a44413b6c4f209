"""Retention over the configured database: one bot's rows, one archive folder."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from botctl.adapters.clock import pause_ms
from botctl.adapters.locks import CommandLocks
from botctl.adapters.store.database import open_database
from botctl.adapters.store.forgetting import Upkeep
from botctl.adapters.store.revision import create_or_check
from botctl.config.values import Config
from botctl.flows.retention import RetentionReport, retention
from botctl.ports.retention import RetentionStore
from botctl.wiring import clock_of, open_archive

BREATH_MS: Final = 20  # as long as a batch's transaction: the loop waits for one at most
# Whoever reads decisions later, by a mark of its own, says here until when it has read them (ms UTC);
# None: it has read them all. What is newer stays in the live database.
SafeUntil = Callable[[Config], int | None]
SAFE_UNTIL: Final[tuple[SafeUntil, ...]] = ()


@contextmanager
def retention_store(config: Config) -> Iterator[RetentionStore]:
    database = open_database(config.storage.url, busy_ms=config.storage.busy_ms)
    try:
        create_or_check(database)
        yield Upkeep(
            database, config.bot.name, partial(open_archive, config), lambda: pause_ms(BREATH_MS)
        )
    finally:
        database.close()


def locks_of(config: Config) -> CommandLocks:
    return CommandLocks(Path(config.storage.state_dir))


def retained(config: Config, *, dry_run: bool) -> RetentionReport:
    """The caller has the lock of `botctl retention`."""
    bounds = [bound for safe in SAFE_UNTIL if (bound := safe(config)) is not None]
    with retention_store(config) as store:
        return retention(
            store,
            config.retention,
            clock_of(config),
            safe_until_ms=min(bounds, default=None),
            dry_run=dry_run,
        )
