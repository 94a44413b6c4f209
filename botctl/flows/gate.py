"""The gate: what all tiers find out about tokens at one block, as findings with their codes."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.case import Check
from botctl.core.facts import Detection, TierFinding, Tiers, World, code_id
from botctl.core.features import Feature
from botctl.core.measures import measures, tiers_rest_on
from botctl.core.policy import Risk
from botctl.core.reasons import Reason
from botctl.core.sellability.code_facts import CodeFacts
from botctl.core.sellability.codes import Severity
from botctl.core.sellability.opinion import Opinion
from botctl.core.sellability.powers import TRAPPING, Power
from botctl.core.sellability.proof import PowerUse, Proof, ProofCaps, Tries, verdict
from botctl.core.sellability.round_trip import round_trip_findings
from botctl.core.sellability.rules import added_findings
from botctl.core.sellability.selectors import NEEDED, SIGNATURES, Selector
from botctl.core.sellability.static import has_live_owner, static_findings
from botctl.core.units import Address
from botctl.ports.enrich import NoEnrichment
from botctl.ports.inspect import Suspicion, TokenInspector
from botctl.ports.runtime import Runtime

RISE_BPS = 100  # a tax that grows by more than a whole percent is another tax
GAINED_BPS = 100  # more given to a power's user than this share of the pool is a mint
POOL_LOSS_BPS = 50


@dataclass(frozen=True, slots=True)
class Told:
    """One finding of any tier; `said` is what the token reverted with."""

    code: str
    severity: Severity
    words: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """Everything that one verdict rests on."""

    seen: Detection
    code: CodeFacts
    proof: Proof
    opinions: tuple[Opinion, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """`findings`: refusals first; among equals, what was seen before what could be, then hearsay."""

    code: CodeFacts
    proof: Proof
    findings: tuple[Told, ...]
    opinions: tuple[Opinion, ...] = ()  # of services outside, word for word


def examine_all(rt: Runtime, world: World, detections: Sequence[Detection]) -> tuple[Examined, ...]:
    """One a detection, in order; reads and simulations only, pinned to the world's block.

    Raises a BotError when the node, not a token, is in trouble.
    """
    at, inspector = world.block, rt.inspector()
    codes = inspector.codes([seen.market.token for seen in detections], at)
    actors = _actors(inspector, detections)
    suspicions = [
        Suspicion(seen.market.token, seen.market.pair, who, _most_dangerous_first(code.selectors))
        for seen, code, who in zip(detections, codes, actors, strict=True)
    ]
    proofs = inspector.proofs(suspicions, amount_wei=rt.policy.risk.trade_wei, at=at)
    said = _opinions(rt, detections)
    return tuple(
        Examined(code, proof, _findings(rt, world, Looked(seen, code, proof, heard)), heard)
        for seen, code, proof, heard in zip(detections, codes, proofs, said, strict=True)
    )


def _opinions(rt: Runtime, detections: Sequence[Detection]) -> list[tuple[Opinion, ...]]:
    """Of each token, by whichever service was asked of it; all are asked at once."""
    tokens = [seen.market.token for seen in detections]
    asked = NoEnrichment() if Feature.ENRICHMENT in rt.policy.off else rt.enrichment()
    heard = asked.opinions(tokens, rt.policy.venue.chain_id)
    return [tuple(one for one in heard if one.token == token) for token in tokens]


def tiers_of(rt: Runtime, world: World, detections: Sequence[Detection]) -> tuple[Tiers, ...]:
    """What all tiers say of each, in a form that its bundle keeps."""
    return tuple(
        Tiers(
            block=world.block.number,
            asked_ms=world.fetched_at_ms,
            code_id=code_id(examined.code.hashes),
            rests_on=tiers_rest_on(seen, measures(world, seen)),
            findings=tuple(
                TierFinding(told.code, told.severity is Severity.REFUSE, told.words)
                for told in examined.findings
            ),
        )
        for seen, examined in zip(detections, examine_all(rt, world, detections), strict=True)
    )


def examine(rt: Runtime, world: World, seen: Detection) -> Examined:
    """As `examine_all`."""
    (found,) = examine_all(rt, world, [seen])
    return found


def gate_refusal(rt: Runtime, world: World, seen: Detection) -> Check | None:
    """The worst that any tier says against entering; None when none forbids it."""
    found = examine(rt, world, seen).findings
    worst = next((one for one in found if one.severity is Severity.REFUSE), None)
    if worst is None:
        return None
    actual = f"{worst.code}: {worst.words}"
    return Check(Reason.INV_SELLABLE, ok=False, actual=actual, limit="every tier of the gate")


def _actors(
    inspector: TokenInspector, detections: Sequence[Detection]
) -> list[tuple[Address, ...]]:
    """Of each, the owner, and who launched the market: powers need not be an owner's."""
    opened = [(seen.market.pair, seen.market.created_block) for seen in detections]
    known = [
        (pair, block)
        for seen, (pair, block) in zip(detections, opened, strict=True)
        if block is not None and seen.market.launcher is None
    ]
    launchers = dict[tuple[Address, int | None], Address | None](
        zip(known, inspector.launchers(known), strict=True)
    )
    return [
        tuple(
            who
            for who in (seen.facts.owner, seen.market.launcher or launchers.get(each))
            if who is not None and has_live_owner(who)
        )
        for seen, each in zip(detections, opened, strict=True)
    ]


def _most_dangerous_first(selectors: tuple[Selector, ...]) -> tuple[Selector, ...]:
    """Those known to shut holders in, then those nobody knows; the rest is tried last."""
    known = {selector for names in SIGNATURES.values() for selector in names}
    trapping = {selector for power in TRAPPING for selector in SIGNATURES[power]}
    powers = (selector for selector in selectors if selector not in NEEDED)
    return tuple(sorted(powers, key=lambda s: (s not in trapping, s in known)))


def _findings(rt: Runtime, world: World, looked: Looked) -> tuple[Told, ...]:
    seen, code, proof = looked.seen, looked.code, looked.proof
    risk = rt.policy.risk
    caps = _caps(risk, Severity.WARN if rt.send_plan.gate_unproven else Severity.REFUSE)
    static = static_findings(
        code,
        owner_is_live=has_live_owner(seen.facts.owner),
        proven=_harmless(code, proof, caps),
    )
    added = added_findings(rt.gate_rules(), code.hashes, looked.opinions)
    trip = round_trip_findings(seen.probe, measures(world, seen), risk)
    told = (
        *(Told(f.code, f.severity, f.words) for f in trip),
        *(Told(f.code, f.severity, f.words, f.said) for f in verdict(proof, caps)),
        *(Told(f.code, f.severity, f.words) for f in static),
        *(Told(f.code, f.severity, f.words) for f in added),
    )
    return tuple(sorted(told, key=lambda one: one.severity is not Severity.REFUSE))


def _harmless(code: CodeFacts, proof: Proof, caps: ProofCaps) -> frozenset[Power]:
    """Powers all of whose functions were used between a buy and a sell, and did no harm."""
    if proof.owner.tries is not Tries.DONE:
        return frozenset()
    tried = {use.selector for use in proof.owner.powers if _did_no_harm(use, caps)}
    return frozenset(
        power
        for power in code.powers
        if {s for s in SIGNATURES[power] if s in code.selectors} <= tried
    )


def _did_no_harm(use: PowerUse, caps: ProofCaps) -> bool:
    return (
        use.accepted > 0
        and use.sells
        and use.loss_bps <= caps.rise_bps
        and use.gained_bps <= caps.gained_bps
        and use.pool_loss_bps <= caps.pool_loss_bps
    )


def _caps(risk: Risk, unproven: Severity) -> ProofCaps:
    return ProofCaps(
        buy_tax_bps=risk.buy_tax_max_bps,
        sell_tax_bps=risk.sell_tax_max_bps,
        rise_bps=RISE_BPS,
        gained_bps=GAINED_BPS,
        pool_loss_bps=POOL_LOSS_BPS,
        swap_gas=risk.gas_max,
        unproven=unproven,
    )
