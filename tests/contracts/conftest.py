"""A chain with one market of every demo token; these tests only read it."""

from collections.abc import Iterator

import pytest

from tests.support.chain import Chain, started
from tests.support.zoo import ZOO_PLAN


@pytest.fixture(scope="session")
def zoo() -> Iterator[Chain]:
    with started(ZOO_PLAN) as chain:
        yield chain
