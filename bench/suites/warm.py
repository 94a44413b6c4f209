"""A cycle of a program that is running already: scan and decide, off the network, durably stored."""

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
SIZES, SIZES_QUICK = (500, 1_000, 2_000), (20, 40)
MARK = Mark(bound=2.0, stretch=1.25)
LINEAR = Mark(bound=1.05)  # linear or better, give or take what a median of these rounds carries
US = 1e6


@dataclass(frozen=True, slots=True)
class Block:
    """What a node answered while one block was scanned."""

    tape: Sequence[Exchange]
    now_ms: int


def figures(options: Options) -> Iterator[Line]:
    sizes = SIZES_QUICK if options.quick else SIZES
    yield Note("a scan and a decide with a commit each, SQLite WAL/FULL, no trade, no log line;")
    yield Note("recorded answers of a real node, a new block each round, played at the transport")
    found: dict[int, Figure] = {}
    for size in sizes:
        with _bot(options, size) as bot:
            rounds = bot.compared()
            what = f"warm durable cycle of {size:,} markets, per market"
            found[size] = compared(
                rounds, "warm cycle", "limit", unit="us", per=size, mark=MARK, what=what
            )
            yield found[size]
            yield from bot.split()
    yield from _growth([found[size] for size in sizes], sizes)


def _growth(found: Sequence[Figure], sizes: Sequence[int]) -> Iterator[Line]:
    """Each size beside the first, per market; measured minutes apart, so the least certain here."""
    for figure, size in zip(found[1:], sizes[1:], strict=True):
        yield Figure(
            what=f"growth: a market among {size:,}",
            value=figure.value,
            unit="us",
            against=f"a market among {sizes[0]:,}",
            other=found[0].value,
            ratio=figure.value / found[0].value,
            mark=LINEAR,
        )


class _Bot:
    """Plays one recorded block a cycle, beside the limit."""

    def __init__(
        self, runtime: Runtime, limit: CycleLimit, blocks: Sequence[Block], size: int
    ) -> None:
        self._runtime = runtime
        self._limit = limit
        self._blocks = iter(blocks)
        self._rounds = len(blocks) - WARM_UP - 1 - STAGE_ROUNDS
        self._size = size

    def compared(self) -> Rounds:
        for _ in range(WARM_UP):
            self._cycle()
        cases = {"warm cycle": self._cycle, "limit": in_process(self._limit.run)}
        return interleaved(cases, self._rounds)

    def split(self) -> Iterator[Line]:
        """Apart from the timed rounds, because counting costs a little."""
        stages = Stages()
        for _ in range(STAGE_ROUNDS):
            self._cycle(stages)
        per = US / stages.cycles / self._size
        for stage in STAGES:
            yield Figure(what=f"  {stage}", value=stages.seconds[stage] * per, unit="us")

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
        scanned, decided = scan(runtime), decide(runtime)
        assert scanned.cycle_id == decided.cycle_id
        assert len(decided.lines) == self._size


@contextmanager
def _bot(options: Options, size: int) -> Iterator[_Bot]:
    """Recorded by one bot and played to another, whose database has seen none of the blocks."""
    folder = options.folder / str(size)
    with bench_chain(folder, size) as chain:
        env = chain.environment()
        settings = chain.settings("played", owner="warm", more=NOTHING_TO_BUY)
        with bench_runtime(
            chain.settings("recorded", owner="warm", more=NOTHING_TO_BUY), env
        ) as recorded:
            wanted = WARM_UP + 1 + options.rounds(ROUNDS) + STAGE_ROUNDS
            blocks = [_recorded(chain, recorded) for _ in range(wanted)]
    limit = CycleLimit(str(folder / "limit.db"), size)
    with bench_runtime(settings, env) as runtime:
        yield _Bot(runtime, limit, blocks, size)
    limit.close()


def _recorded(chain: BenchChain, runtime: Runtime) -> Block:
    chain.step()
    recorder = Recorder(chain.transport())
    now_ms = chain.now_ms()
    scan(through(runtime, recorder, now_ms))
    recorder.close()
    return Block(recorder.tape, now_ms)
