"""Every table, as one SQLAlchemy Core metadata. `migrations/` builds the same; a test compares.

Times are milliseconds UTC. Addresses and hashes are lower-case text. Each index names the reader it is
for: a test asks both databases for the plan of every read.
"""

from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from botctl.adapters.store import schema_followups
from botctl.adapters.store.columns import EntryFacts, Foreign, Int256, Saturated, Uint256, Word
from botctl.adapters.store.schema_providers import PROVIDERS
from botctl.core.breakers import BreakerState
from botctl.core.facts import Source
from botctl.core.health.evidence import HealthState
from botctl.core.intent import Side
from botctl.core.lifecycle import OPEN, OrderState
from botctl.core.orders import AttemptKind, OrderKind, SendCode
from botctl.core.permission import SourceKind
from botctl.core.reasons import Kind
from botctl.core.terms import Regime

metadata: Final = sa.MetaData()


def _serial() -> sa.Column[int]:
    """Grows with every row, so that "newest" does not depend on a clock."""
    kind = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    return sa.Column("id", kind, sa.Identity(), primary_key=True)


def _text(name: str, *, key: bool = False, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def _number(name: str, *, key: bool = False, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=null, autoincrement=False)


def _unbounded(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Saturated, nullable=null)


def _amount(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, Uint256, nullable=null)


def _change(name: str) -> sa.Column[int]:
    return sa.Column(name, Int256, nullable=False)


def _foreign(name: str, *, null: bool = False) -> sa.Column[str]:
    return sa.Column(name, Foreign, nullable=null)


def _word(
    name: str, words: type[StrEnum], *, key: bool = False, null: bool = False
) -> sa.Column[StrEnum]:
    return sa.Column(name, Word(words), primary_key=key, nullable=null)


def _bytes(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=False)


def _of_order(*, key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "order_id", sa.Text, sa.ForeignKey("orders.id"), primary_key=key, nullable=False
    )


def _index_where(name: str, table: str, columns: str, where: str, *, unique: bool = True) -> None:
    """A partial index, in the one spelling both databases read.

    Not `sa.Index(postgresql_where=...)`: that loads the whole PostgreSQL dialect, whatever is in use.
    """
    kind = "UNIQUE INDEX" if unique else "INDEX"
    sql = f"CREATE {kind} {name} ON {table} ({columns}) WHERE {where}"

    def make(_table: object, db: Connection, **_: object) -> None:
        db.exec_driver_sql(sql)

    sa.event.listen(metadata.tables[table], "after_create", make)


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
    _number("chain_id", key=True),
    _text("factory", key=True),
    _text("pair", key=True),
    _text("token"),
    _text("quote"),
    _word("source", Source),
    _foreign("symbol", null=True),
    _foreign("name", null=True),
    _unbounded("decimals", null=True),  # a token may claim any 256-bit number
    _foreign("quote_symbol"),
    _number("quote_decimals"),
    _number("created_block", null=True),
    _number("created_s", null=True),
    # 1: its creation vanished in a reorg. Kept, because we may hold it, and to name what we held.
    sa.Column("orphaned", sa.SmallInteger, nullable=False, server_default="0"),
    _text("launcher", null=True),
    sa.Index("ix_markets_symbol", "chain_id", sa.text("lower(symbol)")),
)

cursors: Final = sa.Table(
    "cursors",
    metadata,
    _number("chain_id", key=True),
    _text("factory", key=True),
    _number("block_number", key=True),
    _text("block_hash"),
)

swaps: Final = sa.Table(
    "swaps",
    metadata,
    _number("chain_id", key=True),
    _number("block_number", key=True),
    _number("log_index", key=True),
    _text("pair"),
    sa.Column("is_buy", sa.SmallInteger, nullable=False),
    _unbounded("quote_nano"),  # a worthless quote token may move any amount
    _text("trader"),
    _text("tx_hash"),
)

# One pass of the loop: what was seen, what was decided, and why.

cycles: Final = sa.Table(
    "cycles",
    metadata,
    _serial(),
    _text("cycle_id"),
    _text("bot"),
    _number("chain_id"),
    _text("trace_id"),
    _number("block_number"),
    _text("block_hash"),
    _number("started_ms"),
    _number("scan_ms"),
    _number("round_trips"),
    _number("markets"),
    _bytes("world"),
    _number("decided_ms", null=True),
    sa.UniqueConstraint("cycle_id", name="uq_cycles_cycle_id"),
    sa.UniqueConstraint("bot", "chain_id", "block_hash", name="uq_cycles_block"),
    sa.Index("ix_cycles_newest", "bot", "chain_id", "id"),
)

detections: Final = sa.Table(
    "detections",
    metadata,
    _text("bot", key=True),
    _text("block_hash", key=True),
    _text("pair", key=True),
    _number("block_number"),
    _number("fetched_at_ms"),
    _text("provider"),
    _bytes("body"),
)

ledger: Final = sa.Table(
    "ledger",
    metadata,
    _serial(),
    _text("bot"),
    # No foreign key: the write that adds rows has just claimed the cycle, and a check costs a row each.
    _text("cycle_id"),
    _number("at_ms"),
    _number("block_number"),
    _text("pair"),
    _text("token"),
    _foreign("symbol", null=True),
    _text("kind"),
    _text("reason"),
    _foreign("detail"),
    _number("score"),
    _number("passes"),
    _text("passed"),
    _text("failed"),
    _unbounded("liquidity_usd", null=True),  # reserves may be any 112-bit number
    _unbounded("fdv_usd", null=True),
    _unbounded("age_s", null=True),
    _unbounded("buy_tax_bps", null=True),
    _unbounded("sell_tax_bps", null=True),
    _unbounded("impact_bps", null=True),
    _amount("value_wei", null=True),
    _text("bundle_id"),
    sa.UniqueConstraint("cycle_id", "pair", name="uq_ledger_decision"),
    # Kind and reason ride along, so that the tally of reasons never leaves the index.
    sa.Index("ix_ledger_time", "bot", "at_ms", "kind", "reason"),
    sa.Index("ix_ledger_pair", "bot", "pair", "at_ms"),
    sa.Index("ix_ledger_reason", "bot", "reason", "at_ms"),
)
# The kinds most rows have need no index to be found, and adding to it would cost every cycle.
_index_where(
    "ix_ledger_rare", "ledger", "bot, kind, at_ms", f"kind IN ({_RARE_KINDS})", unique=False
)

bundles: Final = sa.Table(
    "bundles",
    metadata,
    _text("id", key=True),  # sha256 of the body, 64 hex digits
    _bytes("body"),  # whose it is stands inside, and in the ledger's rows
)

followups: Final = sa.Table(schema_followups.NAME, metadata, *schema_followups.columns())
_index_where(
    "ix_followups_due",
    schema_followups.NAME,
    schema_followups.DUE_COLUMNS,
    schema_followups.DUE,
    unique=False,
)

# Orders, and what came of them.

orders: Final = sa.Table(
    "orders",
    metadata,
    _text("id", key=True),
    _text("bot"),
    _number("chain_id"),
    _word("kind", OrderKind),
    _text("intent_key"),
    _text("pair"),
    _text("token"),
    _word("side", Side),
    _amount("amount_in"),
    _amount("expected_out"),
    _amount("min_out"),
    _text("route"),
    _text("strategy_version"),
    _number("time_bucket"),
    _number("deadline_s"),
    _unbounded("gas_limit"),  # measured by a contract we do not trust
    _amount("fee_max_wei"),
    _word("state", OrderState),
    _text("bundle_id"),
    _text("cycle_id"),
    _text("trace_id"),
    _number("created_ms"),
    _number("changed_ms"),
    _text("wallet", null=True),
    _number("nonce", null=True),
    _text("code"),
    _foreign("detail"),
    _number("block_number", null=True),
    _text("block_hash", null=True),
    sa.UniqueConstraint("kind", "intent_key", name="uq_orders_intent"),
    sa.Index("ix_orders_created", "bot", "chain_id", "created_ms"),
    sa.Index("ix_orders_state", "bot", "chain_id", "state"),
    sa.Index("ix_orders_pair", "bot", "chain_id", "pair", "created_ms"),
)

# Held by the database itself: one order an intent (above), one live swap a market, one order a nonce.
_index_where(
    "uq_orders_live",
    "orders",
    "bot, chain_id, pair",
    f"kind = '{OrderKind.SWAP}' AND state IN ({_OPEN_STATES})",
)
_index_where(
    "uq_orders_nonce",
    "orders",
    "chain_id, wallet, nonce",
    TAKEN,
)
_index_where("ix_orders_wallet", "orders", "chain_id, wallet, nonce", WAITING, unique=False)

order_steps: Final = sa.Table(
    "order_steps",
    metadata,
    _serial(),
    _of_order(),
    _number("at_ms"),
    _text("event"),
    _text("state"),
    _text("code"),
    _foreign("detail"),
    sa.Index("ix_order_steps_order", "order_id", "id"),
)

attempts: Final = sa.Table(
    "attempts",
    metadata,
    _of_order(key=True),
    _number("number", key=True),
    _number("nonce"),
    _bytes("raw"),
    _text("hash"),
    _amount("fee_max_wei"),
    _amount("priority_fee_wei"),
    _number("signed_ms"),
    _number("signed_block"),
    _word("kind", AttemptKind),
    _number("fence"),
    _number("sends"),
    _word("last_code", SendCode, null=True),
)

nonces: Final = sa.Table(
    "nonces",
    metadata,
    _number("chain_id", key=True),
    _text("wallet", key=True),
    _number("next"),
    _text("holder"),  # of the lease; "" while it is free
    _number("fence"),  # one more for every change of holder
    _number("until_ms"),
)

positions: Final = sa.Table(
    "positions",
    metadata,
    _text("id", key=True),
    _text("bot"),
    _number("chain_id"),
    _text("pair"),
    _text("token"),
    _amount("quantity"),
    _change("cost_wei"),
    _change("proceeds_wei"),
    _change("realised_wei"),
    _amount("gas_wei"),
    _amount("peak_value_wei"),
    _amount("entry_liquidity_wei"),
    _number("opened_ms"),
    _number("closed_ms", null=True),
    _text("exit_reason"),
    sa.Column("entry", EntryFacts, nullable=True),
    sa.Index("ix_positions_bot", "bot", "chain_id", "opened_ms"),
    sa.Index("ix_positions_closed", "bot", "chain_id", "closed_ms"),
)
_index_where("uq_positions_open", "positions", "bot, chain_id, pair", "closed_ms IS NULL")

fills: Final = sa.Table(
    "fills",
    metadata,
    _of_order(key=True),  # the key that makes booking twice impossible
    _text("bot"),
    _number("chain_id"),
    _word("kind", OrderKind),
    sa.Column("position_id", sa.Text, sa.ForeignKey("positions.id"), nullable=True),
    _text("token"),
    _change("token_delta"),
    _change("native_delta_wei"),
    _amount("gas_wei"),
    _change("realised_wei"),
    _number("block_number"),
    _text("block_hash"),
    _number("settled_ms"),
    sa.Index("ix_fills_day", "bot", "chain_id", "settled_ms"),
    sa.Index("ix_fills_block", "bot", "chain_id", "block_number"),
)

corrections: Final = sa.Table(  # every change of the books that no order made
    "corrections",
    metadata,
    _text("id", key=True),  # the key that makes booking twice impossible
    _text("bot"),
    _number("chain_id"),
    _text("token"),
    _change("ledger"),
    _change("chain"),
    _change("realised_wei"),
    _number("block_number", null=True),  # None: no block was read, what is left was given up
    _foreign("why"),
    _number("at_ms"),
    sa.Index("ix_corrections_day", "bot", "chain_id", "at_ms"),
)

balances: Final = sa.Table(  # the running sum of fills and corrections: one row to lock and to read
    "balances",
    metadata,
    _text("bot", key=True),
    _number("chain_id", key=True),
    _change("moved_wei"),
)

baselines: Final = sa.Table(
    "baselines",
    metadata,
    _text("bot", key=True),
    _number("chain_id", key=True),
    _amount("balance_wei"),
    _number("block_number"),
    _number("set_ms"),
    _foreign("why"),
)

regimes: Final = sa.Table(  # the times as they were last read; the journal keeps every change
    "regimes",
    metadata,
    _text("bot", key=True),
    _number("chain_id", key=True),
    _word("regime", Regime),
    _number("since_ms"),
    _text("numbers"),
    _text("why"),
)

# What outlives a process.

sources: Final = sa.Table(
    "sources",
    metadata,
    _text("bot", key=True),
    _word("kind", SourceKind, key=True),
    _number("level"),
    _foreign("reason"),
    _foreign("who"),
    _number("since_ms"),
)

breakers: Final = sa.Table(
    "breakers",
    metadata,
    _text("bot", key=True),
    _text("name", key=True),
    _word("state", BreakerState),
    _number("since_ms"),
    _number("failures"),
    _number("until_ms"),
    _foreign("why"),
)

pauses: Final = sa.Table(
    "pauses",
    metadata,
    _text("bot", key=True),
    _text("scope", key=True),  # a pair's address, or "" for all of them
    _number("until_ms"),
    _foreign("reason"),
    _foreign("who"),
    _number("since_ms"),
    _number("level"),
)

health: Final = sa.Table(  # appended when the computed state changes, and never changed again
    "health",
    metadata,
    _serial(),
    _text("bot"),
    _number("at_ms"),
    _word("was", HealthState),
    _word("now", HealthState),
    _foreign("findings"),  # canonical JSON
    sa.Index("ix_health_newest", "bot", "id"),
)

errors: Final = sa.Table(  # of the last day: commands that ended with a code
    "errors",
    metadata,
    _serial(),
    _text("bot"),
    _number("at_ms"),
    _text("code"),
    _text("command"),
    sa.Index("ix_errors_time", "bot", "at_ms"),
)

job_runs: Final = sa.Table(
    "job_runs",
    metadata,
    _text("bot", key=True),
    _text("job", key=True),
    _number("scheduled_ms", key=True),
    _number("started_ms", null=True),
    _number("finished_ms", null=True),
    _text("outcome"),
    _foreign("detail"),
    sa.Index("ix_job_runs_newest", "bot", "scheduled_ms"),
)

providers: Final = PROVIDERS.to_metadata(metadata)

counters: Final = sa.Table(
    "counters",
    metadata,
    _text("bot", key=True),
    _text("name", key=True),
    _unbounded("value"),
)

journal: Final = sa.Table(
    "journal",
    metadata,
    _number("seq", key=True),  # without a gap, so that a missing entry shows
    _number("at_ms"),
    _text("subject"),
    _text("event"),
    _text("body"),
    _text("hash"),
)

journal_head: Final = sa.Table(  # one row: the lock of the chain, and the witness of its end
    "journal_head",
    metadata,
    _number("id", key=True),
    _number("seq"),
    _text("hash"),
)

revision: Final = sa.Table(  # Alembic's own table, named here so that all can be listed
    "alembic_version",
    metadata,
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
