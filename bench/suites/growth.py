"""The whole cycle on a real node as it grows: round trips, time, and the peak memory of the process."""

import json
from collections.abc import Iterator

from bench.chain import NOTHING_TO_BUY, BenchChain, bench_chain
from bench.figures import Figure, Line, Mark, Note
from bench.options import Options
from bench.processes import BOTCTL, Command

SIZES, SIZES_QUICK = (20, 500, 1_000, 2_000), (10, 20)
CYCLES = 3
KB_PER_MB = 1_024
OK_OR_REFUSED = frozenset({0, 3})
CONSTANT = Mark(bound=1.0)


def figures(options: Options) -> Iterator[Line]:
    yield Note("`botctl cycle` as a process on the real node: the last of a few, a new block each")
    first, sizes = None, SIZES_QUICK if options.quick else SIZES
    for size in sizes:
        with bench_chain(options.folder / str(size), size) as chain:
            trips, requests, peak_mb, wall_ms = _last_cycle(options, chain)
        first = first or trips
        yield Figure(
            what=f"round trips of a scan of {size:,} markets",
            value=trips,
            unit="",
            against=f"those of {sizes[0]}",
            other=first,
            ratio=trips / first,
            mark=CONSTANT,
        )
        yield Figure(what=f"  decisions stored by it, {size:,} markets", value=requests, unit="")
        yield Figure(what=f"  peak memory of the cycle, {size:,} markets", value=peak_mb, unit="MB")
        yield Figure(what=f"  the whole process, {size:,} markets", value=wall_ms, unit="ms")


def _last_cycle(options: Options, chain: BenchChain) -> tuple[int, int, float, float]:
    """Round trips, decisions, peak memory in MB, wall time in ms."""
    place = chain.settings("bot", more=NOTHING_TO_BUY).parent
    cache = {"XDG_CACHE_HOME": str(options.folder / "cache")}
    argv = [BOTCTL, "cycle", "--json"]
    samples = []
    for _ in range(options.rounds(CYCLES)):
        chain.step()
        env = cache | chain.environment()
        options.launcher.run(Command([BOTCTL, "status"], place, env))  # the settings' cache
        samples.append(options.launcher.run(Command(argv, place, env, OK_OR_REFUSED)))
    said = options.launcher.said()
    report = json.loads(said[said.rindex('\n{"') + 1 :] if '\n{"' in said else said)
    sample = samples[-1]
    lines = len(report["decide"]["lines"])
    assert lines == chain.markets
    return report["scan"]["round_trips"], lines, sample.peak_kb / KB_PER_MB, sample.wall_s * 1e3
