"""Frozen time and a real database."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from freezegun import freeze_time

from tests.jobs.world import NOON, World, opened_store


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    store = opened_store(tmp_path)
    with freeze_time(NOON) as frozen:
        yield World(frozen, store)
    store.close()
