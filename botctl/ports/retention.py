"""What leaves the live database: into files that are proven first, or for good."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from botctl.core.retention import DayCycle


class ArchiveKind(StrEnum):
    BUNDLES = "bundles"
    LEDGER = "ledger"
    FOLLOWUPS = "followups"


class Fleeting(StrEnum):
    """Tables whose old rows are deleted: nothing is lost that a bundle or the journal does not say."""

    SCANS = "cycles and detections"
    JOBS = "job_runs"
    HEALTH = "health"
    ERRORS = "errors"
    LETTERS = "alert_letters"


@dataclass(frozen=True, slots=True)
class Segment:
    """One archived file; `file` is relative to the archive's folder, times in ms UTC, inclusive."""

    file: str
    kind: ArchiveKind
    day: str
    first_ms: int
    last_ms: int
    rows: int
    digest: str  # sha256 over the rows in their order
    sha256: str  # of the file
    size: int  # bytes


class RetentionStore(Protocol):
    """One bot's rows. Every method may be repeated: a crash between two of them loses nothing."""

    def needed(self) -> AbstractSet[str]:
        """Cycles of open orders, of what is held, and of looks not made yet."""

    def newest_ms(self, most: int) -> int | None:
        """When the oldest of the `most` newest decisions was made."""

    def oldest_ms(self, kind: ArchiveKind, from_ms: int) -> int | None:
        """The first decision at or after `from_ms` on a day that is not yet archived to the end."""

    def cycles(self, from_ms: int) -> Sequence[DayCycle]:
        """Those with decisions on the day that begins at `from_ms`, oldest first."""

    def archive(
        self, kind: ArchiveKind, from_ms: int, cycles: Sequence[DayCycle], now_ms: int
    ) -> tuple[Segment, ...]:
        """Write a file, read it back, and enter it into the books: from then on it is read.

        None is written for what is empty. The rows are still in the live database as well.
        """

    def unemptied(self) -> Sequence[Segment]:
        """Entered, and perhaps still in the live database."""

    def empty(self, segment: Segment, now_ms: int) -> None:
        """Delete from the live database what the file holds, a short transaction at a time."""

    def close_day(self, kind: ArchiveKind, from_ms: int, now_ms: int) -> None:
        """Nothing of this day is left to archive."""

    def count_old(self, what: Fleeting, before_ms: int) -> int: ...
    def forget(self, what: Fleeting, before_ms: int) -> int:
        """Delete what is older, a short transaction at a time; how many rows."""
