"""A place to play a scenario on: SQLite in a folder, or an empty PostgreSQL database."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from botctl.wiring.chaos import ChaosPlan
from tests.support.postgres import PostgresServer


@pytest.fixture(params=["sqlite", "postgres"])
def plan(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChaosPlan]:
    if request.param == "sqlite":
        yield ChaosPlan(tmp_path)
        return
    server = request.getfixturevalue("postgres_server")
    assert isinstance(server, PostgresServer)
    with server.database() as name:
        yield ChaosPlan(tmp_path, database_url=server.url(name))
