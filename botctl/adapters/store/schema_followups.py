"""The table of followed decisions: one row a decision and horizon, written twice: enqueued, then seen."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Flag, Saturated, Uint256, Word
from botctl.core.grading import LookState

# A query finds the partial index only by saying its condition in the same words.
DUE: Final = f"state = '{LookState.DUE}'"
DUE_COLUMNS: Final = "bot, chain_id, due_ms"
NAME: Final = "followups"


def columns() -> tuple[sa.schema.SchemaItem, ...]:
    """Of the table, with its index for times."""
    return (
        sa.Column("cycle_id", sa.Text, primary_key=True),
        sa.Column("pair", sa.Text, primary_key=True),
        sa.Column("horizon_s", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("bot", sa.Text, nullable=False),
        sa.Column("chain_id", sa.BigInteger, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("quote", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("at_ms", sa.BigInteger, nullable=False),
        sa.Column("due_ms", sa.BigInteger, nullable=False),
        sa.Column("reserve_quote", Uint256, nullable=False),
        sa.Column("reserve_token", Uint256, nullable=False),
        sa.Column("liquidity_usd", Saturated, nullable=True),
        sa.Column("amount_in", Uint256, nullable=False),
        sa.Column("bought", Uint256, nullable=False),
        sa.Column("state", Word(LookState), nullable=False),
        # What the look found; empty until then, and where nothing could be read.
        sa.Column("measured_ms", sa.BigInteger, nullable=True),
        sa.Column("block_number", sa.BigInteger, nullable=True),
        sa.Column("then_quote", Uint256, nullable=True),
        sa.Column("then_token", Uint256, nullable=True),
        sa.Column("sellable", Flag, nullable=True),
        sa.Column("worth", Uint256, nullable=True),
        # Pair and reason ride along: what is followed already is asked in every cycle.
        sa.Index("ix_followups_time", "bot", "chain_id", "horizon_s", "at_ms", "pair", "reason"),
    )
