"""Killed at any step, again and again: no row is lost, none is doubled, and the next run finishes."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.grow import grow
from botctl.adapters.store.backup import count_rows
from botctl.ports.retention import ArchiveKind
from botctl.ports.store import LedgerFilter
from tests.growth.archiving import LIFE, Answers, Place, answers, filters
from tests.growth.dying import die_at
from tests.support.postgres import PostgresServer

STEPS_MAX = 80  # more than a whole run has
AT_ONCE = 4
ASKED = filters(3, 3)
Fresh = Callable[[], Iterator[Place]]


@pytest.fixture(scope="module")
def grown_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("crash") / "botctl.db"
    grow(f"sqlite:///{file}", LIFE)
    return file


@pytest.fixture(scope="module")
def grown_database(postgres_server: PostgresServer) -> Iterator[str]:
    with postgres_server.database() as name:
        grow(postgres_server.url(name), LIFE)
        yield name


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Fresh:
    """The same grown database each time, as a copy."""
    numbers = iter(range(STEPS_MAX))
    if request.param == "sqlite":
        source: Path = request.getfixturevalue("grown_file")

        def copied() -> Iterator[Place]:
            folder = tmp_path / str(next(numbers))
            folder.mkdir()
            for one in source.parent.glob(f"{source.name}*"):
                shutil.copy(one, folder / one.name)
            yield Place(f"sqlite:///{folder / source.name}", folder / "archive")

        return copied
    server = request.getfixturevalue("postgres_server")
    template = request.getfixturevalue("grown_database")
    assert isinstance(server, PostgresServer)

    def cloned() -> Iterator[Place]:
        with server.database(template=str(template)) as name:
            yield Place(server.url(name), tmp_path / str(next(numbers)) / "archive")

    return cloned


def told(place: Place) -> Answers:
    store = place.store()
    try:
        return answers(store, ASKED)
    finally:
        store.close()


def require_whole(place: Place, before: Answers) -> None:
    """Every row is in exactly one place, and the journal vouches for all of them."""
    store = place.store()
    try:
        assert store.verify().altered == ()
        with store._db.reading() as db:
            live = {name: count_rows(db, name) for name in ("ledger", "bundles", "followups")}
            entered = db.exec_driver_sql("SELECT kind, sum(rows) FROM archives GROUP BY kind")
            gone = {str(kind): int(rows) for kind, rows in entered}
        assert live["ledger"] + gone[ArchiveKind.LEDGER] == LIFE.rows
        assert live["bundles"] + gone[ArchiveKind.BUNDLES] == LIFE.bundles
        assert len(list(store.rows(LedgerFilter(limit=None)))) == LIFE.rows
    finally:
        store.close()
    assert told(place) == before


def killed_at(fresh: Fresh, steps: range) -> int:
    """In how many of the runs somebody died. After the kill, readers see what they saw before."""
    kills = 0
    for step in steps:
        with contextmanager(fresh)() as place:
            before = told(place)
            killed = die_at(place, step)
            kills += killed
            if not killed:
                break
            assert told(place) == before
            die_at(place, step * 7 % 23 + 1)  # the run that comes to mend it dies as well
            place.retain()
            require_whole(place, before)
    return kills


def test_a_kill_loses_nothing_and_doubles_nothing(fresh: Fresh) -> None:
    """A sample; every step is a torture test."""
    assert killed_at(fresh, range(3, 60, 29)) == 2


@pytest.mark.torture
@pytest.mark.parametrize("first", range(1, STEPS_MAX, AT_ONCE))
def test_a_kill_at_any_step_loses_nothing_and_doubles_nothing(fresh: Fresh, first: int) -> None:
    """Some steps at a time; beyond the last one a run ends well, which the sample proves to be far off."""
    killed_at(fresh, range(first, first + AT_ONCE))
