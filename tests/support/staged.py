"""Flows on the demo's stage, in this process: the real chain, the real store, chosen settings."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botctl.config.environment import environment
from botctl.config.load import load
from botctl.ports.runtime import Log, Runtime
from botctl.wiring import open_runtime
from botctl.wiring.stage import DevnetStage
from tests.support.quiet import QuietLog

OFFSET = "BOTCTL_DEVNET__CLOCK_OFFSET_MS"


@contextmanager
def runtime_on(
    stage: DevnetStage,
    settings: Mapping[str, str] | None = None,
    *,
    late_ms: int = 0,
    log: Log | None = None,
) -> Iterator[Runtime]:
    """`settings`: GROUP__FIELD -> text; `{url}` is the node's. `late_ms` moves our clock on."""
    chosen = {
        f"BOTCTL_{key}": text.replace("{url}", stage.url) for key, text in (settings or {}).items()
    }
    there = stage.environment()
    there[OFFSET] = str(int(there[OFFSET]) + late_ms)
    if chosen.get("BOTCTL_BOT__MODE", "devnet") != "devnet":
        del there[OFFSET]  # only the embedded chain's own mode may move the clock
    env = {**environment(), **there, **chosen}
    with open_runtime(load(stage.config, env), env, log or QuietLog()) as runtime:
        yield runtime
