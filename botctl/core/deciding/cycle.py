"""All markets of one cycle: exits first, then the best entries, with books that run along."""

from collections.abc import Sequence
from dataclasses import dataclass

from botctl.core.books import Books, Contest, Position
from botctl.core.case import Inputs
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.judge import Judged, judge
from botctl.core.deciding.market import finish
from botctl.core.facts import Detection, World
from botctl.core.intent import Intent, Side
from botctl.core.invariants import OF_CYCLE
from botctl.core.permission import PermissionSource
from botctl.core.policy import Policy
from botctl.core.value import value

NO_CONTEST = Contest(rank=None, candidates=0, entries_max=0)


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the bot has open before the cycle decides anything; wei, gas included."""

    positions: tuple[Position, ...]
    open_entries: int  # buys that are not yet terminal
    exposure_wei: int  # cost of positions and of open entries
    committed_wei: int
    realised_today_wei: int
    token_exposure_wei: tuple[tuple[str, int], ...]  # by token
    live_pairs: frozenset[str]  # markets with an order that is not yet terminal


@value(frozen=True, slots=True)
class Decided:
    inputs: Inputs
    decision: Decision


@dataclass(frozen=True, slots=True)
class Moment:
    """What all markets of one cycle share."""

    now_ms: int
    world: World
    sources: tuple[PermissionSource, ...]


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
    judged = _judged(moment, detections, holdings, policy)
    ranks = _ranks(judged)
    exits = {i: _exit(one, policy, len(ranks)) for i, one in enumerate(judged) if _held(one)}
    promised_wei = sum(_exit_cost_wei(d.decision.intent, approve_gas) for d in exits.values())
    entries = _entries(judged, ranks, policy, promised_wei)
    done = exits | entries
    return tuple(done[i] for i in range(len(judged)))


def _judged(
    moment: Moment, detections: Sequence[Detection], holdings: Holdings, policy: Policy
) -> list[Judged]:
    held = {p.pair: p for p in holdings.positions}
    tokens, untouched = dict(holdings.token_exposure_wei), _books(holdings)
    judged: list[Judged] = []
    of_cycle = None
    for seen in detections:
        pair, exposure_wei = seen.market.pair, tokens.get(seen.market.token, 0)
        live = pair in holdings.live_pairs
        inputs = Inputs(
            now_ms=moment.now_ms,
            world=moment.world,
            sources=moment.sources,
            detection=seen,
            position=held.get(pair),
            books=_books(holdings, exposure_wei, live=live) if live or exposure_wei else untouched,
            contest=NO_CONTEST,
        )
        one = judge(inputs, policy, of_cycle)
        of_cycle = of_cycle or one.checks[: len(OF_CYCLE)]
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
    return Inputs(i.now_ms, i.world, i.sources, i.detection, i.position, books, contest)


def _exit_cost_wei(leaving: Intent | None, approve_gas: int) -> int:
    """What an exit of this cycle, if there is one, and its approval may take; what it brings comes
    too late to be counted on.
    """
    return 0 if leaving is None else worst_cost_wei(leaving) + approve_gas * leaving.fee_max_wei


def _entries(
    judged: Sequence[Judged], ranks: dict[int, int], policy: Policy, promised_wei: int
) -> dict[int, Decided]:
    """Finish in order of rank: what the exits may cost, and each entry that is selected, counts as
    spent for the next.
    """
    done: dict[int, Decided] = {}
    spent: list[Intent] = []
    unranked = Contest(None, len(ranks), policy.select_best)
    open_to_entry = (i for i, one in enumerate(judged) if not _held(one))
    for index in sorted(open_to_entry, key=lambda i: ranks.get(i, -1)):
        one, rank = judged[index], ranks.get(index)
        contest = unranked if rank is None else Contest(rank, len(ranks), policy.select_best)
        inputs = _among(one, contest, _after(one.case.inputs, spent, promised_wei))
        decision = finish(one, inputs)
        if decision.intent is not None:
            spent.append(decision.intent)
        done[index] = Decided(inputs, decision)
    return done


def _books(holdings: Holdings, token_exposure_wei: int = 0, *, live: bool = False) -> Books:
    return Books(
        positions=len(holdings.positions) + holdings.open_entries,
        exposure_wei=holdings.exposure_wei,
        token_exposure_wei=token_exposure_wei,
        committed_wei=holdings.committed_wei,
        realised_today_wei=holdings.realised_today_wei,
        live_intent=live,
    )


def _after(inputs: Inputs, spent: Sequence[Intent], promised_wei: int) -> Books:
    """The books with this cycle's earlier entries and what its exits may cost counted as spent."""
    books, token = inputs.books, inputs.detection.market.token
    if not spent and not promised_wei:
        return books
    return Books(
        positions=books.positions + len(spent),
        exposure_wei=books.exposure_wei + sum(i.amount_in for i in spent),
        token_exposure_wei=books.token_exposure_wei
        + sum(i.amount_in for i in spent if i.token == token),
        committed_wei=books.committed_wei + promised_wei + sum(map(worst_cost_wei, spent)),
        realised_today_wei=books.realised_today_wei,
        live_intent=books.live_intent,
    )


def worst_cost_wei(intent: Intent) -> int:
    """The most native it can take: every gas at its ceiling, and what a buy pays."""
    paid_wei = intent.amount_in if intent.side is Side.BUY else 0
    return paid_wei + intent.gas_limit * intent.fee_max_wei
