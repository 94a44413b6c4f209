"""Alembic runs this inside the transaction that `botctl db upgrade` has opened."""

from alembic import context

# SQLite too can take back a half-made change of schema: Alembic only has to be told.
context.configure(
    connection=context.config.attributes["connection"], transactional_ddl=True
)  # fmt: skip
context.run_migrations()
