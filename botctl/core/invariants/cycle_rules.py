"""Invariants that hold or fail for a whole cycle: permission, freshness, key and chain."""

from botctl.core.case import Case
from botctl.core.intent import Side
from botctl.core.invariants.rule import UNKNOWN, Rule
from botctl.core.permission import Level, SourceKind, permission, worst
from botctl.core.reasons import Reason

Answer = tuple[bool | None, str, str]
MS = 1_000


def allows(case: Case, level: Level) -> bool:
    return level is Level.ALLOW_ALL or (case.side is Side.SELL and level is Level.EXITS_ONLY)


def _source(case: Case, kind: SourceKind) -> Answer:
    level = worst(case.inputs.sources, kind)
    return allows(case, level), level.name, _needed(case)


def _needed(case: Case) -> str:
    return Level.ALLOW_ALL.name if case.side is Side.BUY else Level.EXITS_ONLY.name


def kill_ok(case: Case) -> Answer:
    return _source(case, SourceKind.KILL)


def circuit_ok(case: Case) -> Answer:
    return _source(case, SourceKind.CIRCUIT)


def health_ok(case: Case) -> Answer:
    return _source(case, SourceKind.HEALTH)


def permission_ok(case: Case) -> Answer:
    """The whole lattice at once: pauses, tiers and limits included."""
    level = permission(case.inputs.sources).level
    return allows(case, level), level.name, _needed(case)


def block_fresh(case: Case) -> Answer:
    """Neither older than the budget nor from our future (then our own clock is wrong)."""
    budget = case.policy.freshness
    age_ms = case.inputs.now_ms - case.inputs.world.block.timestamp_s * MS
    ok = -budget.ahead_max_ms <= age_ms <= budget.head_age_max_ms
    return ok, f"{age_ms} ms", f"-{budget.ahead_max_ms}..{budget.head_age_max_ms} ms"


def quote_fresh(case: Case) -> Answer:
    age_ms = case.inputs.now_ms - case.inputs.world.fetched_at_ms
    limit = case.policy.freshness.quote_age_max_ms
    return 0 <= age_ms <= limit, f"{age_ms} ms", f"0..{limit} ms"


def sources_agree(case: Case) -> Answer:
    """As many providers as are needed name the same block: one of two silent is not agreement."""
    world = case.inputs.world
    needed = world.sources_needed or world.sources_configured
    say = f"; {world.sources_say}" if world.sources_say else ""
    limit = f"{world.sources_configured} configured"
    if needed != world.sources_configured:
        limit = f"{needed} of {limit}"
    return world.sources_agreeing >= needed, f"{world.sources_agreeing} agree{say}", limit


def signer_ok(case: Case) -> Answer:
    world = case.inputs.world
    if world.signer is None:
        return None, UNKNOWN, world.wallet
    return world.signer == world.wallet, world.signer, world.wallet


def chain_id_match(case: Case) -> Answer:
    seen, wanted = case.inputs.world.chain_id, case.policy.venue.chain_id
    return seen == wanted, str(seen), str(wanted)


OF_CYCLE = (
    Rule(Reason.INV_KILL_OK, kill_ok, blocks_exit=True),
    Rule(Reason.INV_CIRCUIT_OK, circuit_ok, blocks_exit=True),
    Rule(Reason.INV_HEALTH_OK, health_ok, blocks_exit=True),
    Rule(Reason.INV_PERMISSION_OK, permission_ok, blocks_exit=True),
    Rule(Reason.INV_BLOCK_FRESH, block_fresh),
    Rule(Reason.INV_QUOTE_FRESH, quote_fresh),
    Rule(Reason.INV_SOURCES_AGREE, sources_agree),
    Rule(Reason.INV_SIGNER_OK, signer_ok, blocks_exit=True),
    Rule(Reason.INV_CHAIN_ID_MATCH, chain_id_match, blocks_exit=True),
)
