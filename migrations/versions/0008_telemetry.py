"""Spans of the loop's stages, and the metrics they add up to."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# Only a plain INTEGER key counts up by itself in SQLite, whose integers end at 64 bits.
SERIAL: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
AMOUNT: Final = sa.Numeric(78, 0).with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "spans",
        sa.Column("id", SERIAL, sa.Identity(), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("trace_id", "span_id")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("parent_id", "name")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("start_us", "took_us")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("status", "facts")),
    )
    op.create_index("ix_spans_newest", "spans", ["bot", "chain_id", "id"])
    op.create_table(
        "metrics",
        *_scope(),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("labels", sa.Text(), primary_key=True),
        sa.Column("value", AMOUNT, nullable=False),
        sa.Column("buckets", sa.Text(), nullable=False),
    )
    op.create_table(
        "metric_marks",
        *_scope(),
        sa.Column("source", sa.Text(), primary_key=True),
        sa.Column("reached", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")


def _scope() -> tuple[sa.Column[str], sa.Column[int]]:
    return (
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    )
