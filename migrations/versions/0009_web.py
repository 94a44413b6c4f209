"""Tokens that open the page and the REST interface."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "web_tokens",
        sa.Column("id", sa.Text(), primary_key=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("bot", "name", "role", "hash")),
        sa.Column("made_ms", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in ("ended_ms", "used_ms")),
        sa.UniqueConstraint("hash", name="uq_web_tokens_hash"),
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_web_tokens_name ON web_tokens (bot, name) WHERE ended_ms IS NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
