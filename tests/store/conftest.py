"""An empty store on each database; and one that the examples of a property may share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.adapters.store import SqlStore
from tests.store.making import opened
from tests.support.postgres import PostgresServer


@pytest.fixture
def store(database_url: str) -> Iterator[SqlStore]:
    with opened(database_url) as one:
        yield one


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def scratch(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SqlStore]:
    """Not empty: whoever uses it takes care of what others left."""
    if request.param == "sqlite":
        folder: Path = tmp_path_factory.mktemp("scratch")
        with opened(f"sqlite:///{folder / 'botctl.db'}") as one:
            yield one
        return
    server = request.getfixturevalue("postgres_server")
    assert isinstance(server, PostgresServer)
    with server.database() as name, opened(server.url(name)) as one:
        yield one
