"""The tables of telemetry: spans as they were stored with their work, and what they add up to.

None of them is witnessed by the journal: no money depends on them.
"""

from typing import Final

import sqlalchemy as sa

from botctl.adapters.store.schema_parts import change, foreign, metadata, number, serial, text

spans: Final = (
    sa.Table(  # inserted behind the journal's lock, so that ids are in the order of commits
        "spans",
        metadata,
        serial(),
        text("bot"),
        number("chain_id"),
        text("trace_id"),
        text("span_id"),
        text("parent_id"),
        text("name"),
        number("start_us"),
        number("took_us"),
        text("status"),
        foreign("facts"),  # JSON
        sa.Index("ix_spans_newest", "bot", "chain_id", "id"),
    )
)

metrics: Final = sa.Table(  # what all rows up to the marks have added up to
    "metrics",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    text("name", key=True),
    text("labels", key=True),  # JSON, names in order
    change("value"),  # a count; of a histogram its sum in millionths
    text("buckets"),  # counts with blanks between; "" for a counter
)

metric_marks: Final = sa.Table(  # how far each source is folded, or exported
    "metric_marks",
    metadata,
    text("bot", key=True),
    number("chain_id", key=True),
    text("source", key=True),
    number("reached"),
)
