"""Closed positions by the time they were closed: our record, and the live probes that were sold."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_positions_closed", "positions", ["bot", "chain_id", "closed_ms"])


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")
