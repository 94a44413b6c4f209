"""Structured logs through loguru: JSON lines, or short heartbeats on a terminal; never on stdout."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from botctl.adapters.log_lines import RANKS, heartbeat, json_line

if TYPE_CHECKING:
    from loguru import Logger, Record

Line = Callable[[Mapping[str, object]], str]
PRIVATE: Final = 0o600
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class LogPlan:
    """`file` empty: stderr alone. `facts` stand in every line: bot, build_sha."""

    level: str
    heartbeats: bool  # on stderr; a file always gets JSON
    file: str
    rotate_mb: int
    keep_files: int
    facts: Mapping[str, object] = field(default_factory=dict)


class Sinks:
    """Opened by the first line that is due: loguru costs 60 ms that `status` need not pay."""

    def __init__(self, plan: LogPlan) -> None:
        self.plan = plan

    @cached_property
    def logger(self) -> "Logger":
        from loguru import logger  # noqa: PLC0415  see the class

        logger.remove()
        line: Line = heartbeat if self.plan.heartbeats else json_line
        # No backtrace, no diagnose: both print the values of variables, and keys are variables.
        logger.add(
            sys.stderr,
            level=self.plan.level,
            format=_formatted(line),
            colorize=False,
            backtrace=False,
            diagnose=False,
        )
        if self.plan.file:
            self._add_file(logger)
        return logger

    def _add_file(self, logger: "Logger") -> None:
        Path(self.plan.file).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        logger.add(
            self.plan.file, level=self.plan.level, format=_formatted(json_line), colorize=False,
            backtrace=False, diagnose=False, encoding="utf-8", opener=_private,
            rotation=self.plan.rotate_mb * MB, retention=self.plan.keep_files,
            watch=True,  # another run may have rotated the file under us
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StructuredLog:
    """Implements ports.runtime.Log."""

    sinks: Sinks
    facts: Mapping[str, object]

    def info(self, event: str, **facts: object) -> None:
        self._say("INFO", event, facts)

    def warning(self, event: str, **facts: object) -> None:
        self._say("WARNING", event, facts)

    def error(self, event: str, **facts: object) -> None:
        self._say("ERROR", event, facts)

    def bound(self, **facts: object) -> "StructuredLog":
        return replace(self, facts={**self.facts, **facts})

    def _say(self, level: str, event: str, facts: Mapping[str, object]) -> None:
        if RANKS[level] < RANKS[self.sinks.plan.level]:
            return
        self.sinks.logger.bind(facts={**self.facts, **facts}).log(level, event)


def structured_log(plan: LogPlan) -> StructuredLog:
    return StructuredLog(Sinks(plan), plan.facts)


def _formatted(line: Line) -> "Callable[[Record], str]":
    """loguru formats what this returns: the line goes in as a value, so its braces stay braces."""

    def template(record: "Record") -> str:
        record["extra"]["line"] = line(
            {"time": record["time"], "level": record["level"].name, "event": record["message"],
             "facts": record["extra"].get("facts", {})}
        )  # fmt: skip
        return "{extra[line]}\n" if record["extra"]["line"] else ""

    return template


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, PRIVATE)
