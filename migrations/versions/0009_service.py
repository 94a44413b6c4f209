"""Running unattended: closed days, starts and ends of `run`, and the age of keys."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# SQLite's integers end at 64 bits; there an amount is text.
AMOUNT: Final = sa.Numeric(78, 0).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "days",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("day_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
        sa.Column("realised_wei", AMOUNT, nullable=False),
        sa.Column("gas_wei", AMOUNT, nullable=False),
        sa.Column("fills", sa.BigInteger(), nullable=False),
        sa.Column("closed", sa.BigInteger(), nullable=False),
        sa.Column("won", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("held_cost_wei", AMOUNT, nullable=False),
        sa.Column("equity_wei", AMOUNT, nullable=True),
    )
    op.create_table(
        "starts",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("started_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("stopped_ms", sa.BigInteger(), nullable=True),
        sa.Column("how", sa.Text(), nullable=False),
    )
    op.create_table(
        "key_ages",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("mark", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
