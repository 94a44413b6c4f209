"""The last events of this process, kept for a snapshot: there may be no log file, or a rotated one."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from botctl.adapters.log_lines import json_line
from botctl.ports.clock import Clock
from botctl.ports.runtime import Log

EVENTS_MAX: Final = 1_000
MS: Final = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    at_ms: int
    level: str
    name: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class LogMemory:
    events: deque[Event] = field(default_factory=lambda: deque(maxlen=EVENTS_MAX))

    def lines(self) -> list[str]:
        """As the log file has them, redacted in the same way."""
        return [
            json_line(
                {
                    "time": datetime.fromtimestamp(event.at_ms / MS, UTC),
                    "level": event.level,
                    "event": event.name,
                    "facts": event.facts,
                }
            )
            for event in self.events
        ]


@dataclass(frozen=True, slots=True)
class RememberingLog:
    """A Log in front of another; every level is remembered, whatever is written out."""

    inner: Log
    memory: LogMemory
    clock: Clock
    facts: Mapping[str, object]

    def info(self, event: str, **facts: object) -> None:
        self._keep("INFO", event, facts)
        self.inner.info(event, **facts)

    def warning(self, event: str, **facts: object) -> None:
        self._keep("WARNING", event, facts)
        self.inner.warning(event, **facts)

    def error(self, event: str, **facts: object) -> None:
        self._keep("ERROR", event, facts)
        self.inner.error(event, **facts)

    def bound(self, **facts: object) -> "RememberingLog":
        return replace(self, inner=self.inner.bound(**facts), facts={**self.facts, **facts})

    def _keep(self, level: str, event: str, facts: Mapping[str, object]) -> None:
        known = {**self.facts, **facts}
        self.memory.events.append(Event(self.clock.now_ms(), level, event, known))
