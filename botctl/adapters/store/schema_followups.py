"""The table of followed decisions: one row a decision and horizon, written twice: enqueued, then seen."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Flag
from botctl.adapters.store.schema_parts import (
    amount,
    index_where,
    metadata,
    number,
    text,
    unbounded,
    word,
)
from botctl.core.grading import LookState

# A query finds the partial index only by saying its condition in the same words.
DUE: Final = f"state = '{LookState.DUE}'"

followups: Final = sa.Table(
    "followups",
    metadata,
    text("cycle_id", key=True),
    text("pair", key=True),
    number("horizon_s", key=True),
    text("bot"),
    number("chain_id"),
    text("token"),
    text("quote"),
    text("kind"),
    text("reason"),
    number("at_ms"),
    number("due_ms"),
    amount("reserve_quote"),
    amount("reserve_token"),
    unbounded("liquidity_usd", null=True),
    amount("amount_in"),
    amount("bought"),
    word("state", LookState),
    # What the look found; empty until then, and where nothing could be read.
    number("measured_ms", null=True),
    number("block_number", null=True),
    amount("then_quote", null=True),
    amount("then_token", null=True),
    sa.Column("sellable", Flag, nullable=True),
    amount("worth", null=True),
    # Pair and reason ride along: what is followed already is asked in every cycle.
    sa.Index("ix_followups_time", "bot", "chain_id", "horizon_s", "at_ms", "pair", "reason"),
)
index_where("ix_followups_due", "followups", "bot, chain_id, due_ms", DUE, unique=False)
