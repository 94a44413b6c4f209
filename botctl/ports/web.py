"""What the page and the REST interface need of the store beside what commands read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.curve import Earned
from botctl.core.roles import Role


@dataclass(frozen=True, slots=True)
class Access:
    """A token that opens the page and the REST interface. Its text is kept by nobody, only a hash."""

    id: str
    name: str
    role: Role
    made_ms: int
    ended_ms: int | None = None
    used_ms: int | None = None  # the last login; None: never


@dataclass(frozen=True, slots=True)
class CycleLine:
    """One pass of the loop without the world it saw. Durations in ms."""

    id: int
    cycle_id: str
    trace_id: str
    block_number: int
    started_ms: int
    scan_ms: int
    round_trips: int
    markets: int
    decided_ms: int | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Changes whenever something that a page shows has been committed."""

    journal: int
    cycle_id: str
    decided_ms: int
    health: int
    alerts: int


class WebStore(Protocol):
    def add_access(self, access: Access, hashed: str) -> bool:
        """False when a token of that name is still good."""

    def end_access(self, name: str, now_ms: int) -> Access | None:
        """None when no good token has that name."""

    def accesses(self) -> tuple[Access, ...]:
        """The newest first, those that have ended included."""

    def access_of(self, hashed: str) -> Access | None:
        """The good token with this hash."""

    def access(self, access_id: str) -> Access | None:
        """None when it has ended."""

    def note_use(self, access_id: str, now_ms: int) -> None: ...
    def mark(self) -> Mark: ...
    def cycle_lines(self, most: int, before_id: int | None = None) -> tuple[CycleLine, ...]:
        """Newest first; `before_id` is where an earlier page ended."""

    def decisions_of(self, cycle_ids: Sequence[str]) -> Mapping[str, Mapping[str, int]]:
        """How many decisions of each kind, by cycle."""

    def earned(self, bot: str, most: int) -> tuple[Earned, ...]:
        """The newest fills and corrections of the books, the newest first."""
