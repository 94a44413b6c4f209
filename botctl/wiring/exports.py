"""Ledger rows into files: which writer serves which ending."""

from collections.abc import Iterable
from pathlib import Path

from botctl.adapters.export import CsvWriter
from botctl.core.codes import Code
from botctl.core.errors import UsageError
from botctl.ports.export import TableWriter
from botctl.ports.store import LedgerRow


def export(rows: Iterable[LedgerRow], path: Path) -> int:
    """Whole or not at all; returns how many rows. Raises ERR_USAGE."""
    try:
        return _writer(path).write(rows, str(path.absolute()))
    except OSError as error:
        say = f"{path} cannot be written: {error.strerror}"
        raise UsageError(Code.ERR_USAGE, say, path=str(path)) from None


def _writer(path: Path) -> TableWriter:
    if path.suffix == ".csv":
        return CsvWriter()
    if path.suffix == ".parquet":
        from botctl.adapters.export_parquet import ParquetWriter  # noqa: PLC0415  loads DuckDB

        return ParquetWriter()
    say = "an export ends in .csv or .parquet"
    raise UsageError(Code.ERR_USAGE, say, path=str(path))
