"""A small field on a database: SQLite in every run, PostgreSQL as well in the torture."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.torture.field import Field

MARKETS = 8


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.torture)])
def field(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Field]:
    url = f"sqlite:///{tmp_path / 'botctl.db'}"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
        assert isinstance(url, str)
    with Field(tmp_path / "field", MARKETS, url) as field:
        yield field
