"""The real programs of Prometheus, or a skip that says what is missing."""

from pathlib import Path

import pytest

from deploy.prometheus.install import MISSING, program


def _needed(name: str) -> Path:
    found = program(name)
    if found is None:
        pytest.skip(MISSING)
    return found


@pytest.fixture(scope="session")
def promtool() -> Path:
    return _needed("promtool")


@pytest.fixture(scope="session")
def prometheus() -> Path:
    return _needed("prometheus")
