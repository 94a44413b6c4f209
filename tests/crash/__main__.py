"""`python -m tests.crash`: the whole matrix, printed, and kept in runbooks/crash-matrix.md.

`--every` takes each instant as a point of its own, which must end the same; `--random N --seed S`
kills at N random instants from outside. Both keep nothing.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from botctl.adapters.clock import SystemClock
from tests.crash.ground import Database, PostgresDatabase, SqliteFile
from tests.crash.matrix import Chosen, Outcome, random_kills
from tests.crash.points import distinct, every
from tests.crash.report import cell, page
from tests.crash.scenario import SCENARIOS
from tests.crash.stand import Stand, stand_in
from tests.support.postgres import postgres_server

PAGE: Final = Path(__file__).parents[2] / "runbooks" / "crash-matrix.md"
MS: Final = 1_000


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--every", action="store_true", help="merge no instants")
    parser.add_argument("--random", type=int, metavar="N", help="kill at N random instants instead")
    parser.add_argument("--seed", type=int, default=1, help="of the random instants")
    asked = parser.parse_args(arguments)
    started_ms = SystemClock().now_ms()
    with ExitStack() as undo:
        folder = Path(undo.enter_context(TemporaryDirectory(prefix="botctl-crash-")))
        stand = undo.enter_context(stand_in(folder / "stage"))
        server = undo.enter_context(postgres_server())
        databases = (SqliteFile(folder), PostgresDatabase(server))
        chosen = every if asked.every else distinct
        found = (
            _random(stand, databases, asked.random, asked.seed)
            if asked.random
            else _all(stand, databases, chosen)
        )
        outcomes = list(_told(found))
    if not asked.random and not asked.every:
        PAGE.write_text(page(outcomes), encoding="utf-8")
    return _summed_up(outcomes, (SystemClock().now_ms() - started_ms) / MS)


def _all(stand: Stand, databases: Sequence[Database], chosen: Chosen) -> Iterator[Outcome]:
    for scenario in SCENARIOS:
        for database in databases:
            yield from stand.matrix(scenario, database).outcomes(chosen)


def _random(
    stand: Stand, databases: Sequence[Database], kills: int, seed: int
) -> Iterator[Outcome]:
    """Spread evenly over scenarios and databases; what remains goes to the first ones."""
    rng = Random(seed)
    _say(f"seed {seed}")
    places = [(scenario, database) for scenario in SCENARIOS for database in databases]
    for number, (scenario, database) in enumerate(places):
        share = kills // len(places) + (number < kills % len(places))
        yield from random_kills(stand.matrix(scenario, database), rng, share)


def _told(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    for one in outcomes:
        _say(f"{one.scenario} | {one.database} | {one.point} | {cell(one)}")
        yield one


def _summed_up(outcomes: Sequence[Outcome], took_s: float) -> int:
    deaths, failed = sum(one.deaths for one in outcomes), sum(bool(o.faults) for o in outcomes)
    _say(f"{len(outcomes)} stories with {deaths} kills in {took_s:.0f} s: {failed} with a fault")
    return 1 if failed else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
