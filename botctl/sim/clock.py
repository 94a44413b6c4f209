"""Time that only the scenario moves: one true time, and each process's own idea of it."""

from dataclasses import dataclass

START_MS = 1_800_000_000_000


@dataclass(slots=True)
class Time:
    """True milliseconds since 1970; never goes back."""

    now_ms: int = START_MS

    def pass_ms(self, ms: int) -> None:
        assert ms >= 0, "true time goes one way"
        self.now_ms += ms


@dataclass(slots=True)
class HostClock:
    """The Clock port of one process; `offset_ms` is by how much its host is wrong."""

    time: Time
    offset_ms: int = 0

    def now_ms(self) -> int:
        return self.time.now_ms + self.offset_ms


@dataclass(slots=True)
class SerialIds:
    """The Ids port: in the order in which they were asked for, whatever the hosts' clocks say."""

    made: int = 0

    def time_ordered(self, now_ms: int) -> str:
        self.made += 1
        return f"{now_ms:013x}-{self.made:08d}"
