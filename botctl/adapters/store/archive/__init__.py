"""Archived rows as Parquet files, a folder a kind, bot and day. `files` loads DuckDB: only wiring imports it."""
