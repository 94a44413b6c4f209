"""One grown database of each kind, shared by the tests of this room; and a bot's folder that uses it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.grow import grow
from bench.grown import Growth
from botctl.adapters.clock import SystemClock
from tests.store.making import CHAIN
from tests.support.postgres import PostgresServer

ROWS, BUNDLES, MARKETS = 60_000, 2_000, 20
INTERVAL_MS = 300_000  # ten days of a cycle every five minutes
BOUGHT = (
    50  # of a thousand: one a cycle, so that a scan of all orders is seen and a day of them is not
)


@dataclass(frozen=True, slots=True)
class GrownPlace:
    url: str
    growth: Growth


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def grown(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[GrownPlace]:
    """It ended a minute ago by the wall clock, which commands go by. A module may have another size."""
    growth = Growth(
        getattr(request.module, "ROWS", ROWS),
        BUNDLES,
        SystemClock().now_ms() - 60_000,
        MARKETS,
        chain_id=CHAIN,
        bought=BOUGHT,
        interval_ms=getattr(request.module, "INTERVAL_MS", INTERVAL_MS),
    )
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('grown') / 'botctl.db'}"
        grow(url, growth)
        yield GrownPlace(url, growth)
        return
    server = request.getfixturevalue("postgres_server")
    assert isinstance(server, PostgresServer)
    with server.database() as name:
        grow(server.url(name), growth)
        yield GrownPlace(server.url(name), growth)


@pytest.fixture
def home(grown: GrownPlace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("BOTCTL_STORAGE__URL", grown.url)
    monkeypatch.setenv("BOTCTL_CHAIN__CHAIN_ID", str(CHAIN))
    for name in ("XDG_CACHE_HOME", "BOTCTL_CONFIG", "BOTCTL_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
