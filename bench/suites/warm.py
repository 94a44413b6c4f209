"""A cycle of a program that is running already: scan and decide, off the network, durably stored."""

import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.chain import NOTHING_TO_BUY, BenchChain, bench_chain, bench_runtime, through
from bench.figures import Figure, Line, Mark, Note, compared
from bench.harness import Rounds, Sample, in_process, interleaved, measured
from bench.limits.cycle import CycleLimit
from bench.options import Options
from bench.stages import STAGES, Stages
from bench.tape import Exchange, Player, Recorder
from botctl.flows.decide import decide
from botctl.flows.scan import scan
from botctl.ports.runtime import Runtime

ROUNDS = 21
WARM_UP = 2  # the backfill, and a first cycle after it
STAGE_ROUNDS = 5
MORE_ROUNDS = 2  # `interleaved` warms up, too; and one with every allocation counted
SIZES, SIZES_QUICK = (500, 1_000, 2_000), (10, 20)
MARK = Mark(bound=2.0, stretch=1.25)
LINEAR = Mark(bound=1.05)  # linear or better, give or take what a median of these rounds carries
CONSTANT = Mark(bound=1.0)
US = 1e6
KILO = 1_024
BYTES_PER_MB = KILO * KILO


@dataclass(frozen=True, slots=True)
class Block:
    """What a node answered while one block was scanned."""

    tape: Sequence[Exchange]
    now_ms: int


@dataclass(frozen=True, slots=True)
class _Found:
    """Of one size: the time beside the limit, HTTP requests of a cycle, and memory it adds."""

    time: Figure
    trips: int
    peak_mb: float


def figures(options: Options) -> Iterator[Line]:
    sizes = SIZES_QUICK if options.quick else SIZES
    yield Note("a scan and a decide with a commit each, SQLite WAL/FULL, no trade, no log line;")
    yield Note("recorded answers of a real node, a new block each round, played at the transport")
    found: dict[int, _Found] = {}
    for size in sizes:
        with _bot(options, size) as bot:
            rounds = bot.compared(options.rounds(ROUNDS))
            what = f"warm durable cycle of {size:,} markets, per market"
            found[size] = _Found(
                compared(rounds, "warm cycle", "limit", unit="us", per=size, mark=MARK, what=what),
                bot.round_trips,
                bot.peak_mb(),
            )
            yield found[size].time
            yield from bot.split(options.rounds(STAGE_ROUNDS))
    for size in sizes:
        yield from _growth(found[size], size, found[sizes[0]], sizes[0])


def _growth(found: _Found, size: int, first: _Found, smallest: int) -> Iterator[Line]:
    """A size beside the smallest; the times were taken minutes apart, so the least certain here."""
    against = f"among {smallest:,}"
    yield _beside(f"round trips of a cycle of {size:,}", "", found.trips, first.trips, against)
    each, first_each = found.peak_mb * KILO / size, first.peak_mb * KILO / smallest
    yield Figure(what=f"  its peak of Python's memory, {size:,}", value=found.peak_mb, unit="MB")
    if size != smallest:
        yield _beside("  the same, per market", "kB", each, first_each, against)
        yield _beside("  its time, per market", "us", found.time.value, first.time.value, against)


def _beside(what: str, unit: str, value: float, other: float, against: str) -> Figure:
    mark = LINEAR if unit else CONSTANT
    return Figure(what, value, unit, against, other, ratio=value / other, mark=mark)


class _Bot:
    """Plays one recorded block a cycle, beside the limit."""

    def __init__(
        self, runtime: Runtime, limit: CycleLimit, blocks: Sequence[Block], size: int
    ) -> None:
        self._runtime = runtime
        self._limit = limit
        self._blocks = iter(blocks)
        self._size = size
        self.round_trips = max(len(block.tape) for block in blocks[WARM_UP:])

    def compared(self, rounds: int) -> Rounds:
        for _ in range(WARM_UP):
            self._cycle()
        cases = {"warm cycle": self._cycle, "limit": in_process(self._limit.run)}
        return interleaved(cases, rounds)

    def split(self, rounds: int) -> Iterator[Line]:
        """Apart from the timed rounds, because counting costs a little."""
        stages = Stages()
        for _ in range(rounds):
            self._cycle(stages)
        per = US / stages.cycles / self._size
        for stage in STAGES:
            yield Figure(what=f"  {stage}", value=stages.seconds[stage] * per, unit="us")

    def peak_mb(self) -> float:
        """What a cycle needs beyond what the process held before it; SQLite's own is not in it."""
        tracemalloc.start()
        try:
            self._cycle()
            return tracemalloc.get_traced_memory()[1] / BYTES_PER_MB
        finally:
            tracemalloc.stop()

    def _cycle(self, stages: Stages | None = None) -> Sample:
        block = next(self._blocks)
        player = Player(block.tape)
        runtime = through(self._runtime, player, block.now_ms)
        if stages is None:
            sample = measured(lambda: self._scan_and_decide(runtime))
        else:
            with stages.counting():
                counted = stages.around(runtime)
                scan(counted)
                stages.deciding(yes=True)
                decide(counted)
                stages.deciding(yes=False)
            sample = Sample(0, 0)
        player.close()
        return sample

    def _scan_and_decide(self, runtime: Runtime) -> None:
        assert decided_markets(runtime) == self._size


def decided_markets(runtime: Runtime) -> int:
    """One cycle, and for how many markets it decided; recorded and played the same way."""
    scanned, decided = scan(runtime), decide(runtime)
    assert scanned.cycle_id is not None
    assert scanned.cycle_id == decided.cycle_id
    return len(decided.lines)


@contextmanager
def _bot(options: Options, size: int) -> Iterator[_Bot]:
    """Recorded by one bot and played to another, whose database has seen none of the blocks."""
    folder = options.folder / str(size)
    with bench_chain(folder, size) as chain:
        env = chain.environment()
        settings = chain.settings("played", owner="warm", more=NOTHING_TO_BUY)
        with bench_runtime(
            chain.settings("recorded", owner="warm", more=NOTHING_TO_BUY), env
        ) as recording:
            wanted = options.rounds(ROUNDS) + options.rounds(STAGE_ROUNDS)
            wanted += WARM_UP + MORE_ROUNDS
            blocks = [recorded(chain, recording) for _ in range(wanted)]
    limit = CycleLimit(str(folder / "limit.db"), size)
    with bench_runtime(settings, env) as runtime:
        yield _Bot(runtime, limit, blocks, size)
    limit.close()


def recorded(chain: BenchChain, runtime: Runtime) -> Block:
    chain.step()
    recorder = Recorder(chain.transport())
    now_ms = chain.now_ms()
    decided_markets(through(runtime, recorder, now_ms))
    recorder.close()
    return Block(recorder.tape, now_ms)
