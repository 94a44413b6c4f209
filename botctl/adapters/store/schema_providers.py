"""The table of provider states, one row a (chain, name): what one process learned for the next.

`errors` as `CODE=count …`, `recent` as latencies in ms, oldest first, -1 for a failure.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.columns import Foreign, Saturated

_TEXTS: Final = ("errors", "recent", "head_hash", "last_code")
_NUMBERS: Final = (
    *("requests", "calls", "head_seen_ms", "limited_until_ms", "cooldown_until_ms"),
    *("failures_in_a_row", "spent_in_s", "spent", "updated_ms"),
)

PROVIDERS: Final = sa.Table(
    "providers",
    sa.MetaData(),
    sa.Column("chain_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("name", Foreign, primary_key=True),
    *(sa.Column(name, sa.Text, nullable=False) for name in _TEXTS),
    *(sa.Column(name, sa.BigInteger, nullable=False) for name in _NUMBERS),
    sa.Column("head_number", Saturated, nullable=True),  # whatever a provider claims
)
