"""The schema's history, for Alembic; `botctl db upgrade` walks it (`adapters/store/migrate.py`)."""
