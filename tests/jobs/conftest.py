"""Frozen time and a real database; and the demo's stage, for the process itself."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from freezegun import freeze_time
from freezegun.api import FrozenDateTimeFactory

from botctl.config.environment import environment
from botctl.wiring.stage import DevnetStage, StagePlan
from tests.jobs.world import NOON, SECOND, World, opened_store
from tests.support.chain import chain, demo_chain


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = opened_store(tmp_path)
    with freeze_time(NOON + SECOND, ignore=["_pytest.timing"]) as frozen:
        assert isinstance(frozen, FrozenDateTimeFactory)
        yield World(frozen, store)
    store.close()


__all__ = ["chain", "demo_chain"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[DevnetStage]:
    with DevnetStage(StagePlan(tmp_path / "stage", seed=7), environment()) as ready:
        ready.step()
        yield ready
