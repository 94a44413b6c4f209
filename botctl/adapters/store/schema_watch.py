"""What outlives a process: switches, breakers, pauses, health, failures, jobs, providers and counters."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Foreign
from botctl.adapters.store.schema_parts import (
    foreign,
    metadata,
    number,
    serial,
    text,
    unbounded,
    word,
)
from botctl.core.breakers import BreakerState
from botctl.core.health.evidence import HealthState
from botctl.core.permission import SourceKind

sources: Final = sa.Table(
    "sources",
    metadata,
    text("bot", key=True),
    word("kind", SourceKind, key=True),
    number("level"),
    foreign("reason"),
    foreign("who"),
    number("since_ms"),
)

breakers: Final = sa.Table(
    "breakers",
    metadata,
    text("bot", key=True),
    text("name", key=True),
    word("state", BreakerState),
    number("since_ms"),
    number("failures"),
    number("until_ms"),
    foreign("why"),
)

pauses: Final = sa.Table(
    "pauses",
    metadata,
    text("bot", key=True),
    text("scope", key=True),  # a pair's address, or "" for all of them
    number("until_ms"),
    foreign("reason"),
    foreign("who"),
    number("since_ms"),
    number("level"),
)

health: Final = sa.Table(  # appended when the computed state changes, and never changed again
    "health",
    metadata,
    serial(),
    text("bot"),
    number("at_ms"),
    word("was", HealthState),
    word("now", HealthState),
    foreign("findings"),  # canonical JSON
    sa.Index("ix_health_newest", "bot", "id"),
)

errors: Final = sa.Table(  # of the last day: commands that ended with a code
    "errors",
    metadata,
    serial(),
    text("bot"),
    number("at_ms"),
    text("code"),
    text("command"),
    sa.Index("ix_errors_time", "bot", "at_ms"),
)

job_runs: Final = sa.Table(
    "job_runs",
    metadata,
    text("bot", key=True),
    text("job", key=True),
    number("scheduled_ms", key=True),
    number("started_ms", null=True),
    number("finished_ms", null=True),
    text("outcome"),
    foreign("detail"),
    sa.Index("ix_job_runs_newest", "bot", "scheduled_ms"),
)

providers: Final = sa.Table(  # one row a (chain, name): what one process learned for the next
    "providers",
    metadata,
    number("chain_id", key=True),
    sa.Column("name", Foreign, primary_key=True),
    text("errors"),  # `CODE=count ...`
    text("recent"),  # latencies in ms, oldest first, -1 for a failure
    text("head_hash"),
    text("last_code"),
    number("requests"),
    number("calls"),
    number("head_seen_ms"),
    number("limited_until_ms"),
    number("cooldown_until_ms"),
    number("failures_in_a_row"),
    number("spent_in_s"),
    number("spent"),
    number("updated_ms"),
    unbounded("head_number", null=True),  # whatever a provider claims
)

counters: Final = sa.Table(
    "counters",
    metadata,
    text("bot", key=True),
    text("name", key=True),
    unbounded("value"),
)
