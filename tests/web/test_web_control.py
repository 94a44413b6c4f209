"""What an operator orders: told first, confirmed by a word, done once, and on record with the name."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from freezegun import freeze_time

from botctl.core.permission import Level, SourceKind, worst
from botctl.flows.kill import CONSEQUENCE
from botctl.ports.store import Store
from botctl.wiring.web import WebHost
from tests.web.conftest import Tokens
from tests.web.serving import bearer, form_of, order_of

WHY = "a test's <b>reason</b>"


@pytest.fixture(autouse=True)
def _as_it_was(host: WebHost) -> Iterator[None]:
    yield
    now_ms = host.watch().clock.now_ms()
    for source in host.store.sources():
        if source.kind is SourceKind.KILL:
            host.store.set_source(replace(source, level=Level.ALLOW_ALL))
    for pause in host.store.pauses():
        host.store.set_pause(replace(pause, until_ms=now_ms))


def level(store: Store) -> Level:
    return worst(store.sources(), SourceKind.KILL)


def asked(client: TestClient, action: str, **fields: str) -> str:
    form = form_of(client.get("/control").text)
    answer = client.post(f"/control/{action}", data={"form": form, "why": WHY, **fields})
    assert answer.status_code == 200, answer.text
    return answer.text


def confirmed(client: TestClient, action: str, page: str, word: str = "demo") -> int:
    fields = {"form": form_of(page), "order": order_of(page), "word": word}
    answer = client.post(f"/control/{action}/confirm", data=fields)
    return answer.status_code


@pytest.mark.parametrize(
    ("action", "wanted"), [("soft", Level.EXITS_ONLY), ("hard", Level.HALT_ALL)]
)
def test_a_switch_is_told_in_full_then_set_and_lifted(
    operator: TestClient, host: WebHost, action: str, wanted: Level
) -> None:
    page = asked(operator, action)
    assert CONSEQUENCE[wanted] in page
    assert "bot demo in" in page
    assert "positions and" in page
    assert WHY not in page, "what people type is escaped"
    assert level(host.store) is Level.ALLOW_ALL, "asking does nothing"
    assert confirmed(operator, action, page, "no") == 422
    assert level(host.store) is Level.ALLOW_ALL, "a wrong word does nothing"
    assert confirmed(operator, action, page) == 200
    assert level(host.store) is wanted
    (source,) = [s for s in host.store.sources() if s.kind is SourceKind.KILL]
    assert (source.who, source.reason) == ("otto (page)", WHY)
    assert host.store.verify().altered == ()
    off = asked(operator, "off")
    assert f"this lifts {wanted.name}" in off
    assert confirmed(operator, "off", off) == 200
    assert level(host.store) is Level.ALLOW_ALL


def test_a_confirmation_is_for_its_own_action_login_and_time(
    operator: TestClient, host: WebHost
) -> None:
    page = asked(operator, "soft")
    assert confirmed(operator, "hard", page) == 403
    later = datetime.now(UTC) + timedelta(seconds=host.plan.confirm_s + 5)  # noqa: TID251
    with freeze_time(later, tick=True):
        assert confirmed(operator, "soft", page) == 403
    changed = order_of(page)[:-2] + "zz"
    fields = {"form": form_of(page), "order": changed, "word": "demo"}
    assert operator.post("/control/soft/confirm", data=fields).status_code == 403
    assert level(host.store) is Level.ALLOW_ALL


def test_a_pause_of_one_market_and_its_end(operator: TestClient, host: WebHost) -> None:
    symbol = next(m for m in host.store.markets() if m.symbol == "CEDAR")
    page = asked(operator, "pause", market="cedar", **{"for": "2h"})
    assert symbol.pair in page
    assert confirmed(operator, "pause", page) == 200
    now_ms = host.watch().clock.now_ms()
    (pause,) = [p for p in host.store.pauses() if p.until_ms > now_ms]
    assert (pause.scope, pause.who, pause.level) == (symbol.pair, "otto (page)", Level.EXITS_ONLY)
    assert pause.until_ms - pause.since_ms == 7_200_000
    assert confirmed(operator, "resume", asked(operator, "resume", market="CEDAR")) == 200
    assert [p for p in host.store.pauses() if p.until_ms > host.watch().clock.now_ms()] == []


@pytest.mark.parametrize(
    ("action", "fields", "status"),
    [
        ("soft", {"why": " "}, 422),
        ("soft", {"why": "x" * 501}, 422),
        ("pause", {"market": "NOSUCH"}, 404),
        ("pause", {"for": "soon"}, 422),
        ("explode", {}, 404),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_it_is_told(
    operator: TestClient, action: str, fields: dict[str, str], status: int
) -> None:
    form = form_of(operator.get("/control").text)
    answer = operator.post(f"/control/{action}", data={"form": form, "why": WHY, **fields})
    assert answer.status_code == status


def test_rest_does_the_same_and_says_what_it_means_without_the_word(
    client: TestClient, host: WebHost, tokens: Tokens
) -> None:
    body = {"level": "hard", "why": WHY, "confirm": ""}
    asked_first = client.post("/api/v1/kill", json=body, headers=bearer(tokens.operator))
    assert asked_first.status_code == 422
    facts = asked_first.json()["error"]["facts"]
    assert facts["confirm"] == "demo"
    assert facts["means"] == CONSEQUENCE[Level.HALT_ALL]
    assert level(host.store) is Level.ALLOW_ALL
    body["confirm"] = "demo"
    assert client.post("/api/v1/kill", json=body, headers=bearer(tokens.viewer)).status_code == 403
    assert client.post("/api/v1/kill", json=body).status_code == 401
    done = client.post("/api/v1/kill", json=body, headers=bearer(tokens.operator))
    assert (done.status_code, done.json()["permission"]["level"]) == (200, "HALT_ALL")
    (source,) = [s for s in host.store.sources() if s.kind is SourceKind.KILL]
    assert (source.level, source.who) == (Level.HALT_ALL, "otto (rest)")


def test_a_session_opens_no_rest(operator: TestClient) -> None:
    """So that no page elsewhere can use it: there is nothing that a browser adds by itself."""
    assert operator.get("/api/v1/status").status_code == 401
    body = {"level": "soft", "why": "x", "confirm": "demo"}
    assert operator.post("/api/v1/kill", json=body).status_code == 401
