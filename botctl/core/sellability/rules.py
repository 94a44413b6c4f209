"""What the operator adds to the gate's own tiers: known traps, and how much services' words weigh."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.sellability.codes import Finding, SellCode, Severity
from botctl.core.sellability.opinion import Opinion, OpinionCaps, opinion_findings
from botctl.core.sellability.static import KnownTraps, known_traps
from botctl.core.units import Hash32


@dataclass(frozen=True, slots=True)
class GateRules:
    """`traps_unread` says why the list of traps cannot be trusted to be whole; empty: it is."""

    caps: OpinionCaps
    traps: KnownTraps
    traps_unread: str = ""


def added_findings(
    rules: GateRules, hashes: Sequence[Hash32], opinions: Sequence[Opinion]
) -> tuple[Finding, ...]:
    """`hashes`: of the token's code and of every code behind it."""
    unread = (
        (Finding(SellCode.STATIC_TRAPS_UNREAD, Severity.REFUSE, rules.traps_unread),)
        if rules.traps_unread
        else ()
    )
    return (
        *known_traps(hashes, rules.traps),
        *unread,
        *opinion_findings(opinions, rules.caps),
    )
