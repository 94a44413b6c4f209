"""A real chain with one market of every demo token, and a paper venue that looks at it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.paper.twin import Twin
from tests.support.chain import Chain, put_back, started
from tests.support.zoo import ZOO_PLAN


@pytest.fixture(scope="session", name="zoo_chain")
def _zoo_chain() -> Iterator[Chain]:
    with started(ZOO_PLAN) as chain:
        yield chain


@pytest.fixture
def twin(zoo_chain: Chain, tmp_path: Path) -> Iterator[Twin]:
    with put_back(zoo_chain) as chain:
        yield Twin(chain, tmp_path)
