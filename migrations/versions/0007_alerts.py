"""Alerts with their outbox, preflights, and the settings that were ever used."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Only a plain INTEGER key counts up by itself in SQLite.
SERIAL: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _alerts()
    _letters()
    _preflights()


def downgrade() -> None:
    raise NotImplementedError("a schema only moves forward; restore the backup made before")


def _alerts() -> None:
    op.create_table(
        "alerts",
        _text("bot", key=True),
        _text("key", key=True),
        _text("code"),
        _number("tier"),
        *(_text(name) for name in ("origin", "subject", "evidence", "cycle_id")),
        *(_text(name) for name in ("what", "action", "runbook")),
        *(_number(name) for name in ("first_ms", "last_ms", "times")),
        _number("resolved_ms", null=True),
        _number("heard", null=True),
        *(_number(name) for name in ("unheard", "reminders")),
        _text("told_ms"),
        _number("snapshot_ms", null=True),
        _number("version"),
    )
    op.create_table(
        "alert_channels",
        _text("bot", key=True),
        _text("channel", key=True),
        _number("ok_ms", null=True),
        _number("tried_ms", null=True),
        _text("said"),
    )


def _letters() -> None:
    op.create_table(
        "alert_letters",
        _serial(),
        *(_text(name) for name in ("bot", "channel", "key", "saying", "text", "facts")),
        *(_number(name) for name in ("made_ms", "tries", "next_ms")),
        _number("sent_ms", null=True),
        _number("gave_up_ms", null=True),
        _text("said"),
    )
    op.create_index("ix_alert_letters_newest", "alert_letters", ["bot", "id"])
    op.execute(
        "CREATE INDEX ix_alert_letters_waiting ON alert_letters (bot, channel, id)"
        " WHERE sent_ms IS NULL AND gave_up_ms IS NULL"
    )


def _preflights() -> None:
    op.create_table(
        "preflights",
        _serial(),
        _text("bot"),
        _number("at_ms"),
        *(_text(name) for name in ("config_hash", "build_sha")),
        *(_number(name) for name in ("passed", "warned_only")),
        *(_text(name) for name in ("why", "body")),
    )
    op.create_index("ix_preflights_of", "preflights", ["bot", "config_hash", "build_sha", "id"])
    op.create_table("settings", _text("config_hash", key=True), _number("first_ms"), _text("body"))


def _serial() -> sa.Column[int]:
    return sa.Column("id", SERIAL, sa.Identity(), primary_key=True)


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), primary_key=key, nullable=False)


def _number(name: str, *, null: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=null)
