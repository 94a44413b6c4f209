"""What the database tells about the configured bot."""

from pathlib import Path

from botctl.adapters.machine import ThisMachine
from botctl.config.build import build_sha
from botctl.config.values import Config
from botctl.core.health.readings import readings
from botctl.flows.permit import Watch
from botctl.flows.status import HealthReport, StatusReport, health_report, status
from botctl.ports.preflight import Release
from botctl.wiring.setup import Books


def bot_status(books: Books) -> StatusReport:
    return status(watch_of_books(books), mode=books.config.bot.mode)


def bot_health(books: Books) -> HealthReport:
    return health_report(watch_of_books(books))


def watch_of_books(books: Books) -> Watch:
    config = books.config
    machine = ThisMachine(Path(config.storage.state_dir))
    return Watch(
        config.bot.name,
        books.store,
        books.clock,
        config.watch_plan,
        machine,
        lambda: readings(tuple(books.store.providers().values()), books.clock.now_ms()),
        effects=config.policy.regimes,
        release=release_of(config),
    )


def release_of(config: Config) -> Release:
    return Release(config.bot.mode, config.config_hash, build_sha())
