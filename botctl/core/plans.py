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
    tiers_max: int  # markets that every tier of the gate is asked about in one cycle
    tiers_age_max_ms: int  # how long their answer stands while nothing it rests on changes
    quote_age_max_ms: int


@dataclass(frozen=True, slots=True)
class SendPlan:
    """How patiently a transaction is followed; fees in wei per gas."""

    confirmations: int  # blocks above the one that mined it, that one included
    resend_after_ms: int
    approve_gas: int
    bump_after_ms: int  # how long an attempt may wait at the head of the line
    bump_bps: int  # added to both fee fields
    bumps_max: int
    cancels_max: int
    bump_fee_max_wei: int
    cancel_fee_max_wei: int
    lease_ms: int
    noops_max: int  # nonce gaps filled in one run
    private_blocks: int  # how long only the relay has the bytes; 0 without a relay
    gate: bool  # entries go through every tier of the gate before they are signed
    gate_unproven: bool  # what a node cannot simulate is only warned of
    exit_tries_max: int  # failed exits of one position before it is written off
