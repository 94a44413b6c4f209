"""Who may look and act over HTTP. A token's text is never stored, and its hash opens nothing else."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.schema_parts import foreign, index_where, metadata, number, text, word
from botctl.core.roles import Role

tokens: Final = sa.Table(
    "web_tokens",
    metadata,
    text("id", key=True),
    text("bot"),
    foreign("name"),
    word("role", Role),
    text("hash"),
    number("made_ms"),
    number("ended_ms", null=True),
    number("used_ms", null=True),
    sa.UniqueConstraint("hash", name="uq_web_tokens_hash"),
)
GOOD: Final = "ended_ms IS NULL"
index_where("uq_web_tokens_name", "web_tokens", "bot, name", GOOD)
