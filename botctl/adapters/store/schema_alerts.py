"""The tables of alerts, preflights and settings.

None of them is witnessed by the journal: no money depends on them. What a preflight permits is in the
journal as an entry of its own.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Foreign
from botctl.adapters.store.schema_parts import foreign, index_where, metadata, number, serial, text

alerts: Final = sa.Table(  # one row a key: its newest episode
    "alerts",
    metadata,
    text("bot", key=True),
    sa.Column("key", Foreign, primary_key=True, nullable=False),
    text("code"),
    number("tier"),
    text("origin"),
    foreign("subject"),
    foreign("evidence"),
    text("cycle_id"),
    text("what"),
    text("action"),
    text("runbook"),
    number("first_ms"),
    number("last_ms"),
    number("times"),
    number("resolved_ms", null=True),
    number("heard", null=True),
    number("unheard"),
    number("reminders"),
    text("told_ms"),  # JSON
    number("snapshot_ms", null=True),
    number("version"),
)

letters: Final = sa.Table(  # the outbox, one row a channel; sent ones are kept for a while
    "alert_letters",
    metadata,
    serial(),
    text("bot"),
    text("channel"),
    foreign("key"),
    text("saying"),
    foreign("text"),
    foreign("facts"),
    number("made_ms"),
    number("tries"),
    number("next_ms"),
    number("sent_ms", null=True),
    number("gave_up_ms", null=True),
    foreign("said"),
    sa.Index("ix_alert_letters_newest", "bot", "id"),
)
WAITING: Final = "sent_ms IS NULL AND gave_up_ms IS NULL"
index_where("ix_alert_letters_waiting", "alert_letters", "bot, channel, id", WAITING, unique=False)

channels: Final = sa.Table(
    "alert_channels",
    metadata,
    text("bot", key=True),
    text("channel", key=True),
    number("ok_ms", null=True),
    number("tried_ms", null=True),
    foreign("said"),
)

preflights: Final = sa.Table(
    "preflights",
    metadata,
    serial(),
    text("bot"),
    number("at_ms"),
    text("config_hash"),
    text("build_sha"),
    number("passed"),
    number("warned_only"),
    foreign("why"),
    foreign("body"),
    sa.Index("ix_preflights_of", "bot", "config_hash", "build_sha", "id"),
)

settings: Final = sa.Table(  # without secrets and places
    "settings",
    metadata,
    text("config_hash", key=True),
    number("first_ms"),
    foreign("body"),
)
