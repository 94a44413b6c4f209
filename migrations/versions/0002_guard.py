"""What a position was entered on, who launched a market, and the times as they were last read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("positions", sa.Column("entry", sa.Text, nullable=True))
    op.add_column("markets", sa.Column("launcher", sa.Text, nullable=True))
    op.create_table(
        "regimes",
        sa.Column("bot", sa.Text, primary_key=True, nullable=False),
        sa.Column("chain_id", sa.BigInteger, primary_key=True, nullable=False, autoincrement=False),
        sa.Column("regime", sa.Text, nullable=False),
        sa.Column("since_ms", sa.BigInteger, nullable=False),
        sa.Column("numbers", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
