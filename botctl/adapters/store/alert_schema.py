"""The tables of alerts, preflights and settings; in `schema`'s metadata, in a file of their own.

None of them is witnessed by the journal: no money depends on them. What a preflight permits is in the
journal as an entry of its own.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store import schema
from botctl.adapters.store.columns import Foreign
from botctl.adapters.store.schema import metadata

_text, _number, _foreign = schema._text, schema._number, schema._foreign  # noqa: SLF001  one schema

alerts: Final = sa.Table(  # one row a key: its newest episode
    "alerts",
    metadata,
    _text("bot", key=True),
    sa.Column("key", Foreign, primary_key=True, nullable=False),
    _text("code"),
    _number("tier"),
    _text("origin"),
    _foreign("subject"),
    _foreign("evidence"),
    _text("cycle_id"),
    _text("what"),
    _text("action"),
    _text("runbook"),
    _number("first_ms"),
    _number("last_ms"),
    _number("times"),
    _number("resolved_ms", null=True),
    _number("heard", null=True),
    _number("unheard"),
    _number("reminders"),
    _text("told_ms"),  # JSON
    _number("snapshot_ms", null=True),
    _number("version"),
)

letters: Final = sa.Table(  # the outbox, one row a channel; sent ones are kept for a while
    "alert_letters",
    metadata,
    schema._serial(),  # noqa: SLF001
    _text("bot"),
    _text("channel"),
    _foreign("key"),
    _text("saying"),
    _foreign("text"),
    _foreign("facts"),
    _number("made_ms"),
    _number("tries"),
    _number("next_ms"),
    _number("sent_ms", null=True),
    _number("gave_up_ms", null=True),
    _foreign("said"),
    sa.Index("ix_alert_letters_newest", "bot", "id"),
)
WAITING: Final = "sent_ms IS NULL AND gave_up_ms IS NULL"
schema._index_where(  # noqa: SLF001
    "ix_alert_letters_waiting", "alert_letters", "bot, channel, id", WAITING, unique=False
)

channels: Final = sa.Table(
    "alert_channels",
    metadata,
    _text("bot", key=True),
    _text("channel", key=True),
    _number("ok_ms", null=True),
    _number("tried_ms", null=True),
    _foreign("said"),
)

preflights: Final = sa.Table(
    "preflights",
    metadata,
    schema._serial(),  # noqa: SLF001
    _text("bot"),
    _number("at_ms"),
    _text("config_hash"),
    _text("build_sha"),
    _number("passed"),
    _number("warned_only"),
    _foreign("why"),
    _foreign("body"),
    sa.Index("ix_preflights_of", "bot", "config_hash", "build_sha", "id"),
)

settings: Final = sa.Table(  # without secrets and places
    "settings",
    metadata,
    _text("config_hash", key=True),
    _number("first_ms"),
    _foreign("body"),
)
