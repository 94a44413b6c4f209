"""What is known of each provider of a chain, kept from one command to the next."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TEXTS = ("errors", "recent", "head_hash", "last_code")
NUMBERS = (
    *("requests", "calls", "head_seen_ms", "limited_until_ms", "cooldown_until_ms"),
    *("failures_in_a_row", "spent_in_s", "spent", "updated_ms"),
)


def upgrade() -> None:
    op.create_table(
        "providers",
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text(), primary_key=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in TEXTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in NUMBERS),
        sa.Column("head_number", sa.BigInteger(), nullable=True),
    )


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
