"""Followed decisions: what became of a market after each, one row a decision and horizon."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# SQLite's integers end at 64 bits; there an amount is text.
AMOUNT: Final = sa.Numeric(78, 0).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "followups",
        sa.Column("cycle_id", sa.Text(), primary_key=True),
        sa.Column("pair", sa.Text(), primary_key=True),
        sa.Column("horizon_s", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("due_ms", sa.BigInteger(), nullable=False),
        sa.Column("reserve_quote", AMOUNT, nullable=False),
        sa.Column("reserve_token", AMOUNT, nullable=False),
        sa.Column("liquidity_usd", sa.BigInteger(), nullable=True),
        sa.Column("amount_in", AMOUNT, nullable=False),
        sa.Column("bought", AMOUNT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("measured_ms", sa.BigInteger(), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("then_quote", AMOUNT, nullable=True),
        sa.Column("then_token", AMOUNT, nullable=True),
        sa.Column("sellable", sa.SmallInteger(), nullable=True),
        sa.Column("worth", AMOUNT, nullable=True),
    )
    op.create_index(
        "ix_followups_time",
        "followups",
        ["bot", "chain_id", "horizon_s", "at_ms", "pair", "reason"],
    )
    op.execute(
        "CREATE INDEX ix_followups_due ON followups (bot, chain_id, due_ms) WHERE state = 'due'"
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
