"""What every test may ask for: a database of its own, and no socket where none belongs."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.postgres import PostgresServer, postgres_server

TESTS = Path(__file__).parent
# Rooms whose tests are pure: there not even loopback opens.
SOCKETLESS = tuple(TESTS / room for room in ("core", "ports", "unit"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if any(item.path.is_relative_to(room) for room in SOCKETLESS):
            item.add_marker("disable_socket")


@pytest.fixture(scope="session", name="postgres_server")
def _postgres_server() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    with postgres_server.database() as name:
        yield postgres_server.url(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of each kind: what holds on one must hold on the other."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'botctl.db'}"
    url = request.getfixturevalue("postgres_url")
    assert isinstance(url, str)
    return url
