"""What is counted, as flows see it: spans go in with the work they tell of, sums come out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from botctl.core.telemetry.spans import Span
from botctl.core.telemetry.tally import Tally


@dataclass(frozen=True, slots=True)
class Counted:
    """All that has happened so far, in one snapshot; `counters` are those kept as numbers."""

    chain_id: int
    tally: Tally
    counters: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """A span in its place; places are in the order of commits."""

    place: int
    span: Span


@dataclass(frozen=True, slots=True)
class Realised:
    """Profit and loss since the books began, net of gas, and the most it ever was; at least 0."""

    realised_wei: int
    peak_wei: int


class TelemetryStore(Protocol):
    """Spans are of the store's own bot and chain."""

    def carry(self, span: Span) -> None:
        """It goes with the next transaction that stores a cycle, decisions, a job's run or what was
        learned of providers; `keep_spans` writes what none has taken.
        """

    def keep_spans(self) -> None:
        """A transaction of its own, and none when nothing is carried."""

    def counted(self) -> Counted:
        """What was folded before, and the fold of every row since; writes nothing."""

    def fold(self, most: int) -> int:
        """Move the sums over at most so many rows of each source; how many rows that was.

        Of two at once one moves them, and the other moves nothing.
        """

    def realised(self) -> Realised: ...
    def newest_spans(self, name: str, most: int) -> Sequence[Span]:
        """Newest first."""

    def spans_after(self, place: int, most: int) -> Sequence[Stored]: ...
    def reached(self, mark: str) -> int:
        """How far somebody has come with the spans; 0 before the first."""

    def reach(self, mark: str, place: int) -> None:
        """Never back."""

    def prune_spans(self, before_us: int, up_to: int, most: int) -> int:
        """Remove at most so many that began before and lie at or below `up_to` and the fold's mark;
        how many that was. The newest stays, whatever its age: its place is never given out again.
        """
