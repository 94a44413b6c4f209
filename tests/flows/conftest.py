"""A stage of its own for each test: chain, crowd, key, settings, database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage, StagePlan


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), environment()) as ready:
        yield ready


@pytest.fixture
def stage_on(tmp_path: Path, database_url: str) -> Iterator[DevnetStage]:
    """On SQLite and on PostgreSQL."""
    plan = StagePlan(tmp_path / "stage", seed=7, database_url=database_url)
    with DevnetStage(plan, environment()) as ready:
        yield ready
