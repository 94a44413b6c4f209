"""The morning report as values. Times in ms UTC, amounts in wei, shares in bps rounded down."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Uptime:
    """Of the scheduled cycles; `share_bps` is None when none was scheduled."""

    scheduled: int
    ran: int
    share_bps: int | None


@dataclass(frozen=True, slots=True)
class Restart:
    """`after`: "stopped", "killed" (no end on record), or the code that ended the run before."""

    at_ms: int
    after: str
    down_ms: int | None  # None: nobody wrote down when the run before ended


@dataclass(frozen=True, slots=True)
class Profit:
    """Realised, net of gas; `share_bps` of what the books were worth before it; None when unknown."""

    realised_wei: int
    gas_wei: int
    closed: int
    won: int
    fills: int
    share_bps: int | None


@dataclass(frozen=True, slots=True)
class Held:
    symbol: str
    cost_wei: int
    opened_ms: int


@dataclass(frozen=True, slots=True)
class Action:
    at_ms: int
    what: str


@dataclass(frozen=True, slots=True)
class Backups:
    kept: int
    newest_ms: int | None


@dataclass(frozen=True, slots=True)
class Morning:
    bot: str
    mode: str
    since_ms: int
    now_ms: int
    uptime: Uptime
    restarts: tuple[Restart, ...]
    profit: Profit
    held: tuple[Held, ...]
    actions: tuple[Action, ...]  # oldest first
    missed: int  # scheduled times of all jobs
    failed: int
    health: str
    permission: str
    findings: tuple[str, ...]
    backups: Backups
