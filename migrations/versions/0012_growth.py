"""What was archived, and the days that are done."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBERS = ("first_ms", "last_ms", "rows")


def upgrade() -> None:
    op.create_table(
        "archives",
        sa.Column("file", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("bot", "kind", "day")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in NUMBERS),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("digest", "sha256")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("size", "made_ms")),
        sa.Column("emptied_ms", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_archives_time", "archives", ["bot", "kind", "last_ms"])
    op.create_table(
        "archived_days",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("from_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
