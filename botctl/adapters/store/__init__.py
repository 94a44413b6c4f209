"""Storage in SQLite or PostgreSQL, behind `ports.store`."""

from botctl.adapters.store.store import SqlStore, open_store

__all__ = ["SqlStore", "open_store"]
