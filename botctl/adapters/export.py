"""The ledger as CSV; a file appears only when it is complete."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, fields
from pathlib import Path
from tempfile import TemporaryDirectory

from botctl.ports.store import LedgerRow

COLUMNS = tuple(field.name for field in fields(LedgerRow))


class CsvWriter:
    def write(self, rows: Iterable[LedgerRow], path: str) -> int:
        target = Path(path)
        with TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
            part = Path(folder) / "ledger.csv"
            count = write_csv(rows, part)
            part.replace(target)
        return count


def write_csv(rows: Iterable[LedgerRow], path: Path) -> int:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for row in rows:
            writer.writerow(astuple(row))
            count += 1
    return count
