"""`python -m tests.sim`: run seeds, say how many a second, and repeat one that failed."""

import argparse
import sys
from collections.abc import Iterator
from time import perf_counter

from botctl.sim.scenario import Scenario
from tests.sim.run import Result, play, run
from tests.sim.shrink import Plan, shrunk

COUNT = 2_000
FAILURES_MAX = 10  # then it stops: one cause breaks many seeds


def main() -> int:
    """Exit status 1 when a promise was broken."""
    asked = _parser().parse_args()
    if asked.seed is not None:
        return _say_all(_one(asked.seed))
    return _say_all(_many(asked.first, asked.count))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seed", type=int, help="run this one and print its whole history")
    parser.add_argument("--from", type=int, default=0, dest="first", help="the first seed")
    parser.add_argument("--count", type=int, default=COUNT, help="how many seeds")
    return parser


def _say_all(lines: Iterator[str]) -> int:
    status = 0
    for line in lines:
        status |= line.startswith("BROKEN")
        sys.stdout.write(line + "\n")
    return status


def _one(seed: int) -> Iterator[str]:
    result = run(seed)
    yield from result.world.history.lines()
    yield f"digest {result.digest}"
    if not result.broken:
        yield "every promise was kept"
        return
    yield "what it takes to break it:"
    yield from (f"  {action}" for action in _needed(result))
    yield from (f"BROKEN {say}" for say in result.broken)


def _needed(result: Result) -> Plan:
    scenario = Scenario(result.seed)

    def fails(plan: Plan) -> bool:
        again = play(result.seed, plan, private_blocks=scenario.private_blocks)
        return any(_kind(say) == _kind(result.broken[0]) for say in again.broken)

    return shrunk(scenario.actions(), fails)


def _kind(say: str) -> str:
    return say.split(":", maxsplit=1)[0]


def _many(first: int, count: int) -> Iterator[str]:
    started, done, failures = perf_counter(), 0, 0
    for seed in range(first, first + count):
        result = run(seed)
        done += 1
        if result.broken:
            failures += 1
            yield f"BROKEN {result.broken[0]}\n  again: {result.again}"
        if failures == FAILURES_MAX:
            break
    seconds = perf_counter() - started
    yield f"{done} seeds, {failures} broken, {done / seconds:.0f} seeds a second"


if __name__ == "__main__":
    sys.exit(main())
