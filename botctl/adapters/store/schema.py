"""Every table, as one SQLAlchemy Core metadata. `migrations/` builds the same; a test compares.

Times are milliseconds UTC. Addresses and hashes are lower-case text. Each index names the reader it is
for: a test asks both databases for the plan of every read.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import (
    schema_alerts,
    schema_archives,
    schema_chat,
    schema_followups,
    schema_parts,
    schema_service,
    schema_telemetry,
    schema_watch,
    schema_web,
)
from botctl.adapters.store.columns import EntryFacts
from botctl.adapters.store.schema_parts import (
    amount,
    blob,
    change,
    foreign,
    index_where,
    number,
    serial,
    text,
    unbounded,
    word,
)
from botctl.core.facts import Source
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderState
from botctl.core.orders import AttemptKind, OrderKind, SendCode
from botctl.core.reasons import Kind
from botctl.core.terms import Regime

metadata: Final = schema_parts.metadata


def _of_order(*, key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=key, nullable=False
    )


RARE: Final = frozenset({Kind.BUY, Kind.SELL, Kind.SKIP, Kind.HOLD})
_RARE_KINDS: Final = ", ".join(f"'{kind}'" for kind in sorted(RARE))
_OPEN_STATES: Final = ", ".join(f"'{state}'" for state in sorted(OPEN))
# A query finds a partial index only by saying its condition in the same words.
TAKEN: Final = f"nonce IS NOT NULL AND state <> '{OrderState.DROPPED}'"
WAITING: Final = f"nonce IS NOT NULL AND state IN ({_OPEN_STATES})"

# What the chain's logs told, per (chain, factory); swaps belong to a chain, whoever read them.

markets: Final = sa.Table(
    "markets",
    metadata,
    number("chain_id", key=True),
    text("factory", key=True),
    text("pair", key=True),
    text("token"),
    text("quote"),
    word("source", Source),
    foreign("symbol", null=True),
    foreign("name", null=True),
    unbounded("decimals", null=True),  # a token may claim any 256-bit number
    foreign("quote_symbol"),
    number("quote_decimals"),
    number("created_block", null=True),
    number("created_s", null=True),
    # 1: its creation vanished in a reorg. Kept, because we may hold it, and to name what we held.
    sa.Column("orphaned", sa.SmallInteger, nullable=False, server_default="0"),
    text("launcher", null=True),
    sa.Index("ix_markets_symbol", "chain_id", sa.text("lower(symbol)")),
)

cursors: Final = sa.Table(
    "cursors",
    metadata,
    number("chain_id", key=True),
    text("factory", key=True),
    number("block_number", key=True),
    text("block_hash"),
)

swaps: Final = sa.Table(
    "swaps",
    metadata,
    number("chain_id", key=True),
    number("block_number", key=True),
    number("log_index", key=True),
    text("pair"),
    sa.Column("is_buy", sa.SmallInteger, nullable=False),
    unbounded("quote_nano"),  # a worthless quote token may move any amount
    text("trader"),
    text("tx_hash"),
)

# One pass of the loop: what was seen, what was decided, and why.

cycles: Final = sa.Table(
    "cycles",
    metadata,
    serial(),
    text("cycle_id"),
    text("bot"),
    number("chain_id"),
    text("trace_id"),
    number("block_number"),
    text("block_hash"),
    number("started_ms"),
    number("scan_ms"),
    number("round_trips"),
    number("markets"),
    blob("world"),
    number("decided_ms", null=True),
    sa.UniqueConstraint("cycle_id", name="uq_cycles_cycle_id"),
    sa.UniqueConstraint("bot", "chain_id", "block_hash", name="uq_cycles_block"),
    sa.Index("ix_cycles_newest", "bot", "chain_id", "id"),
)

detections: Final = sa.Table(
    "detections",
    metadata,
    text("bot", key=True),
    text("block_hash", key=True),
    text("pair", key=True),
    number("block_number"),
    number("fetched_at_ms"),
    text("provider"),
    blob("body"),
)

ledger: Final = sa.Table(
    "ledger",
    metadata,
    serial(),
    text("bot"),
    # No foreign key: the write that adds rows has just claimed the cycle, and a check costs a row each.
    text("cycle_id"),
    number("at_ms"),
    number("block_number"),
    text("pair"),
    text("token"),
    foreign("symbol", null=True),
    text("kind"),
    text("reason"),
    foreign("detail"),
    number("score"),
    number("passes"),
    text("passed"),
    text("failed"),
    unbounded("liquidity_usd", null=True),  # reserves may be any 112-bit number
    unbounded("fdv_usd", null=True),
    unbounded("age_s", null=True),
    unbounded("buy_tax_bps", null=True),
    unbounded("sell_tax_bps", null=True),
    unbounded("impact_bps", null=True),
    amount("value_wei", null=True),
    text("bundle_id"),
    sa.UniqueConstraint("cycle_id", "pair", name="uq_ledger_decision"),
    # Kind and reason ride along, so that the tally of reasons never leaves the index.
    sa.Index("ix_ledger_time", "bot", "at_ms", "kind", "reason"),
    sa.Index("ix_ledger_pair", "bot", "pair", "at_ms"),
    sa.Index("ix_ledger_reason", "bot", "reason", "at_ms"),
)
# The kinds most rows have need no index to be found, and adding to it would cost every cycle.
index_where(
    "ix_ledger_rare", "ledger", "bot, kind, at_ms", f"kind IN ({_RARE_KINDS})", unique=False
)

bundles: Final = sa.Table(
    "bundles",
    metadata,
    text("id", key=True),  # sha256 of the body, 64 hex digits
    blob("body"),  # whose it is stands inside, and in the ledger's rows
)

# Orders, and what came of them.

orders: Final = sa.Table(
    "orders",
    metadata,
    text("id", key=True),
    text("bot"),
    number("chain_id"),
    word("kind", OrderKind),
    text("intent_key"),
    text("pair"),
    text("token"),
    word("side", Side),
    amount("amount_in"),
    amount("expected_out"),
    amount("min_out"),
    text("route"),
    text("strategy_version"),
    number("time_bucket"),
    number("deadline_s"),
    unbounded("gas_limit"),  # measured by a contract we do not trust
    amount("fee_max_wei"),
    word("state", OrderState),
    text("bundle_id"),
    text("cycle_id"),
    text("trace_id"),
    number("created_ms"),
    number("changed_ms"),
    text("wallet", null=True),
    number("nonce", null=True),
    text("code"),
    foreign("detail"),
    number("block_number", null=True),
    text("block_hash", null=True),
    sa.UniqueConstraint("kind", "intent_key", name="uq_orders_intent"),
    sa.Index("ix_orders_created", "bot", "chain_id", "created_ms"),
    sa.Index("ix_orders_state", "bot", "chain_id", "state"),
    sa.Index("ix_orders_pair", "bot", "chain_id", "pair", "created_ms"),
)

# Held by the database itself: one order an intent (above), one live swap a market, one order a nonce.
index_where(
    "uq_orders_live",
    "orders",
    "bot, chain_id, pair",
    f"kind = '{OrderKind.SWAP}' AND state IN ({_OPEN_STATES})",
)
index_where(
    "uq_orders_nonce",
    "orders",
    "chain_id, wallet, nonce",
    TAKEN,
)
index_where("ix_orders_wallet", "orders", "chain_id, wallet, nonce", WAITING, unique=False)

order_steps: Final = sa.Table(
    "order_steps",
    metadata,
    serial(),
    _of_order(),
    number("at_ms"),
    text("event"),
    text("state"),
    text("code"),
    foreign("detail"),
    sa.Index("ix_order_steps_order", "order_id", "id"),
)

attempts: Final = sa.Table(
    "attempts",
    metadata,
    _of_order(key=True),
    number("number", key=True),
    number("nonce"),
    blob("raw"),
    text("hash"),
    amount("fee_max_wei"),
    amount("priority_fee_wei"),
    number("signed_ms"),
    number("signed_block"),
    word("kind", AttemptKind),
    number("fence"),
    number("sends"),
    word("last_code", SendCode, null=True),
)

nonces: Final = sa.Table(
    "nonces",
    metadata,
    number("chain_id", key=True),
    text("wallet", key=True),
    number("next"),
    text("holder"),  # of the lease; "" while it is free
    number("fence"),  # one more for every change of holder
    number("until_ms"),
)

positions: Final = sa.Table(
    "positions",
    metadata,
    text("id", key=True),
    text("bot"),
    number("chain_id"),
    text("pair"),
    text("token"),
    amount("quantity"),
    change("cost_wei"),
    change("proceeds_wei"),
    change("realised_wei"),
    amount("gas_wei"),
    amount("peak_value_wei"),
    amount("entry_liquidity_wei"),
    number("opened_ms"),
    number("closed_ms", null=True),
    text("exit_reason"),
    sa.Column("entry", EntryFacts, nullable=True),
    sa.Index("ix_positions_bot", "bot", "chain_id", "opened_ms"),
    sa.Index("ix_positions_closed", "bot", "chain_id", "closed_ms"),
)
index_where("uq_positions_open", "positions", "bot, chain_id, pair", "closed_ms IS NULL")

fills: Final = sa.Table(
    "fills",
    metadata,
    _of_order(key=True),  # the key that makes booking twice impossible
    text("bot"),
    number("chain_id"),
    word("kind", OrderKind),
    sa.Column("position_id", sa.Text, sa.ForeignKey("positions.id"), nullable=True),
    text("token"),
    change("token_delta"),
    change("native_delta_wei"),
    amount("gas_wei"),
    change("realised_wei"),
    number("block_number"),
    text("block_hash"),
    number("settled_ms"),
    sa.Index("ix_fills_day", "bot", "chain_id", "settled_ms"),
    sa.Index("ix_fills_block", "bot", "chain_id", "block_number"),
)

corrections: Final = sa.Table(  # every change of the books that no order made
    "corrections",
    metadata,
    text("id", key=True),  # the key that makes booking twice impossible
    text("bot"),
    number("chain_id"),
    text("token"),
    change("ledger"),
    change("chain"),
    change("realised_wei"),
    number("block_number", null=True),  # None: no block was read, what is left was given up
    foreign("why"),
    number("at_ms"),
    sa.Index("ix_corrections_day", "bot", "chain_id", "at_ms"),
)

balances: Final = sa.Table(  # the running sum of fills and corrections: one row to lock and to read
    "balances",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    change("moved_wei"),
)

baselines: Final = sa.Table(
    "baselines",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    amount("balance_wei"),
    number("block_number"),
    number("set_ms"),
    foreign("why"),
)

regimes: Final = sa.Table(  # the times as they were last read; the journal keeps every change
    "regimes",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    word("regime", Regime),
    number("since_ms"),
    text("numbers"),
    text("why"),
)

# What outlives a process, and who is told of it.

sources: Final = schema_watch.sources
breakers: Final = schema_watch.breakers
pauses: Final = schema_watch.pauses
health: Final = schema_watch.health
errors: Final = schema_watch.errors
job_runs: Final = schema_watch.job_runs
providers: Final = schema_watch.providers
counters: Final = schema_watch.counters
alerts: Final = schema_alerts.alerts
letters: Final = schema_alerts.letters
channels: Final = schema_alerts.channels
preflights: Final = schema_alerts.preflights
settings: Final = schema_alerts.settings
spans: Final = schema_telemetry.spans
metrics: Final = schema_telemetry.metrics
metric_marks: Final = schema_telemetry.metric_marks
chat_offsets: Final = schema_chat.offsets
followups: Final = schema_followups.followups
days: Final = schema_service.days
starts: Final = schema_service.starts
key_ages: Final = schema_service.key_ages
web_tokens: Final = schema_web.tokens
archives: Final = schema_archives.archives
archived_days: Final = schema_archives.archived_days

journal: Final = sa.Table(
    "journal",
    metadata,
    number("seq", key=True),  # without a gap, so that a missing entry shows
    number("at_ms"),
    text("subject"),
    text("event"),
    text("body"),
    text("hash"),
)

journal_head: Final = sa.Table(  # one row: the lock of the chain, and the witness of its end
    "journal_head",
    metadata,
    number("id", key=True),
    number("seq"),
    text("hash"),
)

revision: Final = sa.Table(  # Alembic's own table, named here so that all can be listed
    "alembic_version",
    metadata,
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
