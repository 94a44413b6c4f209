"""What becomes of what was decided: which decisions are followed, and what a later look says (pure).

A followed decision is looked at again after each horizon. What is kept are exact reserves, whether the
token could be sold then, and what a sale would really have brought; what counts as a rug or a run is
asked when the looks are graded, so that other thresholds need no new data.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.amm import amount_out, shortfall_bps
from botctl.core.deciding.cycle import Decided
from botctl.core.exits import UNSELLABLE
from botctl.core.facts import BlockRef, Facts, Probe, ProbeStatus
from botctl.core.measures import sell_tax_bps
from botctl.core.reasons import Kind
from botctl.core.units import BPS_ONE, Address, CycleId, share_floor
from botctl.core.value import value

MS: Final = 1_000
HORIZONS_S: Final = (300, 3_600, 86_400)  # five minutes, an hour, a day; the first names a decision
LATE_SHARE: Final = 2  # a look later than a half of its horizon would tell of another time
# Decisions about entering; a held market's are graded by its profit and loss.
FOLLOWED: Final = frozenset({Kind.PASS, Kind.FAIL, Kind.SKIP, Kind.BUY})


@dataclass(frozen=True, slots=True)
class GradeRules:
    """`again_ms`: a market is followed anew for the same reason only after it."""

    again_ms: int
    rug_drop_bps: int  # of the quote reserve
    ran_bps: int  # gain after fees, tax and impact of a sale
    sample_min: int  # independent looks before a verdict


@value(frozen=True, slots=True)
class FollowUp:
    """One look that is due: what the market was when it was decided; amounts in smallest units.

    `bought` is what `amount_in` of the quote token would have bought then, tax included.
    """

    cycle_id: CycleId
    pair: Address
    horizon_s: int
    token: Address
    quote: Address
    kind: str
    reason: str
    at_ms: int
    due_ms: int
    reserve_quote: int
    reserve_token: int
    liquidity_usd: int | None
    amount_in: int
    bought: int


class LookState(StrEnum):
    DUE = "due"
    SEEN = "seen"
    MISSED = "missed"  # nobody looked in time; what is there now is no answer to what was asked


@dataclass(frozen=True, slots=True)
class Look:
    """What was found: reserves None where the market could not be read any more.

    `sellable` None: the probe could not tell. `worth` is what selling `bought` would have brought.
    """

    cycle_id: CycleId
    pair: Address
    horizon_s: int
    state: LookState
    measured_ms: int
    block_number: int
    then_quote: int | None = None
    then_token: int | None = None
    sellable: bool | None = None
    worth: int | None = None


def followups(decided: Sequence[Decided], followed: AbstractSet[tuple[str, str]]) -> list[FollowUp]:
    """Looks for every decision about an entry whose (pair, reason) is not followed already."""
    return [
        look
        for one in decided
        if one.decision.kind in FOLLOWED
        and (one.inputs.detection.market.pair, one.decision.reason) not in followed
        for look in _looks(one)
    ]


def _looks(one: Decided) -> Iterator[FollowUp]:
    """None where there was nothing to compare with: no price, or a token we could not have bought."""
    inputs, decision, seen = one.inputs, one.decision, one.inputs.detection
    token, quote, probe = seen.facts.reserve_token, seen.facts.reserve_quote, seen.probe
    if not token or not quote or probe is None:
        return
    bought = _bought(probe, quote, token)
    if bought == 0:
        return
    for horizon_s in HORIZONS_S:
        yield FollowUp(
            cycle_id=inputs.world.cycle_id,
            pair=seen.market.pair,
            horizon_s=horizon_s,
            token=seen.market.token,
            quote=seen.market.quote,
            kind=decision.kind,
            reason=decision.reason,
            at_ms=inputs.now_ms,
            due_ms=inputs.now_ms + horizon_s * MS,
            reserve_quote=quote,
            reserve_token=token,
            liquidity_usd=decision.measures.liquidity_usd,
            amount_in=probe.amount_in,
            bought=bought,
        )


def _bought(probe: Probe, quote: int, token: int) -> int:
    """What arrived in the simulation; the pool's own price where it did not get that far."""
    expected = amount_out(probe.amount_in, quote, token)
    return min(expected, probe.received) if probe.received > 0 else expected


def too_late(one: FollowUp, now_ms: int) -> bool:
    return (now_ms - one.due_ms) * LATE_SHARE > one.horizon_s * MS


def missed(one: FollowUp, block: BlockRef) -> Look:
    state, now_ms = LookState.MISSED, block.timestamp_s * MS
    return Look(one.cycle_id, one.pair, one.horizon_s, state, now_ms, block.number)


@dataclass(frozen=True, slots=True)
class Seen:
    """A market as it is now."""

    facts: Facts
    probe: Probe | None


def seen_again(one: FollowUp, block: BlockRef, now: Seen, *, tax_max_bps: int) -> Look:
    """`tax_max_bps` stands for a sell tax that could not be measured: the highest we would accept."""
    facts, probe = now.facts, now.probe
    readable = facts.token_code_hash is not None
    quote, token = (facts.reserve_quote, facts.reserve_token) if readable else (None, None)
    sellable = None if probe is None else _sellable(probe)
    return Look(
        cycle_id=one.cycle_id,
        pair=one.pair,
        horizon_s=one.horizon_s,
        state=LookState.SEEN,
        measured_ms=block.timestamp_s * MS,
        block_number=block.number,
        then_quote=quote,
        then_token=token,
        sellable=sellable,
        worth=0 if sellable is False else _worth(one.bought, quote, token, probe, tax_max_bps),
    )


def _sellable(probe: Probe) -> bool | None:
    if probe.status in UNSELLABLE:
        return False
    return True if probe.status is ProbeStatus.OK else None


def _worth(
    bought: int, quote: int | None, token: int | None, probe: Probe | None, tax_max_bps: int
) -> int:
    """What a sale would bring after tax, fee and impact, rounded down; nothing where none is possible."""
    if quote is None or token is None:
        return 0
    measured = None if probe is None else sell_tax_bps(probe)
    tax_bps = tax_max_bps if measured is None else measured
    return amount_out(share_floor(bought, BPS_ONE - tax_bps), token, quote)


@value(frozen=True, slots=True)
class Outcome:
    """A followed decision at one horizon, as far as it is known."""

    kind: str
    reason: str
    pair: Address
    state: LookState
    amount_in: int
    reserve_quote: int
    then_quote: int | None
    sellable: bool | None
    worth: int | None


class Fate(StrEnum):
    RUGGED = "rugged"
    RAN = "ran"
    NEITHER = "neither"


def change_bps(one: Outcome) -> int:
    """Gain or loss of the whole round trip, gas apart; rounded down."""
    return ((one.worth or 0) - one.amount_in) * BPS_ONE // one.amount_in


def fate(one: Outcome, rules: GradeRules) -> Fate:
    """Of what was seen. What cannot be read or sold is rugged, whatever its price says."""
    if one.then_quote is None or one.sellable is False:
        return Fate.RUGGED
    if shortfall_bps(one.then_quote, one.reserve_quote) >= rules.rug_drop_bps:
        return Fate.RUGGED
    return Fate.RAN if change_bps(one) >= rules.ran_bps else Fate.NEITHER
