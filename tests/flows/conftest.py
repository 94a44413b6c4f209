"""A stage of its own for each test: chain, crowd, key, settings, database."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.wiring.stage import DevnetStage, StagePlan


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), os.environ) as ready:
        yield ready


@pytest.fixture
def stage_on(tmp_path: Path, database_url: str) -> Iterator[DevnetStage]:
    """On SQLite and on PostgreSQL."""
    plan = StagePlan(tmp_path / "stage", seed=7, database_url=database_url)
    with DevnetStage(plan, os.environ) as ready:
        yield ready
