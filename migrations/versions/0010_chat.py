"""How far the chat has listened."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "chat_offsets",
        sa.Column("bot", sa.Text(), primary_key=True, nullable=False),
        sa.Column("line", sa.Text(), primary_key=True, nullable=False),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
