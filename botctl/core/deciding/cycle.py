"""All markets of one cycle: exits first, then the best entries, with books that run along."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from botctl.core.books import Books, Contest, Position
from botctl.core.case import Inputs
from botctl.core.deciding.decision import Decision
from botctl.core.deciding.judge import Judged, judge
from botctl.core.deciding.market import finish
from botctl.core.facts import Detection, World
from botctl.core.intent import Intent
from botctl.core.invariants import OF_CYCLE
from botctl.core.permission import PermissionSource
from botctl.core.policy import Policy

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


@dataclass(frozen=True, slots=True)
class Decided:
    inputs: Inputs
    decision: Decision


def decide_cycle(
    now_ms: int,
    world: World,
    sources: tuple[PermissionSource, ...],
    detections: Sequence[Detection],
    holdings: Holdings,
    policy: Policy,
) -> tuple[Decided, ...]:
    """One decision for every detection, in the order given; each replays from its own inputs."""
    held = {p.pair: p for p in holdings.positions}
    tokens = dict(holdings.token_exposure_wei)
    judged: list[Judged] = []
    of_cycle = None
    for seen in detections:
        books = _books(holdings, tokens, seen)
        inputs = Inputs(now_ms, world, sources, seen, held.get(seen.market.pair), books, NO_CONTEST)
        one = judge(inputs, policy, of_cycle)
        of_cycle = of_cycle or one.checks[: len(OF_CYCLE)]
        judged.append(one)
    ranks = _ranks(judged)
    order = sorted(range(len(judged)), key=lambda i: (ranks.get(i, -1) >= 0, ranks.get(i, -1)))
    return _walk(judged, order, ranks, policy)


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


def _walk(
    judged: Sequence[Judged], order: Sequence[int], ranks: dict[int, int], policy: Policy
) -> tuple[Decided, ...]:
    """Finish in order of rank: each entry that is selected counts as spent for the next."""
    done: dict[int, Decided] = {}
    spent: list[Intent] = []
    for index in order:
        one = judged[index]
        contest = Contest(ranks.get(index), len(ranks), policy.select_best)
        inputs = one.case.inputs
        inputs = replace(inputs, contest=contest, books=_after(inputs, spent))
        decision = finish(one, inputs)
        if decision.intent is not None and inputs.position is None:
            spent.append(decision.intent)
        done[index] = Decided(inputs, decision)
    return tuple(done[i] for i in range(len(judged)))


def _books(holdings: Holdings, tokens: dict[str, int], seen: Detection) -> Books:
    return Books(
        positions=len(holdings.positions) + holdings.open_entries,
        exposure_wei=holdings.exposure_wei,
        token_exposure_wei=tokens.get(seen.market.token, 0),
        committed_wei=holdings.committed_wei,
        realised_today_wei=holdings.realised_today_wei,
        live_intent=seen.market.pair in holdings.live_pairs,
    )


def _after(inputs: Inputs, spent: Sequence[Intent]) -> Books:
    """The books with this cycle's earlier entries counted as spent."""
    books, token = inputs.books, inputs.detection.market.token
    if not spent:
        return books
    return replace(
        books,
        positions=books.positions + len(spent),
        exposure_wei=books.exposure_wei + sum(i.amount_in for i in spent),
        token_exposure_wei=books.token_exposure_wei
        + sum(i.amount_in for i in spent if i.token == token),
        committed_wei=books.committed_wei + sum(worst_cost_wei(i) for i in spent),
    )


def worst_cost_wei(entry: Intent) -> int:
    """The most native a buy can take: its amount and every gas at its ceiling."""
    return entry.amount_in + entry.gas_limit * entry.fee_max_wei
