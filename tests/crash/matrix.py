"""Every point of a scenario: kill, mine, start again until all has ended, and look."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from signal import SIGKILL
from typing import Final

from botctl.adapters.clock import SystemClock
from tests.crash.check import is_open, look
from tests.crash.child import Ended, Nursery, Run
from tests.crash.ground import Database, Ground, Waiting
from tests.crash.points import Instant, Point, distinct
from tests.crash.scenario import Scenario

DOWN_BLOCKS: Final = 3  # 36 s: what was sent mines, and the lease of the dead is over
DOWN_BLOCKS_MAX: Final = 4  # of a random kill; from none on
UP_BLOCKS: Final = 2  # between two starts, as many as make a trade final
STARTS_MAX: Final = 8
TRIES_MAX: Final = 10  # a death
IN_A_ROW_MAX: Final = 2  # random kills before it may live
US_PER_MS: Final = 1_000
RESUMED: Final = ("reconcile", "execute")  # in the order of a cycle

Chosen = Callable[[Sequence[Instant]], Sequence[Point]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`deaths`: kills that came before a process's own end. `starts` until every order had ended."""

    scenario: str
    database: str
    point: str
    deaths: int
    starts: int
    ends: str  # the orders' states in the end
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Kill:
    """At a random moment of a run, and how many blocks are mined before the next start."""

    delay_us: int
    down_blocks: int

    def __str__(self) -> str:
        return f"after {self.delay_us} us and down for {self.down_blocks} blocks"


@dataclass(slots=True)
class Matrix:
    """One scenario on one ground; `flaw` is a fault that its botctl has."""

    ground: Ground
    nursery: Nursery
    database: Database
    scenario: Scenario
    flaw: str = ""
    waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        self.ground.from_the_start(self.database)
        pool = self.scenario.prepare(self.ground)
        self.waiting = self.ground.keep(pool)

    def instants(self) -> list[Instant]:
        """Of a run that nobody kills; its story must be without a fault to its end."""
        self._bring_back()
        ended = self._run([self.scenario.command], rehearsal=True)
        assert ended.status == 0, ended
        found = self._resumed("never", DOWN_BLOCKS, deaths=0, rehearsal=True)
        assert found.faults == (), found
        return ended.instants

    def outcomes(self, chosen: Chosen = distinct) -> Iterator[Outcome]:
        for point in chosen(self.instants()):
            yield self.outcome(point)

    def outcome(self, point: Point) -> Outcome:
        self._bring_back()
        last = str(point.instants[-1])
        ended = self._run([self.scenario.command], die_at=point.index, expected=last)
        assert ended.status == -SIGKILL, f"{last} was not reached: {ended}"
        return self._resumed(str(point), DOWN_BLOCKS, deaths=1)

    def killed(self, kills: Sequence[Kill]) -> Outcome:
        """From outside: the first in the scenario's command, each later one in a start after it."""
        self._bring_back()
        commands: Sequence[str] = [self.scenario.command]
        deaths = 0
        for number, kill in enumerate(kills):
            if number:
                self.ground.mine(kills[number - 1].down_blocks)
            ended = self._run(commands, delay_us=kill.delay_us)
            assert ended.status in {0, -SIGKILL}, ended
            deaths, commands = deaths + (ended.status != 0), RESUMED
        name = ", ".join(map(str, kills))
        return self._resumed(name, kills[-1].down_blocks, deaths=deaths)

    def duration_us(self) -> int:
        """Of a run that nobody kills: what random kills are drawn from."""
        self._bring_back()
        before_ms = SystemClock().now_ms()
        self._run([self.scenario.command])
        return (SystemClock().now_ms() - before_ms) * US_PER_MS

    def _bring_back(self) -> None:
        self.waiting = self.ground.bring_back(self.waiting)

    def _resumed(
        self, point: str, down_blocks: int, *, deaths: int, rehearsal: bool = False
    ) -> Outcome:
        self.ground.mine(down_blocks)
        starts = 1
        said = list(_complaints(self._run(RESUMED, rehearsal=rehearsal)))
        while starts < STARTS_MAX and is_open(self.ground):
            self.ground.mine(UP_BLOCKS)
            said += _complaints(self._run(RESUMED, rehearsal=rehearsal))
            starts += 1
        self.ground.mine(UP_BLOCKS)  # what should not be in the pool has its effect too
        found = look(self.ground, self.scenario)
        return Outcome(
            scenario=self.scenario.name,
            database=self.database.kind,
            point=point,
            deaths=deaths,
            starts=starts,
            ends=found.ends,
            faults=(*said, *found.faults),
        )

    def _run(
        self,
        commands: Sequence[str],
        *,
        die_at: int | None = None,
        expected: str = "",
        delay_us: int | None = None,
        rehearsal: bool = False,
    ) -> Ended:
        stage = self.ground.stage
        tail = ["--config", str(stage.config), "--json"]
        settings = self.ground.settings(self.scenario.settings)
        return self.nursery.run(
            Run(
                commands=[[command, *tail] for command in commands],
                env={**self.ground.environment(), **_named(settings)},
                out=str(stage.config.with_name("child.out")),
                die_at=die_at,
                expected=expected,
                delay_us=delay_us,
                rehearsal=rehearsal,
                flaw=self.flaw,
            )
        )


def _named(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"BOTCTL_{key}": text for key, text in settings.items()}


def _complaints(ended: Ended) -> Iterator[str]:
    """What botctl itself says is wrong: a status, or a mismatch of ledger and chain."""
    if ended.status != 0:
        yield f"a new start ended with {ended.status}: {ended.out} {ended.err}"
    for line in ended.out.splitlines():
        document = json.loads(line)
        if found := document.get("mismatches"):
            yield f"reconcile: {found}"


def random_kills(matrix: Matrix, rng: Random, kills: int) -> Iterator[Outcome]:
    """Until so many have died: a kill that comes after a process's own end is not counted."""
    matrix.instants()
    longest_us = matrix.duration_us()
    deaths = 0
    for _ in range(TRIES_MAX * kills):
        if deaths >= kills:
            return
        drawn = [
            Kill(rng.randrange(longest_us), rng.randint(0, DOWN_BLOCKS_MAX))
            for _ in range(rng.randint(1, IN_A_ROW_MAX))
        ]
        outcome = matrix.killed(drawn)
        deaths += outcome.deaths
        yield outcome
    raise AssertionError(f"only {deaths} deaths of {kills}")
