"""REST gives the documents of `--json`, and OpenAPI says truly what they look like."""

import json
import subprocess
import sys

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given, settings
from jsonschema_rs import validator_for
from schemathesis.core.result import Ok
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from botctl.web.app import built, site_of
from botctl.wiring.stage import DevnetStage
from botctl.wiring.web import WebHost
from tests.web.conftest import Tokens
from tests.web.serving import ROOT, bearer

# The command, and the route that gives the same document.
SAME = (
    ("orders", "/api/v1/orders"),
    ("orders --limit 3", "/api/v1/orders?limit=3"),
    ("positions", "/api/v1/positions"),
    ("positions --all", "/api/v1/positions?all=true"),
    ("ledger --kind BUY --limit 5", "/api/v1/ledger?kind=BUY&limit=5"),
    ("ledger --reason INV_SELLABLE", "/api/v1/ledger?reason=INV_SELLABLE"),
    ("explain CEDAR", "/api/v1/explain/CEDAR"),
)
READS = (
    *("status", "health", "cycles", "ledger?limit=1000", "orders?limit=1000", "positions?all=true"),
    *("equity", "providers", "alerts?all=true", "explain/CEDAR"),
)


@pytest.fixture(scope="module")
def app(host: WebHost) -> FastAPI:
    return built(site_of(host))


@pytest.mark.parametrize(("command", "path"), SAME)
def test_a_document_is_that_of_the_command(
    client: TestClient, tokens: Tokens, stage: DevnetStage, command: str, path: str
) -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "botctl", *command.split(), "--config", stage.config, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert client.get(path, headers=bearer(tokens.viewer)).json() == json.loads(printed)


@pytest.mark.parametrize("path", READS)
def test_real_documents_are_as_openapi_says(client: TestClient, tokens: Tokens, path: str) -> None:
    document = client.get("/openapi.json").json()
    name = path.partition("?")[0]
    route = "/api/v1/explain/{asked}" if name.startswith("explain") else f"/api/v1/{name}"
    media = document["paths"][route]["get"]["responses"]["200"]["content"]["application/json"]
    answer = client.get(f"/api/v1/{path}", headers=bearer(tokens.viewer))
    assert answer.status_code == 200, answer.text
    schema = {**media["schema"], "components": document["components"]}
    found = [str(error) for error in validator_for(schema).iter_errors(answer.json())]
    assert found[:3] == []
    assert list(validator_for(schema).iter_errors(media["example"])) == []
    assert not validator_for(schema).is_valid({}), "a schema that takes anything says nothing"


def test_one_orders_story_is_as_openapi_says(
    client: TestClient, tokens: Tokens, host: WebHost
) -> None:
    document = client.get("/openapi.json").json()
    (order,) = host.store.recent(1)
    answer = client.get(f"/api/v1/orders/{order.id}", headers=bearer(tokens.viewer)).json()
    schema = {"$ref": "#/components/schemas/OrderStory", "components": document["components"]}
    assert list(validator_for(schema).iter_errors(answer)) == []
    assert [step["state"] for step in answer["steps"]][:2] == ["created", "signed"]


def test_every_code_of_an_error_is_json_of_one_form(client: TestClient, tokens: Tokens) -> None:
    asked = {
        "/api/v1/orders/none": 404,
        "/api/v1/explain/none": 404,
        "/api/v1/nowhere": 404,
        "/api/v1/ledger?since=tomorrow": 422,
        "/api/v1/ledger?limit=0": 422,
        "/api/v1/ledger?kind=NO": 422,
    }
    for path, status in asked.items():
        answer = client.get(path, headers=bearer(tokens.viewer))
        assert (answer.status_code, set(answer.json()["error"])) == (
            status,
            {"code", "message", "facts"},
        )
    wrong_way = client.post("/api/v1/status", headers=bearer(tokens.viewer))
    assert (wrong_way.status_code, wrong_way.headers["allow"]) == (405, "GET")


HOST = {"Host": "127.0.0.1"}
CHECKS = (status_code_conformance, content_type_conformance, response_schema_conformance)


READING = "GET"


def test_whatever_is_asked_is_answered_as_described(app: FastAPI, tokens: Tokens) -> None:
    """Arguments that fit and ones that do not, to every route that reads."""
    headers = {**HOST, **bearer(tokens.viewer)}
    described = schemathesis.openapi.from_asgi("/openapi.json", app, headers=HOST)
    found = list(described.get_all_operations())
    routes = [one.ok() for one in found if isinstance(one, Ok)]
    assert len(routes) == len(found)
    reading = [route for route in routes if route.method.upper() == READING]
    assert len(reading) == len({path.partition("?")[0] for path in READS}) + 1
    for route in reading:
        for mode in GenerationMode:

            @settings(max_examples=4, deadline=None, derandomize=True, database=None)
            @given(case=route.as_strategy(generation_mode=mode))
            def ask(case: schemathesis.Case) -> None:  # type: ignore[type-arg]
                case.call_and_validate(headers=headers, checks=list(CHECKS))

            ask()
