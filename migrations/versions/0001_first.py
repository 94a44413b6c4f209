"""The first schema. Frozen: what a released revision creates never changes again.

Spelled out rather than taken from `store.schema`, which moves on with the code.
"""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS: Final = "0" * 64  # where the journal's chain of hashes begins

# SQLite's integers end at 64 bits; there an amount is text.
AMOUNT: Final = sa.Numeric(78, 0).with_variant(sa.Text(), "sqlite")
# Only a plain INTEGER key counts up by itself in SQLite.
SERIAL: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _chain()
    _cycles()
    _orders()
    _positions()
    _state()
    _indexes_of_a_part()
    head = sa.table("journal_head", sa.column("id"), sa.column("seq"), sa.column("hash"))
    op.execute(sa.insert(head).values(id=1, seq=0, hash=GENESIS))


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")


def _chain() -> None:
    op.create_table(
        "markets",
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("factory", sa.Text(), primary_key=True),
        sa.Column("pair", sa.Text(), primary_key=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("decimals", sa.BigInteger(), nullable=True),
        sa.Column("quote_symbol", sa.Text(), nullable=False),
        sa.Column("quote_decimals", sa.BigInteger(), nullable=False),
        sa.Column("created_block", sa.BigInteger(), nullable=True),
        sa.Column("created_s", sa.BigInteger(), nullable=True),
        sa.Column("orphaned", sa.SmallInteger(), nullable=False, server_default="0"),
    )
    op.create_index("ix_markets_symbol", "markets", ["chain_id", sa.text("lower(symbol)")])
    op.create_table(
        "cursors",
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("factory", sa.Text(), primary_key=True),
        sa.Column("block_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
    )
    op.create_table(
        "swaps",
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("block_number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("log_index", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("is_buy", sa.SmallInteger(), nullable=False),
        sa.Column("quote_nano", sa.BigInteger(), nullable=False),
        sa.Column("trader", sa.Text(), nullable=False),
        sa.Column("tx_hash", sa.Text(), nullable=False),
    )


def _cycles() -> None:
    op.create_table(
        "cycles",
        sa.Column("id", SERIAL, sa.Identity(), primary_key=True),
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=False),
        sa.Column("scan_ms", sa.BigInteger(), nullable=False),
        sa.Column("round_trips", sa.BigInteger(), nullable=False),
        sa.Column("markets", sa.BigInteger(), nullable=False),
        sa.Column("world", sa.LargeBinary(), nullable=False),
        sa.Column("decided_ms", sa.BigInteger(), nullable=True),
        sa.UniqueConstraint("bot", "chain_id", "block_hash", name="uq_cycles_block"),
        sa.UniqueConstraint("cycle_id", name="uq_cycles_cycle_id"),
    )
    op.create_index("ix_cycles_newest", "cycles", ["bot", "chain_id", "id"])
    op.create_table(
        "detections",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("block_hash", sa.Text(), primary_key=True),
        sa.Column("pair", sa.Text(), primary_key=True),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("fetched_at_ms", sa.BigInteger(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )
    op.create_table(
        "ledger",
        sa.Column("id", SERIAL, sa.Identity(), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("symbol", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("score", sa.BigInteger(), nullable=False),
        sa.Column("passes", sa.BigInteger(), nullable=False),
        sa.Column("passed", sa.Text(), nullable=False),
        sa.Column("failed", sa.Text(), nullable=False),
        sa.Column("liquidity_usd", sa.BigInteger(), nullable=True),
        sa.Column("fdv_usd", sa.BigInteger(), nullable=True),
        sa.Column("age_s", sa.BigInteger(), nullable=True),
        sa.Column("buy_tax_bps", sa.BigInteger(), nullable=True),
        sa.Column("sell_tax_bps", sa.BigInteger(), nullable=True),
        sa.Column("impact_bps", sa.BigInteger(), nullable=True),
        sa.Column("value_wei", AMOUNT, nullable=True),
        sa.Column("bundle_id", sa.Text(), nullable=False),
        sa.UniqueConstraint("cycle_id", "pair", name="uq_ledger_decision"),
    )
    op.create_index("ix_ledger_pair", "ledger", ["bot", "pair", "at_ms"])
    op.create_index("ix_ledger_reason", "ledger", ["bot", "reason", "at_ms"])
    op.create_index("ix_ledger_time", "ledger", ["bot", "at_ms", "kind", "reason"])
    op.create_table(
        "bundles",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("body", sa.LargeBinary(), nullable=False),
    )


def _orders() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("intent_key", sa.Text(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("side", sa.Text(), nullable=False),
        sa.Column("amount_in", AMOUNT, nullable=False),
        sa.Column("expected_out", AMOUNT, nullable=False),
        sa.Column("min_out", AMOUNT, nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("strategy_version", sa.Text(), nullable=False),
        sa.Column("time_bucket", sa.BigInteger(), nullable=False),
        sa.Column("deadline_s", sa.BigInteger(), nullable=False),
        sa.Column("gas_limit", sa.BigInteger(), nullable=False),
        sa.Column("fee_max_wei", AMOUNT, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("bundle_id", sa.Text(), nullable=False),
        sa.Column("cycle_id", sa.Text(), nullable=False),
        sa.Column("trace_id", sa.Text(), nullable=False),
        sa.Column("created_ms", sa.BigInteger(), nullable=False),
        sa.Column("changed_ms", sa.BigInteger(), nullable=False),
        sa.Column("wallet", sa.Text(), nullable=True),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("block_hash", sa.Text(), nullable=True),
        sa.UniqueConstraint("kind", "intent_key", name="uq_orders_intent"),
    )
    op.create_index("ix_orders_created", "orders", ["bot", "chain_id", "created_ms"])
    op.create_index("ix_orders_pair", "orders", ["bot", "chain_id", "pair", "created_ms"])
    op.create_index("ix_orders_state", "orders", ["bot", "chain_id", "state"])
    op.create_table(
        "order_steps",
        sa.Column("id", SERIAL, sa.Identity(), primary_key=True),
        sa.Column("order_id", sa.Text(), sa.ForeignKey("orders.id"), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("ix_order_steps_order", "order_steps", ["order_id", "id"])
    op.create_table(
        "attempts",
        sa.Column("order_id", sa.Text(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("nonce", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("fee_max_wei", AMOUNT, nullable=False),
        sa.Column("priority_fee_wei", AMOUNT, nullable=False),
        sa.Column("signed_ms", sa.BigInteger(), nullable=False),
        sa.Column("signed_block", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("sends", sa.BigInteger(), nullable=False),
        sa.Column("last_code", sa.Text(), nullable=True),
    )
    op.create_table(
        "nonces",
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("wallet", sa.Text(), primary_key=True),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.Text(), nullable=False),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("until_ms", sa.BigInteger(), nullable=False),
    )


def _positions() -> None:
    op.create_table(
        "positions",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("pair", sa.Text(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("cost_wei", AMOUNT, nullable=False),
        sa.Column("proceeds_wei", AMOUNT, nullable=False),
        sa.Column("realised_wei", AMOUNT, nullable=False),
        sa.Column("gas_wei", AMOUNT, nullable=False),
        sa.Column("peak_value_wei", AMOUNT, nullable=False),
        sa.Column("entry_liquidity_wei", AMOUNT, nullable=False),
        sa.Column("opened_ms", sa.BigInteger(), nullable=False),
        sa.Column("closed_ms", sa.BigInteger(), nullable=True),
        sa.Column("exit_reason", sa.Text(), nullable=False),
    )
    op.create_index("ix_positions_bot", "positions", ["bot", "chain_id", "opened_ms"])
    op.create_table(
        "fills",
        sa.Column("order_id", sa.Text(), sa.ForeignKey("orders.id"), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("position_id", sa.Text(), sa.ForeignKey("positions.id"), nullable=True),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("token_delta", AMOUNT, nullable=False),
        sa.Column("native_delta_wei", AMOUNT, nullable=False),
        sa.Column("gas_wei", AMOUNT, nullable=False),
        sa.Column("realised_wei", AMOUNT, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("block_hash", sa.Text(), nullable=False),
        sa.Column("settled_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_fills_block", "fills", ["bot", "chain_id", "block_number"])
    op.create_index("ix_fills_day", "fills", ["bot", "chain_id", "settled_ms"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Text(), primary_key=True),
        sa.Column("bot", sa.Text(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("ledger", AMOUNT, nullable=False),
        sa.Column("chain", AMOUNT, nullable=False),
        sa.Column("realised_wei", AMOUNT, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_corrections_day", "corrections", ["bot", "chain_id", "at_ms"])
    op.create_table(
        "balances",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("moved_wei", AMOUNT, nullable=False),
    )
    op.create_table(
        "baselines",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("chain_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("balance_wei", AMOUNT, nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("set_ms", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
    )


def _state() -> None:
    op.create_table(
        "sources",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("kind", sa.Text(), primary_key=True),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("since_ms", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "job_runs",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("job", sa.Text(), primary_key=True),
        sa.Column("scheduled_ms", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("started_ms", sa.BigInteger(), nullable=True),
        sa.Column("finished_ms", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
    )
    op.create_index("ix_job_runs_newest", "job_runs", ["bot", "scheduled_ms"])
    op.create_table(
        "counters",
        sa.Column("bot", sa.Text(), primary_key=True),
        sa.Column("name", sa.Text(), primary_key=True),
        sa.Column("value", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "journal",
        sa.Column("seq", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("at_ms", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )
    op.create_table(
        "journal_head",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
    )


def _indexes_of_a_part() -> None:
    op.execute(
        "CREATE INDEX ix_ledger_rare ON ledger (bot, kind, at_ms)"
        " WHERE kind IN ('BUY', 'HOLD', 'SELL', 'SKIP')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_orders_live ON orders (bot, chain_id, pair)"
        " WHERE kind = 'swap' AND state IN ('created', 'mined', 'pending', 'signed', 'submitted')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_orders_nonce ON orders (chain_id, wallet, nonce)"
        " WHERE nonce IS NOT NULL AND state <> 'dropped'"
    )
    op.execute(
        "CREATE INDEX ix_orders_wallet ON orders (chain_id, wallet, nonce)"
        " WHERE nonce IS NOT NULL"
        " AND state IN ('created', 'mined', 'pending', 'signed', 'submitted')"
    )
    op.execute(
        "CREATE UNIQUE INDEX uq_positions_open ON positions (bot, chain_id, pair)"
        " WHERE closed_ms IS NULL"
    )
