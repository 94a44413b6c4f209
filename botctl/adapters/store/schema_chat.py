"""The table of the chat: how far we have listened, one row a bot and token."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.schema_parts import metadata, number, text

offsets: Final = sa.Table(
    "chat_offsets",
    metadata,
    text("bot", key=True),
    text("line", key=True),  # a hash of the token
    number("update_id"),
    number("at_ms"),
)
