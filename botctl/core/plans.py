"""What is looked at, and how patiently things are sent: settings as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass

from botctl.core.units import Address


@dataclass(frozen=True, slots=True)
class ScanPlan:
    """What `scan` looks at; windows and pages in blocks."""

    watchlist: tuple[Address, ...]
    lockers: tuple[Address, ...]
    quotes: tuple[Address, ...]  # tokens that count as quote, the native one first
    references: Mapping[Address, tuple[Address, Address]]  # quote -> (pair, its dollar token)
    dollars: tuple[Address, ...]  # tokens taken as one dollar
    start_block: int | None  # None: the long window before the first head
    backfill_blocks_max: int  # per scan: a long backfill goes in steps
    window_short_blocks: int
    window_long_blocks: int
    reorg_blocks_max: int
    markets_max: int  # the reduced scan set: newest and held first
    quote_age_max_ms: int


@dataclass(frozen=True, slots=True)
class SendPlan:
    confirmations: int  # blocks above the one that mined it, that one included
    resend_after_ms: int
    approve_gas: int
