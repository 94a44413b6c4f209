"""Replaying stored bundles beside the least that proving and computing them again can cost."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.pool import Pool
from pathlib import Path

from bench.chain import NOTHING_TO_BUY, bench_chain, bench_runtime, through
from bench.figures import Line, Mark, Note, compared, speed_up
from bench.harness import Case, Sample, in_process, interleaved
from bench.limits.bundles import replayed
from bench.options import Options
from botctl.config.load import load
from botctl.config.values import Config
from botctl.flows.decide import decide
from botctl.flows.replay import ReplayReport, from_store, replay
from botctl.flows.scan import scan
from botctl.ports.store import LedgerFilter
from botctl.wiring import open_books
from botctl.wiring.setup import codec

MARKETS, MARKETS_QUICK = 500, 10
CYCLES = 4
ROUNDS = 15
MARK = Mark(bound=2.0, stretch=1.25)
TWICE = Mark(bound=1.8, at_least=True)
HERE, LIMIT = "replay", "limit"
ONE, TWO = "replay, one process", "replay, two processes"
LOOP_ONE, LOOP_TWO = "a bare loop, one process", "a bare loop, two processes"
LOOPS = 3_000  # for each bundle: about as long as its replay
ALL = LedgerFilter(limit=None)

Work = Callable[[], float]  # tells the CPU seconds it took


def figures(options: Options) -> Iterator[Line]:
    markets = MARKETS_QUICK if options.quick else MARKETS
    config = _decided(options.folder / "chain", markets)
    database = config.storage.url.removeprefix("sqlite:///")
    total = replayed(database)
    assert total == markets * CYCLES
    size = Path(database).stat().st_size
    yield Note(f"{total:,} bundles read from SQLite by both; the database has {size:,} bytes;")
    yield Note("the limit: sha256, msgspec structs of the same fields, 22 checks, no decision")
    with _pool(1) as one, _pool(2) as two:
        cases = {
            HERE: in_process(lambda: _replay(config, ALL, total)),
            LIMIT: in_process(lambda: replayed(database)),
            ONE: _among(one, config, [ALL], total),
            TWO: _among(two, config, _halves(config), total),
            LOOP_ONE: _case(one, [partial(_looped, LOOPS * total)]),
            LOOP_TWO: _case(two, [partial(_looped, LOOPS * total // 2)] * 2),
        }
        rounds = interleaved(cases, options.rounds(ROUNDS))
    what = f"replay of {total:,} bundles on one core, per bundle"
    yield compared(rounds, HERE, LIMIT, unit="us", per=total, mark=MARK, what=what)
    yield Note("two processes need two idle cores: what a bare loop gains from them is the most")
    yield Note("there is to gain; `by cpu`: the CPU time of one over that of both")
    yield speed_up(rounds, TWO, ONE, mark=TWICE)
    yield speed_up(rounds, LOOP_TWO, LOOP_ONE)


def _decided(folder: Path, markets: int) -> Config:
    """A database with a few decided cycles."""
    with bench_chain(folder, markets) as chain:
        env, settings = chain.environment(), chain.settings("bot", more=NOTHING_TO_BUY)
        with bench_runtime(settings, env) as opened:
            for _ in range(CYCLES):
                chain.step()
                transport = chain.transport()
                runtime = through(opened, transport, chain.now_ms())
                scan(runtime)
                decide(runtime)
                transport.close()
        return load(settings, env)


def _replay(config: Config, wanted: LedgerFilter, total: int) -> float:
    """The CPU seconds it took."""
    started = time.process_time()
    with open_books(config) as store:
        _require(replay(codec(), from_store(store.bundles(wanted))), total)
    return time.process_time() - started


@contextmanager
def _pool(size: int) -> Iterator[Pool]:
    """Processes that run already, so that their start is in no figure."""
    pool = get_context("fork").Pool(size)
    try:
        yield pool
    finally:
        pool.close()
        pool.join()


def _among(pool: Pool, config: Config, parts: Sequence[LedgerFilter], total: int) -> Case:
    """As so many calls of `botctl replay` would, each with its part of the time."""
    return _case(pool, [partial(_replay, config, part, total // len(parts)) for part in parts])


def _case(pool: Pool, works: Sequence[Work]) -> Case:
    def case() -> Sample:
        started = time.perf_counter()
        cpu_s = sum(pool.map(_called, works, chunksize=1))
        return Sample(time.perf_counter() - started, cpu_s)

    return case


def _called(work: Work) -> float:
    return work()


def _looped(times: int) -> float:
    started = time.process_time()
    for _ in range(times):
        pass
    return time.process_time() - started


def _halves(config: Config) -> tuple[LedgerFilter, LedgerFilter]:
    """Before and from the middle cycle on."""
    with open_books(config) as store:
        times = sorted({row.at_ms for row in store.rows(ALL)})
    middle = times[len(times) // 2]
    return LedgerFilter(until_ms=middle - 1, limit=None), LedgerFilter(since_ms=middle, limit=None)


def _require(report: ReplayReport, total: int) -> None:
    assert report.total == report.same == total, report.others[:1]
