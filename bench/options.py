"""What every suite is given."""

from dataclasses import dataclass
from pathlib import Path

from bench.processes import Launcher


@dataclass(frozen=True, slots=True)
class Options:
    """`quick` proves that a suite runs, with figures that mean little and without the peers.

    `folder` is the suite's own.
    """

    folder: Path
    quick: bool
    launcher: Launcher
    rows: int | None = None  # of a large database, when the command line says so

    def rounds(self, full: int) -> int:
        return 1 if self.quick else full

    def large(self, full: int, quick: int) -> int:
        """How many ledger rows a database has that should be large."""
        if self.rows is not None:
            return self.rows
        return quick if self.quick else full
