"""The tables of running unattended. None is witnessed by the journal: no money depends on them."""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Int256
from botctl.adapters.store.schema_parts import (
    amount,
    change,
    foreign,
    metadata,
    number,
    text,
)

days: Final = sa.Table(  # one row a UTC day, written when it is over
    "days",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    number("day_ms", key=True),
    number("closed_ms"),
    change("realised_wei"),
    amount("gas_wei"),
    number("fills"),
    number("closed"),
    number("won"),
    number("held"),
    amount("held_cost_wei"),
    sa.Column("equity_wei", Int256, nullable=True),
)

starts: Final = sa.Table(  # one row a life of `botctl run`
    "starts",
    metadata,
    text("bot", key=True),
    number("started_ms", key=True),
    number("stopped_ms", null=True),
    foreign("how"),
)

key_ages: Final = sa.Table(  # one row a key or secret of the settings
    "key_ages",
    metadata,
    text("bot", key=True),
    text("name", key=True),
    text("mark"),
    number("since_ms"),
)
