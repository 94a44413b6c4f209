"""From a settings file to what a command starts with: values, environment, log, clock."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from botctl.adapters.clock import SystemClock, pause_ms
from botctl.adapters.codec import JsonCodec
from botctl.adapters.log_memory import LogMemory, RememberingLog
from botctl.adapters.logs import LogPlan, structured_log
from botctl.config.build import build_sha
from botctl.config.environment import environment
from botctl.config.live import require_live_allowed
from botctl.config.load import load
from botctl.config.values import Config, LogForm
from botctl.core.codes import Code
from botctl.core.errors import OperatorError
from botctl.core.facts import Mode
from botctl.ports.clock import Clock
from botctl.ports.codec import Codec
from botctl.ports.runtime import Log
from botctl.ports.store import Store


@dataclass(frozen=True, slots=True)
class Books:
    """The database and who it belongs to; enough for everything that does not ask the chain."""

    store: Store
    clock: Clock
    log: Log
    config: Config


@dataclass(frozen=True, slots=True)
class Setup:
    config: Config
    env: Mapping[str, str]
    log: Log
    memory: LogMemory  # what this process has logged

    def require_live_allowed(self, *, switch: bool) -> None:
        require_live_allowed(self.config, switch=switch)

    def books(self, store: Store) -> Books:
        return Books(store, SystemClock(clock_offset_ms(self.config, store)), self.log, self.config)


def set_up(path: Path | None) -> Setup:
    """Raises OperatorError ERR_CONFIG_*."""
    env = environment()
    config = load(path, env)
    _make_state_dir(Path(config.storage.state_dir))
    memory = LogMemory()
    log = log_of(config, memory)
    for notice in config.notices:
        log.warning("settings use an old name", say=notice)
    return Setup(config, env, log, memory)


def clock_offset_ms(config: Config, store: Store) -> int:
    """On a local chain that was moved ahead the books go by its time, which the last cycle knew.

    Only when the settings do not tell the offset; on any other chain a last cycle in our future is a
    clock that was set back, and a finding.
    """
    if config.bot.mode is not Mode.DEVNET or config.clock_offset_ms:
        return config.clock_offset_ms
    latest = store.latest()
    return max(0, latest.started_ms - wall_clock().now_ms()) if latest else 0


def log_of(config: Config, memory: LogMemory) -> Log:
    plan, bot = config.log, config.bot.name
    heartbeats = plan.form is LogForm.HEARTBEAT or (
        plan.form is LogForm.AUTO and sys.stderr.isatty()
    )
    facts = {"bot": bot, "build_sha": build_sha()}
    log = structured_log(
        LogPlan(plan.level, heartbeats, plan.file, plan.rotate_mb, plan.keep_files, facts)
    )
    return RememberingLog(log, memory, SystemClock(), facts)


def codec() -> Codec:
    return JsonCodec()


def _make_state_dir(folder: Path) -> None:
    """The first command after `init` makes it: ours alone, since it holds the database."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        say = "the state folder cannot be made: mend its parent, or set storage.state_dir"
        raise OperatorError(
            Code.ERR_DB_UNWRITABLE, say, path=str(folder), why=error.strerror
        ) from None


def wall_clock() -> Clock:
    """This machine's time, which schedulers go by, also where a local chain's was moved ahead."""
    return SystemClock()


__all__ = ["Books", "Setup", "codec", "log_of", "pause_ms", "set_up", "wall_clock"]
