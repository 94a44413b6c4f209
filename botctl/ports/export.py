"""Ledger rows as a table file."""

from collections.abc import Iterable
from typing import Protocol

from botctl.ports.store import LedgerRow


class TableWriter(Protocol):
    def write(self, rows: Iterable[LedgerRow], path: str) -> int:
        """Write all rows, whole or not at all; returns how many."""
