"""Snapshots of the configured bot: taken, listed, opened; what may be in them is named here."""

import json
import platform
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final, cast

import botctl
from botctl.adapters.scrub import Scrub
from botctl.adapters.snapshots import Kept, Opened, SnapshotFolder, opened
from botctl.config.values import Config, PassphraseSource
from botctl.core.errors import BotError
from botctl.core.snapshot import FORM, Manifest, lines_of_cycle
from botctl.core.text import redacted
from botctl.flows.snapshot import SnapshotScene, parts
from botctl.ports.clock import Clock
from botctl.ports.store import Store
from botctl.wiring import clock_of, open_books
from botctl.wiring.books import release_of, watch_of_books
from botctl.wiring.setup import Setup

__all__ = ["Kept", "Opened", "Snapper", "folder_of", "open_file", "take"]

FOLDER: Final = "diagnostics"
UNOPENED: Final = ("ERR_DB_", "ERR_SCHEMA_")
PACKAGES: Final = ("sqlalchemy", "psycopg", "msgspec", "pydantic", "typer", "coincurve")
MB: Final = 1_000_000
TAIL_BYTES: Final = 2 * MB  # of a log file: thousands of lines


@dataclass(frozen=True, slots=True)
class Snapper:
    """A `ports.desk.Snapshot`."""

    setup: Setup
    store: Store
    clock: Clock

    def __call__(self, why: str, cycle_id: str) -> str:
        config, now_ms = self.setup.config, self.clock.now_ms()
        scene = SnapshotScene(
            store=self.store,
            watch=watch_of_books(self.setup.books(self.store)),
            mode=config.bot.mode,
            now_ms=now_ms,
            cycle_id=cycle_id,
            about={"settings": _settings(config), "versions": _versions(self.store)},
            log=self._log,
        )
        release = release_of(config)
        header = Manifest(
            form=FORM,
            made_ms=now_ms,
            bot=config.bot.name,
            mode=str(release.mode),
            why=redacted(why),
            cycle_id=cycle_id,
            config_hash=release.config_hash,
            build_sha=release.build_sha,
            parts=(),
        )
        path = folder_of(config, self.setup.env).write(header, parts(scene))
        self.setup.log.warning("snapshot taken", path=str(path), why=why)
        _upload(self.setup, path)
        return str(path)

    def _log(self, cycle_id: str) -> tuple[str, ...]:
        """Of this process when it has logged that cycle; else from the file, if there is one."""
        most, file = self.setup.config.snapshots.log_lines, self.setup.config.log.file
        own = self.setup.memory.lines()
        has_cycle = any(cycle_id in line for line in own) if cycle_id else bool(own)
        lines = own if has_cycle or not file else [*_tail(Path(file)), *own]
        return lines_of_cycle(lines, cycle_id, most)


def take(setup: Setup, why: str) -> str:
    """Raises BotError; that the database does not open is told in the snapshot instead."""
    try:
        with open_books(setup.config) as store:
            return Snapper(setup, store, setup.books(store).clock)(why, "")
    except BotError as error:
        if not str(error.code).startswith(UNOPENED):
            raise
        closed = cast("Store", _Closed(error))
        return Snapper(setup, closed, clock_of(setup.config))(why, "")


class _Closed:
    """Stands where a store would: each question is answered by why there is none."""

    def __init__(self, why: BotError) -> None:
        self._why = why

    def __getattr__(self, name: str) -> object:
        def refuse(*_: object, **__: object) -> object:
            raise self._why

        return refuse


def open_file(path: Path) -> Opened:
    """Raises ERR_SNAPSHOT_INVALID."""
    return opened(path)


def folder_of(config: Config, env: Mapping[str, str]) -> SnapshotFolder:
    return SnapshotFolder(
        Path(config.storage.state_dir) / FOLDER,
        keep=config.snapshots.keep,
        bytes_max=config.snapshots.keep_mb * MB,
        scrub=Scrub(secrets_of(config, env)),
    )


def secrets_of(config: Config, env: Mapping[str, str]) -> Iterator[str]:
    """Every value that nobody may see; a test plants one in each secret setting."""
    yield from config.chain.urls
    yield from config.chain.ws_urls
    for source in config.enrich.sources:
        yield from (source.url, source.key)
    yield config.chain.private_url
    yield config.storage.url
    alerts = config.alerts
    yield from (alerts.webhook_url, alerts.webhook_secret, alerts.telegram_token)
    yield alerts.deadman_url
    yield config.chat.token
    yield config.snapshots.upload_url
    yield from (config.backup.s3_key_id, config.backup.s3_secret)
    yield from (config.telemetry.otlp_url, config.telemetry.otlp_headers, config.web.metrics_token)
    # "name=value,name=value": a collector that quotes one value tells that one alone.
    yield from (pair.partition("=")[2] for pair in config.telemetry.otlp_headers.split(","))
    if config.wallet.passphrase_from is PassphraseSource.ENV:
        yield env.get(config.wallet.passphrase_env, "")


def _settings(config: Config) -> dict[str, object]:
    """What the hash covers, which is neither secrets nor places; and hosts."""
    return {
        "config_hash": config.config_hash,
        "settings": json.loads(config.told),
        "nodes": [redacted(url) for url in config.chain.urls],
        "database": redacted(config.storage.url),
    }


def _versions(store: Store) -> dict[str, object]:
    found: dict[str, object] = {
        "botctl": botctl.__version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
    }
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    with suppress(BotError):
        found["schema"] = store.schema_revision()
    return found


def _tail(file: Path) -> list[str]:
    try:
        with file.open("rb") as log:
            log.seek(max(0, file.stat().st_size - TAIL_BYTES))
            return log.read(TAIL_BYTES).decode(errors="replace").splitlines()
    except OSError:
        return []


def _upload(setup: Setup, path: Path) -> None:
    """Best effort, to wherever takes a PUT: a pre-signed URL of any object storage, or WebDAV."""
    url = setup.config.snapshots.upload_url
    if not url:
        return
    from botctl.adapters.notify.upload import put  # noqa: PLC0415

    answer = put(url.replace("{name}", path.name), path.read_bytes())
    if answer.taken:
        setup.log.info("snapshot uploaded", path=str(path))
    else:
        setup.log.warning("snapshot not uploaded", said=answer.said)
