"""The verdict on each reason: does refusing for it save money, or cost it (pure).

The rule: at the longest horizon with enough independent looks, a reason's share of rugs (and of runs) is
above the base rate when even the low end of its 95 % interval is above the share among all that was
followed, refused or taken. Refusing what rugs more than the rest saves money, refusing what runs more costs
it; both or none is neither. For what was bought it is the other way round.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from botctl.core.grading import (
    HORIZONS_S,
    Fate,
    GradeRules,
    LookState,
    Outcome,
    change_bps,
    fate,
)
from botctl.core.reasons import Kind
from botctl.core.shares import Share, independent, quartiles, share

Key = tuple[str, str]  # kind, reason
Counted = Sequence[tuple[str, str, int]]  # kind, reason, how often decided


class Verdict(StrEnum):
    TOO_FEW = "too few to tell"
    SAVES = "saves money"
    COSTS = "costs money"
    EARNS = "makes money"  # only of what was bought
    NEITHER = "neither"


@dataclass(frozen=True, slots=True)
class Horizon:
    """All looks at one age; changes in bps of what was paid, None while nothing was seen."""

    horizon_s: int
    due: int
    missed: int
    seen: int
    independent: int  # looks, as few as they are worth
    change_low_bps: int | None  # a quarter of the looks is at or below it
    change_median_bps: int | None
    change_high_bps: int | None
    rugged: int
    rugged_share: Share | None
    ran: int
    ran_share: Share | None


@dataclass(frozen=True, slots=True)
class Grade:
    """`decided`: ledger rows; `followed`: those that are looked at again."""

    kind: str
    reason: str
    decided: int
    followed: int
    horizons: tuple[Horizon, ...]
    judged_at_s: int | None  # the horizon of the verdict
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Grades:
    """`base`: everything that was followed, refused or taken."""

    base: tuple[Horizon, ...]
    grades: tuple[Grade, ...]


def grades(
    outcomes: Mapping[int, Iterable[Outcome]], counted: Counted, rules: GradeRules
) -> Grades:
    """`outcomes` by horizon in seconds. Most decided first; reasons that nobody followed have no row."""
    by_key: dict[Key, dict[int, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    everything: dict[int, list[Outcome]] = {}
    for horizon_s in HORIZONS_S:
        everything[horizon_s] = list(outcomes.get(horizon_s, ()))
        for one in everything[horizon_s]:
            by_key[one.kind, one.reason][horizon_s].append(one)
    base = _horizons(everything, rules)
    decided = {(kind, reason): count for kind, reason, count in counted}
    made = [_grade(key, of, decided.get(key, 0), base, rules) for key, of in by_key.items()]
    return Grades(base, tuple(sorted(made, key=lambda g: (-g.decided, g.kind, g.reason))))


def _grade(
    key: Key,
    outcomes: Mapping[int, Sequence[Outcome]],
    decided: int,
    base: Sequence[Horizon],
    rules: GradeRules,
) -> Grade:
    kind, reason = key
    horizons = _horizons(outcomes, rules)
    enough = [
        (mine, all_of)
        for mine, all_of in zip(horizons, base, strict=True)
        if mine.independent >= rules.sample_min
    ]
    return Grade(
        kind=kind,
        reason=reason,
        decided=decided,
        followed=len(outcomes.get(HORIZONS_S[0], ())),
        horizons=horizons,
        judged_at_s=enough[-1][0].horizon_s if enough else None,
        verdict=_verdict(kind, *enough[-1]) if enough else Verdict.TOO_FEW,
    )


def _horizons(outcomes: Mapping[int, Sequence[Outcome]], rules: GradeRules) -> tuple[Horizon, ...]:
    return tuple(_horizon(h, outcomes.get(h, ()), rules) for h in HORIZONS_S)


def _horizon(horizon_s: int, outcomes: Sequence[Outcome], rules: GradeRules) -> Horizon:
    states = Counter(one.state for one in outcomes)
    seen = [one for one in outcomes if one.state is LookState.SEEN]
    fates = Counter(fate(one, rules) for one in seen)
    sample = independent(Counter(one.pair for one in seen).values())
    low, middle, high = quartiles(map(change_bps, seen)) or (None, None, None)
    return Horizon(
        horizon_s=horizon_s,
        due=states[LookState.DUE],
        missed=states[LookState.MISSED],
        seen=len(seen),
        independent=sample,
        change_low_bps=low,
        change_median_bps=middle,
        change_high_bps=high,
        rugged=fates[Fate.RUGGED],
        rugged_share=share(fates[Fate.RUGGED], len(seen), sample) if seen else None,
        ran=fates[Fate.RAN],
        ran_share=share(fates[Fate.RAN], len(seen), sample) if seen else None,
    )


_REFUSED: Final = {(True, False): Verdict.SAVES, (False, True): Verdict.COSTS}
_BOUGHT: Final = {(True, False): Verdict.COSTS, (False, True): Verdict.EARNS}


def _verdict(kind: str, mine: Horizon, base: Horizon) -> Verdict:
    rugs_more = _above(mine.rugged_share, base.rugged_share)
    runs_more = _above(mine.ran_share, base.ran_share)
    table = _BOUGHT if kind == Kind.BUY else _REFUSED
    return table.get((rugs_more, runs_more), Verdict.NEITHER)


def _above(mine: Share | None, base: Share | None) -> bool:
    """Even the low end of ours lies above what all of them show."""
    return mine is not None and base is not None and mine.low_bps > base.bps
