"""All markets of one cycle: exits first, then the best entries, with books that run along."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from botctl.core.books import Books, Contest
from botctl.core.case import Inputs
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.judge import Judged, judge
from botctl.core.deciding.market import finish
from botctl.core.deciding.spending import Holdings, Spending, books_of, worst_cost_wei, zoned
from botctl.core.facts import Detection, World
from botctl.core.intent import Intent
from botctl.core.invariants import OF_CYCLE
from botctl.core.permission import PermissionSource
from botctl.core.policy import Policy
from botctl.core.risk.caps import zone
from botctl.core.risk.regime import under
from botctl.core.standing import UNTRIED, Standing
from botctl.core.units import Address
from botctl.core.value import value

NO_CONTEST = Contest(rank=None, candidates=0, entries_max=0)


@value(frozen=True, slots=True)
class Decided:
    inputs: Inputs
    decision: Decision


@dataclass(frozen=True, slots=True)
class Moment:
    """What all markets of one cycle share, and the permission of those that have one of their own."""

    now_ms: int
    world: World
    sources: tuple[PermissionSource, ...]
    standing: Standing = UNTRIED
    of_pair: Mapping[Address, tuple[PermissionSource, ...]] = field(default_factory=dict)


def decide_cycle(
    moment: Moment,
    detections: Sequence[Detection],
    holdings: Holdings,
    policy: Policy,
    *,
    approve_gas: int,
) -> tuple[Decided, ...]:
    """One decision for every detection, in the order given; each replays from its own inputs.

    `approve_gas` bounds the approval that an exit may need before it can sell.
    """
    effective = under(policy, moment.standing.regime)
    judged = _judged(moment, detections, holdings, effective)
    ranks = _ranks(judged)
    exits = {i: _exit(one, effective, len(ranks)) for i, one in enumerate(judged) if _held(one)}
    promised_wei = sum(_exit_cost_wei(d.decision.intent, approve_gas) for d in exits.values())
    spending = Spending(zoned(judged, holdings, effective), promised_wei)
    entries = _entries(judged, ranks, effective, spending)
    done = exits | entries
    return tuple(done[i] for i in range(len(judged)))


def shortlist(
    moment: Moment,
    detections: Sequence[Detection],
    holdings: Holdings,
    policy: Policy,
    *,
    most: int,
) -> tuple[int, ...]:
    """Which detections deserve a closer look before they are decided: what is held, then the best
    candidates, `most` in all; indices of `detections`.
    """
    judged = _judged(moment, detections, holdings, under(policy, moment.standing.regime))
    held = [i for i, one in enumerate(judged) if _held(one)]
    return tuple([*held, *_ranks(judged)][:most])


def _judged(
    moment: Moment, detections: Sequence[Detection], holdings: Holdings, policy: Policy
) -> list[Judged]:
    held = {p.pair: p for p in holdings.positions}
    tokens, untouched = dict(holdings.token_exposure_wei), books_of(holdings)
    probed = dict(holdings.probed)
    judged: list[Judged] = []
    of_cycle = None
    for seen in detections:
        pair, exposure_wei = seen.market.pair, tokens.get(seen.market.token, 0)
        live, own = pair in holdings.live_pairs, moment.of_pair.get(pair, ())
        inputs = Inputs(
            now_ms=moment.now_ms,
            world=moment.world,
            sources=moment.sources + own if own else moment.sources,
            detection=seen,
            position=held.get(pair),
            books=books_of(holdings, exposure_wei, live=live, probed_ms=probed.get(pair))
            if live or exposure_wei or pair in probed
            else untouched,
            contest=NO_CONTEST,
            standing=moment.standing,
        )
        one = judge(inputs, policy, None if own else of_cycle)
        of_cycle = of_cycle or (None if own else one.checks[: len(OF_CYCLE)])
        judged.append(one)
    return judged


def _ranks(judged: Sequence[Judged]) -> dict[int, int]:
    """Places of the candidates: score, then liquidity, then address, so that ties are decided."""
    places = sorted(
        (i for i, one in enumerate(judged) if one.candidate and not _busy(one)),
        key=lambda i: (
            -judged[i].score.points,
            -(judged[i].case.measures.liquidity_usd or 0),
            judged[i].case.inputs.detection.market.pair,
        ),
    )
    return {index: rank for rank, index in enumerate(places)}


def _busy(one: Judged) -> bool:
    return one.case.inputs.books.live_intent


def _held(one: Judged) -> bool:
    return one.case.inputs.position is not None


def _exit(one: Judged, policy: Policy, candidates: int) -> Decided:
    """No limit on spending holds an exit back, so its books are those before the cycle."""
    contest = Contest(None, candidates, policy.select_best)
    inputs = _among(one, contest, one.case.inputs.books)
    return Decided(inputs, finish(one, inputs))


def _among(one: Judged, contest: Contest, books: Books) -> Inputs:
    """What the market was judged on, with where it stands now."""
    i = one.case.inputs
    return Inputs(i.now_ms, i.world, i.sources, i.detection, i.position, books, contest, i.standing)


def _exit_cost_wei(leaving: Intent | None, approve_gas: int) -> int:
    """What an exit of this cycle, if there is one, and its approval may take; what it brings comes
    too late to be counted on.
    """
    return 0 if leaving is None else worst_cost_wei(leaving) + approve_gas * leaving.fee_max_wei


def _entries(
    judged: Sequence[Judged], ranks: dict[int, int], policy: Policy, spending: Spending
) -> dict[int, Decided]:
    """Finish in order of rank: what the exits may cost, and each entry that is selected, counts as
    spent for the next.
    """
    done: dict[int, Decided] = {}
    unranked = Contest(None, len(ranks), policy.select_best)
    open_to_entry = (i for i, one in enumerate(judged) if not _held(one))
    for index in sorted(open_to_entry, key=lambda i: ranks.get(i, -1)):
        one, rank = judged[index], ranks.get(index)
        contest = unranked if rank is None else Contest(rank, len(ranks), policy.select_best)
        where = zone(one.case.measures, policy.caps)
        inputs = _among(one, contest, spending.after(one.case.inputs, where))
        decision = finish(one, inputs)
        spending.add(decision, where)
        done[index] = Decided(inputs, decision)
    return done
