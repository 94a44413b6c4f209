"""What proving a token sellable costs, tier by tier and whole; and the verdict on every token of the corpus."""

from collections import Counter
from collections.abc import Iterator, Sequence

from bench.figures import Figure, Line, Mark, Note
from bench.harness import in_process, interleaved
from bench.options import Options
from botctl.adapters.devnet import control
from botctl.adapters.evm.gate import Gate
from botctl.adapters.evm.gate_case import Suspect
from botctl.adapters.evm.paging import Pages, ask_all
from botctl.adapters.evm.prober import ProbeQuery, Prober
from botctl.core.sellability.codes import Severity
from botctl.flows.gate import examine_all
from tests.support.builders import make_world
from tests.tokens.corpus import HONEST
from tests.tokens.judging import Desk, judged, runtime, seen_at
from tests.tokens.market import Market, Stall, opened
from tests.tokens.trading import STAKE_WEI

SIZES = (1, 50, 200)
WHOLE_SIZES = (1, 10, 50)
ROUNDS = 9
SMALL = 5
LIMIT_US = 190  # EVM.md: a token proven sellable in a batch
BATCHED = Mark(bound=0.4, stretch=0.25)


def figures(options: Options) -> Iterator[Line]:
    rows = HONEST[:SMALL] if options.quick else HONEST
    with opened([row for row in rows if row.hardfork is None]) as market:
        for size in SIZES[:2] if options.quick else SIZES:
            yield from _costs(options, market, size)
        for size in WHOLE_SIZES[:2] if options.quick else WHOLE_SIZES:
            yield from _whole(options, market, size)
    yield Note(f"EVM.md's figure for one token in a batch: {LIMIT_US} us of the node")
    if not options.quick:
        yield from _verdicts()


def _costs(options: Options, market: Market, size: int) -> Iterator[Line]:
    stalls = _many(market, size)
    rounds = interleaved(
        {
            "tier 2": in_process(lambda: _probe(market, stalls)),
            "tiers 3 to 5": in_process(lambda: _prove(market, stalls)),
        },
        options.rounds(ROUNDS),
    )
    for case in ("tier 2", "tiers 3 to 5"):
        yield Figure(
            what=f"{case}, a token, {size} at once",
            value=rounds.wall_s(case) * 1e3 / size,
            unit="ms",
            spread=rounds.spread(case),
            ratio=rounds.wall_s(case) * 1e3 / size,
            mark=BATCHED if (case, size) == ("tier 2", 50) else None,
        )


def _whole(options: Options, market: Market, size: int) -> Iterator[Line]:
    """All that an entry pays for: code, launcher, helpers, and the tiers 3 to 5."""
    stalls = _many(market, size)
    world = make_world(block=control.head(market.rpc))
    seen = list(seen_at(market, stalls))

    def examined() -> None:
        assert len(examine_all(runtime(Desk(market)), world, seen)) == size

    before = market.rpc.round_trips
    examined()
    requests = market.rpc.round_trips - before
    case = f"the whole gate, a token, {size} at once"
    rounds = interleaved({case: in_process(examined)}, options.rounds(ROUNDS))
    value = rounds.wall_s(case) * 1e3 / size
    yield Figure(what=case, value=value, unit="ms", spread=rounds.spread(case))
    yield Note(f"{size} at once: {requests} requests in all")


def _probe(market: Market, stalls: Sequence[Stall]) -> None:
    core, head = market.core, control.head(market.rpc)
    queries = [ProbeQuery(stall.token, stall.pair, STAKE_WEI) for stall in stalls]
    asked = Pages(Prober(head, core.router, core.weth).probes(), queries)
    ask_all(market.rpc, asked)
    assert len(tuple(asked.rows())) == len(stalls)


def _prove(market: Market, stalls: Sequence[Stall]) -> None:
    gate = Gate(market.rpc, market.core.router, market.core.weth)
    suspects = [Suspect(stall.token, stall.pair) for stall in stalls]
    head = control.head(market.rpc)
    assert len(gate.proofs(suspects, amount_wei=STAKE_WEI, block=head)) == len(stalls)


def _many(market: Market, size: int) -> list[Stall]:
    """So many, the same ones again and again: each is proven on its own."""
    stalls = list(market.stalls.values())
    return [stalls[place % len(stalls)] for place in range(size)]


def _verdicts() -> Iterator[Line]:
    told = Counter[str]()
    for row, found in judged():
        worst = next((f for f in found.findings if f.severity is Severity.REFUSE), None)
        kind = "honest" if row.honest else "trap"
        told[f"{kind} {'refused' if worst else 'let in'}"] += 1
        yield Note(f"{kind:7}{row.name:32}{worst.code if worst else 'let in'}")
    yield Note(", ".join(f"{count} {what}" for what, count in sorted(told.items())))
