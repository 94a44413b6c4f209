"""What services outside say of a token: it can only make the gate stricter.

A service's word proves nothing. Where it speaks against a token, that is one more finding; where it
praises, errs or is silent, everything stays as our own tiers found it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.sellability.codes import Finding, SellCode, Severity
from botctl.core.units import Address

_C = SellCode


class Silence(StrEnum):
    """Why a service has not spoken of a token."""

    TIMEOUT = "SILENT_TIMEOUT"  # not within the deadline of all services
    UNREACHABLE = "SILENT_UNREACHABLE"  # no route, no such host, or its own failure
    RATE_LIMITED = "SILENT_RATE_LIMITED"
    REFUSED = "SILENT_REFUSED"  # it does not accept our key
    REDIRECTED = "SILENT_REDIRECTED"  # it sends us elsewhere, and our key goes nowhere else
    GARBAGE = "SILENT_GARBAGE"  # not the published form
    TOO_LARGE = "SILENT_TOO_LARGE"
    FAULT = "SILENT_FAULT"  # a well-formed "no"
    UNKNOWN = "SILENT_UNKNOWN"  # it knows nothing of this token
    RESTING = "SILENT_RESTING"  # not asked: it failed a moment ago
    LEFT_OUT = "SILENT_LEFT_OUT"  # not asked: more tokens than are asked about at once
    BROKEN = "SILENT_BROKEN"  # our own side failed


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing said against a token. `bps` where it is a share: of a trade, or of the supply."""

    code: SellCode
    bps: int | None = None


@dataclass(frozen=True, slots=True)
class Opinion:
    """What `source` said at `at_ms`; with `silent`, nothing. No claims: nothing against the token."""

    source: str
    token: Address
    at_ms: int
    claims: tuple[Claim, ...] = ()
    silent: Silence | None = None


_TOLD: Final[Mapping[SellCode, str]] = {
    _C.SERVICE_HONEYPOT: "it is a honeypot",
    _C.SERVICE_CANNOT_BUY: "it cannot be bought",
    _C.SERVICE_CANNOT_SELL_ALL: "not all of it can be sold at once",
    _C.SERVICE_SCAM: "it is a scam, or its maker has made honeypots",
    _C.SERVICE_CRITICAL: "something about it is critical",
    _C.SERVICE_BUY_TAX: "the buy tax",
    _C.SERVICE_SELL_TAX: "the sell tax",
    _C.SERVICE_OWNER_CHANGES_BALANCE: "its owner can change balances",
    _C.SERVICE_OWNER_RETURNS: "a renounced owner can come back",
    _C.SERVICE_HIDDEN_OWNER: "it has a hidden owner",
    _C.SERVICE_SELFDESTRUCT: "it can destroy itself",
    _C.SERVICE_PERSONAL_TAX: "a tax can be set for one holder alone",
    _C.SERVICE_HIGH_RISK: "its risk is high",
    _C.SERVICE_TRANSFER_TAX: "the transfer tax",
    _C.SERVICE_TAX_CHANGES: "its taxes can be changed",
    _C.SERVICE_PAUSABLE: "transfers can be paused",
    _C.SERVICE_BLACKLIST: "addresses can be forbidden to sell",
    _C.SERVICE_WHITELIST: "it knows privileged addresses",
    _C.SERVICE_MINTABLE: "it can be minted",
    _C.SERVICE_COOLDOWN: "holders must wait between trades",
    _C.SERVICE_LIMIT: "a trade or a wallet is limited",
    _C.SERVICE_EXTERNAL_CALL: "it asks other contracts while it is moved",
    _C.SERVICE_PROXY: "its code lies behind a proxy",
    _C.SERVICE_NOT_VERIFIED: "its source is not published",
    _C.SERVICE_CONCENTRATED: "the largest share of one person",
    _C.SERVICE_LP_UNLOCKED: "the largest unlocked share of the liquidity",
    _C.SERVICE_NOT_SIMULATED: "it could not be simulated",
    _C.SERVICE_UNREADABLE: "something that cannot be understood",
}
SERVICE_CODES: Final = frozenset(_TOLD)
# What nobody sells again; the rest is what honest tokens have too.
REFUSED: Final = frozenset(
    {
        _C.SERVICE_HONEYPOT,
        _C.SERVICE_CANNOT_BUY,
        _C.SERVICE_CANNOT_SELL_ALL,
        _C.SERVICE_SCAM,
        _C.SERVICE_CRITICAL,
        _C.SERVICE_BUY_TAX,
        _C.SERVICE_SELL_TAX,
        _C.SERVICE_OWNER_CHANGES_BALANCE,
        _C.SERVICE_OWNER_RETURNS,
        _C.SERVICE_HIDDEN_OWNER,
        _C.SERVICE_SELFDESTRUCT,
        _C.SERVICE_PERSONAL_TAX,
    }
)


@dataclass(frozen=True, slots=True)
class OpinionCaps:
    """Shares up to a cap are no finding. `refused`: codes that forbid an entry, others are warnings."""

    buy_tax_bps: int
    sell_tax_bps: int
    holder_bps: int
    lp_unlocked_bps: int
    refused: frozenset[SellCode] = REFUSED
    silent_refuses: bool = False

    def cap_bps(self, code: SellCode) -> int | None:
        """None: the code is no share, so that saying it is enough."""
        match code:
            case SellCode.SERVICE_BUY_TAX:
                return self.buy_tax_bps
            case SellCode.SERVICE_SELL_TAX | SellCode.SERVICE_TRANSFER_TAX:
                return self.sell_tax_bps
            case SellCode.SERVICE_CONCENTRATED:
                return self.holder_bps
            case SellCode.SERVICE_LP_UNLOCKED:
                return self.lp_unlocked_bps
            case _:
                return None


def opinion_findings(opinions: Sequence[Opinion], caps: OpinionCaps) -> tuple[Finding, ...]:
    """In the order given. One more opinion never takes a finding away."""
    return tuple(found for one in opinions for found in _findings(one, caps))


def _findings(opinion: Opinion, caps: OpinionCaps) -> Iterator[Finding]:
    if opinion.silent is not None:
        if caps.silent_refuses:
            why = f"{opinion.source} has not spoken: {opinion.silent}"
            yield Finding(SellCode.SERVICE_SILENT, Severity.REFUSE, why)
        return
    for claim in opinion.claims:
        if (words := _words(claim, caps)) is not None:
            severity = Severity.REFUSE if claim.code in caps.refused else Severity.WARN
            yield Finding(claim.code, severity, f"{opinion.source} says: {words}")


def _words(claim: Claim, caps: OpinionCaps) -> str | None:
    """None: a share within its cap. A share that was not told counts as above it."""
    told, cap_bps = _TOLD[claim.code], caps.cap_bps(claim.code)
    if cap_bps is None:
        return told
    if claim.bps is None:
        return f"{told} is too high"
    return f"{told} is {claim.bps} bps, the cap {cap_bps}" if claim.bps > cap_bps else None
