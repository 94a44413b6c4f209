"""One effect, whenever botctl dies: SIGKILL around every port call, on a real chain and both databases."""

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import cast

import pytest

from tests.crash.broken import SENDS_ANEW, SENDS_UNWRITTEN
from tests.crash.ground import Database, PostgresDatabase, SqliteFile
from tests.crash.matrix import Chosen, random_kills
from tests.crash.points import MOVING, Instant, Recorder, Watched, distinct, sampled
from tests.crash.report import page
from tests.crash.scenario import SCENARIOS, Scenario
from tests.crash.stand import Stand, stand_in
from tests.support.postgres import PostgresServer

RANDOM_KILLS = 500
A_BUY = SCENARIOS[0]


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with stand_in(tmp_path_factory.mktemp("crash") / "stage") as ready:
        yield ready


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Database:
    if request.param == "sqlite":
        return SqliteFile(tmp_path)
    server = request.getfixturevalue("postgres_server")
    assert isinstance(server, PostgresServer)
    return PostgresDatabase(server)


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(sampled, id="sampled"),
        pytest.param(distinct, id="all", marks=pytest.mark.torture),
    ],
)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: s.name)
def test_a_kill_around_any_port_call_loses_nothing_and_doubles_nothing(
    stand: Stand, database: Database, scenario: Scenario, chosen: Chosen
) -> None:
    outcomes = list(stand.matrix(scenario, database).outcomes(chosen))
    assert [(one.point, one.faults) for one in outcomes if one.faults] == []
    assert all(one.deaths == 1 for one in outcomes)
    assert any(call in one.point for call in MOVING for one in outcomes)


@pytest.mark.parametrize(
    ("flaw", "deadly", "harmless", "words"),
    [
        (SENDS_UNWRITTEN, "after signer.sign", "before store.sent", "the books do not"),
        (SENDS_ANEW, "before store.sent", "after signer.sign", "2 buys of"),
    ],
)
def test_a_flow_with_a_flaw_is_found_at_the_one_moment_when_it_shows(
    stand: Stand, tmp_path: Path, flaw: str, deadly: str, harmless: str, words: str
) -> None:
    """The checks bite: without a crash, and after most crashes, these two behave well."""
    matrix = stand.matrix(A_BUY, SqliteFile(tmp_path), flaw)
    points = {str(point.instants[-1]): point for point in distinct(matrix.instants())}
    assert matrix.outcome(points[harmless]).faults == ()
    assert words in "; ".join(matrix.outcome(points[deadly]).faults)


@pytest.mark.torture
def test_kills_at_random_instants_lose_nothing_and_double_nothing(
    stand: Stand, postgres_server: PostgresServer, tmp_path: Path
) -> None:
    rng = Random(RANDOM_KILLS)
    databases = (SqliteFile(tmp_path), PostgresDatabase(postgres_server))
    places = [(scenario, database) for scenario in SCENARIOS for database in databases]
    share = -(-RANDOM_KILLS // len(places))
    outcomes = [
        one
        for scenario, database in places
        for one in random_kills(stand.matrix(scenario, database), rng, share)
    ]
    assert [one for one in outcomes if one.faults] == []
    assert sum(one.deaths for one in outcomes) >= RANDOM_KILLS


class Book:
    """A port whose call calls another port."""

    name = "book"

    def __init__(self, key: "Key") -> None:
        self._key = key

    def sign(self) -> str:
        return self._key.sign()


class Key:
    def sign(self) -> str:
        return "signed"


def test_instants_are_recorded_around_calls_properties_and_calls_within_calls() -> None:
    recorder = Recorder()
    key = cast("Key", Watched(Key(), "signer", recorder))
    book = cast("Book", Watched(Book(key), "store", recorder))
    assert (book.name, book.sign()) == ("book", "signed")
    assert [str(one) for one in recorder.instants] == [
        "before store.name",
        "after store.name",
        "before store.sign",
        "before signer.sign",
        "after signer.sign",
        "after store.sign",
    ]


def _instants(*told: str) -> list[Instant]:
    return [Instant(after=word[0] == "-", call=word[1:]) for word in told]


def test_instants_with_only_pure_calls_between_them_are_one_point() -> None:
    run = _instants(
        "+clock.now_ms", "-clock.now_ms", "+store.open", "-store.open", "+ids.new", "-ids.new"
    )
    assert [(p.index, str(p)) for p in distinct(run)] == [
        (2, "before clock.now_ms, before store.open"),
        (5, "after store.open, after ids.new"),
    ]


def test_before_and_after_a_pure_call_within_a_transaction_stay_apart_from_what_surrounds_them() -> (
    None
):
    run = _instants(
        "+store.sign", "+calls.buy", "-calls.buy", "+signer.sign", "-signer.sign", "-store.sign"
    )
    assert [p.index for p in distinct(run)] == [0, 2, 3, 4, 5]


def test_a_sample_has_every_point_around_what_moves_money() -> None:
    reads = [word for n in range(6) for word in (f"+txs.read_{n}", f"-txs.read_{n}")]
    run = _instants(*reads, "+sender.send", "-sender.send", "+store.sent", "-store.sent")
    assert [str(p) for p in sampled(run)] == [
        "before txs.read_0",
        "after txs.read_4, before txs.read_5",
        "after txs.read_5, before sender.send",
        "after sender.send, before store.sent",
    ]


def test_the_page_has_a_row_for_every_point_and_says_what_went_wrong(
    stand: Stand, tmp_path: Path
) -> None:
    matrix = stand.matrix(A_BUY, SqliteFile(tmp_path))
    (point, *_) = distinct(matrix.instants())
    written = page([matrix.outcome(point)])
    assert "| 1 | before locks.take | 2: buy swap confirmed |" in written
