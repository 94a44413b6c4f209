"""Followed decisions as flows see them; a look is written once, whoever comes first."""

from collections.abc import Sequence
from typing import Protocol

from botctl.core.grading import FollowUp, Look, Outcome


class FollowStore(Protocol):
    """New ones are enqueued with their cycle's decisions: see `DecidedBatch.followups`."""

    def followed_since(self, since_ms: int) -> frozenset[tuple[str, str]]:
        """(pair, reason) of what was decided at or after `since_ms` and is followed."""

    def due_followups(self, at_ms: int, most: int) -> Sequence[FollowUp]:
        """Looks that nobody has made, due at `at_ms` or before, the longest due first."""

    def record_looks(self, looks: Sequence[Look]) -> int:
        """All in one transaction; how many were still due. What another run wrote stays."""

    def outcomes(self, horizon_s: int, since_ms: int) -> Sequence[Outcome]:
        """Every followed decision made at or after `since_ms`, at this horizon."""
