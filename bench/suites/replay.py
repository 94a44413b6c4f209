"""Replaying stored bundles beside the least that proving and computing them again can cost."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.chain import NOTHING_TO_BUY, bench_chain, bench_runtime, through
from bench.figures import Line, Mark, Note, compared, speed_up
from bench.harness import in_process, interleaved
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

MARKETS, MARKETS_QUICK = 500, 20
CYCLES = 4
ROUNDS = 15
MARK = Mark(bound=2.0, stretch=1.25)
TWICE = Mark(bound=1.8, at_least=True)
ONE, LIMIT, TWO = "replay, one process", "limit", "replay, two processes"
ALL = LedgerFilter(limit=None)


def figures(options: Options) -> Iterator[Line]:
    markets = MARKETS_QUICK if options.quick else MARKETS
    config = _decided(options.folder / "chain", markets)
    database = config.storage.url.removeprefix("sqlite:///")
    total = replayed(database)
    assert total == markets * CYCLES
    size = Path(database).stat().st_size
    yield Note(f"{total:,} bundles read from SQLite by both; the database has {size:,} bytes;")
    yield Note("the limit: sha256, msgspec structs of the same fields, 22 checks, no decision")
    halves = _halves(config)
    cases = {
        ONE: in_process(lambda: _replay(config, ALL, total)),
        LIMIT: in_process(lambda: replayed(database)),
        TWO: in_process(lambda: _in_two(config, halves, total)),
    }
    rounds = interleaved(cases, options.rounds(ROUNDS))
    what = f"replay of {total:,} bundles on one core, per bundle"
    yield compared(rounds, ONE, LIMIT, unit="us", per=total, mark=MARK, what=what)
    yield speed_up(rounds, TWO, ONE, mark=TWICE)


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


def _replay(config: Config, wanted: LedgerFilter, total: int) -> None:
    with open_books(config) as store:
        _require(replay(codec(), from_store(store.bundles(wanted))), total)


def _in_two(config: Config, halves: Sequence[LedgerFilter], total: int) -> None:
    """As two calls of `botctl replay` would, each with one half of the time."""
    children = [_forked(config, half, total // len(halves)) for half in halves]
    for child in children:
        _, status = os.waitpid(child, 0)
        assert status == 0


def _forked(config: Config, half: LedgerFilter, total: int) -> int:
    if child := os.fork():
        return child
    _replay(config, half, total)
    os._exit(0)


def _halves(config: Config) -> tuple[LedgerFilter, LedgerFilter]:
    """Before and from the middle cycle on."""
    with open_books(config) as store:
        times = sorted({row.at_ms for row in store.rows(ALL)})
    middle = times[len(times) // 2]
    return LedgerFilter(until_ms=middle - 1, limit=None), LedgerFilter(since_ms=middle, limit=None)


def _require(report: ReplayReport, total: int) -> None:
    assert report.total == report.same == total, report.others[:1]
