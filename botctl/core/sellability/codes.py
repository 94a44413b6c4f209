"""What a tier of the sellability gate can find, how much it weighs, and what it tells a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SellCode(StrEnum):
    """The prefix names the tier: STATIC_, ROUND_TRIP_, LATER_, OWNER_ or OPINION_; SERVICE_ is hearsay."""

    # tier 1: what the code is
    STATIC_NO_CODE = "STATIC_NO_CODE"  # nothing, or bytes that the EVM will not run
    STATIC_KNOWN_TRAP = "STATIC_KNOWN_TRAP"  # the very code of a trap seen before
    STATIC_TRAPS_UNREAD = "STATIC_TRAPS_UNREAD"  # the operator's list of traps cannot be read
    STATIC_PROXY_UNREAD = "STATIC_PROXY_UNREAD"  # what a proxy runs was not read
    STATIC_PROXY_UNKNOWN = "STATIC_PROXY_UNKNOWN"  # it delegates, and where to cannot be told
    STATIC_DISPATCHER_UNKNOWN = "STATIC_DISPATCHER_UNKNOWN"  # its functions cannot be listed
    STATIC_NOT_A_TOKEN = "STATIC_NOT_A_TOKEN"  # noqa: S105  a call of ERC-20 is missing
    # tier 1: what the code can do to anybody
    STATIC_SELFDESTRUCT = "STATIC_SELFDESTRUCT"
    STATIC_DELEGATECALL = "STATIC_DELEGATECALL"  # runs code that lies elsewhere
    STATIC_CALLCODE = "STATIC_CALLCODE"
    STATIC_SEES_SIMULATION = "STATIC_SEES_SIMULATION"  # could behave for a simulation alone
    STATIC_UNNAMED_WRITE = "STATIC_UNNAMED_WRITE"  # state changes without a function's name
    STATIC_UPGRADEABLE = "STATIC_UPGRADEABLE"  # tomorrow's code may be another
    # tier 1: what its owner could do; one code a power
    STATIC_OWNER_RETURNS = "STATIC_OWNER_RETURNS"  # a renounced owner can come back
    STATIC_POWER_ROLES = "STATIC_POWER_ROLES"
    STATIC_POWER_MINT = "STATIC_POWER_MINT"
    STATIC_POWER_PAUSE = "STATIC_POWER_PAUSE"
    STATIC_POWER_BLACKLIST = "STATIC_POWER_BLACKLIST"
    STATIC_POWER_WHITELIST = "STATIC_POWER_WHITELIST"
    STATIC_POWER_FEE = "STATIC_POWER_FEE"
    STATIC_POWER_LIMIT = "STATIC_POWER_LIMIT"
    STATIC_POWER_COOLDOWN = "STATIC_POWER_COOLDOWN"
    STATIC_POWER_TRADING = "STATIC_POWER_TRADING"
    STATIC_POWER_SEIZE = "STATIC_POWER_SEIZE"
    STATIC_POWER_REBASE = "STATIC_POWER_REBASE"
    STATIC_POWER_CALL = "STATIC_POWER_CALL"
    STATIC_POWER_DESTROY = "STATIC_POWER_DESTROY"
    STATIC_POWER_ROUTE = "STATIC_POWER_ROUTE"
    STATIC_POWER_EXEMPT = "STATIC_POWER_EXEMPT"
    STATIC_POWER_SWAP_BACK = "STATIC_POWER_SWAP_BACK"
    STATIC_POWER_WITHDRAW = "STATIC_POWER_WITHDRAW"

    # tier 2: a buy and a sell, now
    ROUND_TRIP_NOT_RUN = "ROUND_TRIP_NOT_RUN"
    ROUND_TRIP_FAILED = "ROUND_TRIP_FAILED"
    ROUND_TRIP_BUY_TAX = "ROUND_TRIP_BUY_TAX"
    ROUND_TRIP_SELL_TAX = "ROUND_TRIP_SELL_TAX"
    ROUND_TRIP_LOSS = "ROUND_TRIP_LOSS"

    # what services outside say of it; nothing of this was seen by us
    SERVICE_HONEYPOT = "SERVICE_HONEYPOT"
    SERVICE_CANNOT_BUY = "SERVICE_CANNOT_BUY"
    SERVICE_CANNOT_SELL_ALL = "SERVICE_CANNOT_SELL_ALL"
    SERVICE_SCAM = "SERVICE_SCAM"  # an airdrop scam, or of a maker of honeypots
    SERVICE_CRITICAL = "SERVICE_CRITICAL"  # a flag that the service itself calls critical
    SERVICE_BUY_TAX = "SERVICE_BUY_TAX"
    SERVICE_SELL_TAX = "SERVICE_SELL_TAX"
    SERVICE_OWNER_CHANGES_BALANCE = "SERVICE_OWNER_CHANGES_BALANCE"
    SERVICE_OWNER_RETURNS = "SERVICE_OWNER_RETURNS"
    SERVICE_HIDDEN_OWNER = "SERVICE_HIDDEN_OWNER"
    SERVICE_SELFDESTRUCT = "SERVICE_SELFDESTRUCT"
    SERVICE_PERSONAL_TAX = "SERVICE_PERSONAL_TAX"  # a tax for one holder alone
    SERVICE_HIGH_RISK = "SERVICE_HIGH_RISK"
    SERVICE_TRANSFER_TAX = "SERVICE_TRANSFER_TAX"
    SERVICE_TAX_CHANGES = "SERVICE_TAX_CHANGES"
    SERVICE_PAUSABLE = "SERVICE_PAUSABLE"
    SERVICE_BLACKLIST = "SERVICE_BLACKLIST"
    SERVICE_WHITELIST = "SERVICE_WHITELIST"
    SERVICE_MINTABLE = "SERVICE_MINTABLE"
    SERVICE_COOLDOWN = "SERVICE_COOLDOWN"
    SERVICE_LIMIT = "SERVICE_LIMIT"
    SERVICE_EXTERNAL_CALL = "SERVICE_EXTERNAL_CALL"
    SERVICE_PROXY = "SERVICE_PROXY"
    SERVICE_NOT_VERIFIED = "SERVICE_NOT_VERIFIED"  # its source is not published
    SERVICE_CONCENTRATED = "SERVICE_CONCENTRATED"  # one person holds much of it
    SERVICE_LP_UNLOCKED = "SERVICE_LP_UNLOCKED"  # one person can pull much of the pool
    SERVICE_NOT_SIMULATED = "SERVICE_NOT_SIMULATED"  # the service could not try it
    SERVICE_UNREADABLE = "SERVICE_UNREADABLE"  # a part of the answer has another shape
    SERVICE_SILENT = "SERVICE_SILENT"  # no answer, where the settings demand one


class Severity(StrEnum):
    REFUSE = "refuse"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a tier found; `words` are for a person and hold nothing that the token wrote."""

    code: SellCode
    severity: Severity
    words: str


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid an entry, in the order found."""
    return tuple(found for found in findings if found.severity is Severity.REFUSE)
