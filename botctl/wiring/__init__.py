"""From settings to a Runtime: the only place that names adapters.

What a command does not need is not imported: the database's library, the node's side, the key's
module, the paper venue and the embedded chain load when they are first asked for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from botctl.adapters.clock import SystemClock
from botctl.adapters.ids import TimeOrderedIds
from botctl.config.values import Config
from botctl.core.errors import BotError
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log, Runtime
from botctl.ports.store import Store

if TYPE_CHECKING:
    from botctl.adapters.store.archive.files import ArchiveFiles


@contextmanager
def open_runtime(config: Config, env: Mapping[str, str], log: Log) -> Iterator[Runtime]:
    """Everything a flow may use, closed again afterwards."""
    from botctl.wiring.runtime import connected  # noqa: PLC0415  30 ms that `status` need not pay

    with open_books(config) as store:
        try:
            with connected(config, env, log, store) as rt:
                yield rt
        finally:
            _keep_spans(store, log)


def _keep_spans(store: Store, log: Log) -> None:
    """What no transaction has taken along. A store that takes none of it stops nobody."""
    try:
        store.keep_spans()
    except BotError as error:
        log.warning("spans not kept", code=error.code)


@contextmanager
def open_books(config: Config) -> Iterator[Store]:
    """The database alone: for commands that must answer while the node does not."""
    from botctl.adapters.store import open_store  # noqa: PLC0415  200 ms that `init` need not pay

    store = open_store(
        config.storage.url,
        chain_id=config.chain.chain_id,
        factory=config.policy.venue.factory,
        bot=config.bot.name,
        busy_ms=config.storage.busy_ms,
        ids=TimeOrderedIds(),
        archive=partial(open_archive, config),
    )
    try:
        yield store
    finally:
        store.close()


def clock_of(config: Config) -> Clock:
    return SystemClock(config.clock_offset_ms)


def open_archive(config: Config) -> "ArchiveFiles":
    """The folder of what has left the database."""
    from botctl.adapters.store.archive.files import ArchiveFiles  # noqa: PLC0415  loads DuckDB

    return ArchiveFiles(Path(config.storage.archive_dir))
