"""A real bot's books, made once a worker; the application over them, and a token of each role."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from botctl.config.environment import environment
from botctl.core.roles import Role
from botctl.flows.access import new_access
from botctl.flows.cycle import cycle
from botctl.web.app import built, site_of
from botctl.wiring.setup import set_up
from botctl.wiring.stage import DevnetStage, StagePlan
from botctl.wiring.web import WebHost, fresh_token, opened_host
from tests.support.staged import runtime_on
from tests.web.serving import BASE, HTML, Served, log_in, served

CYCLES = 5


@dataclass(frozen=True, slots=True)
class Tokens:
    viewer: str
    operator: str


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevnetStage]:
    folder = tmp_path_factory.mktemp("served") / "stage"
    with DevnetStage(StagePlan(folder, seed=7), environment()) as ready:
        for _ in range(CYCLES):
            one_cycle(ready)
        yield ready


def one_cycle(stage: DevnetStage) -> str:
    """Its id."""
    stage.step()
    with runtime_on(stage) as rt:
        cycle(rt)
    latest = stage.store.latest()
    assert latest is not None
    return latest.cycle_id


@pytest.fixture(scope="session")
def host(stage: DevnetStage) -> Iterator[WebHost]:
    """Patient: a test that is about impatience makes a host of its own."""
    with opened_host(set_up(stage.config)) as opened:
        plan = replace(opened.plan, tries_per_min=10_000, tries_all_per_min=10_000)
        yield replace(opened, plan=plan)


@pytest.fixture(scope="session")
def tokens(host: WebHost) -> Tokens:
    return Tokens(made(host, "vera", Role.VIEWER), made(host, "otto", Role.OPERATOR))


def made(host: WebHost, name: str, role: Role) -> str:
    now_ms = host.watch().clock.now_ms()
    return new_access(host.store, host.ids, name, role, now_ms=now_ms, draw=fresh_token).token


@pytest.fixture(scope="session")
def process(
    stage: DevnetStage, tokens: Tokens, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The real server, which asks for news often."""
    assert tokens.viewer, "made before the process looks"
    folder: Path = tmp_path_factory.mktemp("process")
    with served(stage.config, folder, POLL_MS="50", HEARTBEAT_S="1") as one:
        yield one


@pytest.fixture
def client(host: WebHost) -> Iterator[TestClient]:
    with opened_client(host) as one:
        yield one


def opened_client(host: WebHost) -> TestClient:

    app = built(site_of(host))
    return TestClient(app, base_url=BASE, headers=HTML, raise_server_exceptions=False)


@pytest.fixture
def viewer(client: TestClient, tokens: Tokens) -> TestClient:
    assert log_in(client, tokens.viewer).status_code == 303
    return client


@pytest.fixture
def operator(client: TestClient, tokens: Tokens) -> TestClient:
    assert log_in(client, tokens.operator).status_code == 303
    return client
