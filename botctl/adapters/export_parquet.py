"""The ledger as Parquet, through DuckDB; loaded only when such a file is asked for."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from botctl.adapters.export import COLUMNS, write_csv
from botctl.ports.store import LedgerRow

# Amounts in wei stay text: no column type of Parquet holds 256 bits exactly.
TYPES = {
    "at_ms": "BIGINT",
    "block_number": "BIGINT",
    "score": "INTEGER",
    "passes": "INTEGER",
    "liquidity_usd": "HUGEINT",
    "fdv_usd": "HUGEINT",
    "age_s": "BIGINT",
    "buy_tax_bps": "INTEGER",
    "sell_tax_bps": "INTEGER",
    "impact_bps": "INTEGER",
}
COLUMN_TYPES = ", ".join(f"'{name}': '{TYPES.get(name, 'VARCHAR')}'" for name in COLUMNS)


class ParquetWriter:
    def write(self, rows: Iterable[LedgerRow], path: str) -> int:
        target = Path(path)
        with TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
            table, part = Path(folder) / "ledger.csv", Path(folder) / "ledger.parquet"
            count = write_csv(rows, table)
            source = f"read_csv('{table}', header=true, columns={{{COLUMN_TYPES}}})"
            duckdb.execute(f"COPY (FROM {source}) TO '{part}' (FORMAT parquet, COMPRESSION zstd)")
            part.replace(target)
        return count
