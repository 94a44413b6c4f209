"""All that a matrix needs, put up once: the chain with its crowd's past, the warm parent, a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.crash.child import Nursery
from tests.crash.ground import Database, Ground
from tests.crash.matrix import Matrix
from tests.crash.scenario import Scenario

SEED: Final = 7


@dataclass(frozen=True, slots=True)
class Stand:
    ground: Ground
    nursery: Nursery

    def matrix(self, scenario: Scenario, database: Database, flaw: str = "") -> Matrix:
        return Matrix(self.ground, self.nursery, database, scenario, flaw)


@contextmanager
def stand_in(folder: Path) -> Iterator[Stand]:
    with DevnetStage(StagePlan(folder, SEED), environment()) as stage, Nursery() as nursery:
        stage.step()
        yield Stand(Ground(stage), nursery)
