"""Who gets in, as whom, and what a browser is told to refuse."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from freezegun import freeze_time

from botctl.core.roles import Role
from botctl.flows.access import end_access
from botctl.web.guard import BODY_BYTES_MAX, POLICY
from botctl.wiring.web import WebHost
from tests.web.conftest import Tokens, made, opened_client
from tests.web.serving import bearer, form_of, log_in

PAGES = ("/", "/cycles", "/ledger", "/orders", "/positions", "/providers", "/alerts")
OPEN = ("/login", "/healthz", "/readyz", "/openapi.json", "/static/site.css")


@pytest.mark.parametrize("path", [*PAGES, "/control", "/explain?asked=x", "/orders/x"])
def test_no_page_opens_without_a_login_and_the_way_leads_back(
    client: TestClient, path: str
) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=%2F")


def test_a_stream_without_a_login_is_refused(client: TestClient) -> None:
    answer = client.get("/events", headers={"Accept": "text/event-stream"})
    assert answer.status_code == 401


@pytest.mark.parametrize("path", PAGES)
def test_a_viewer_sees_every_page(viewer: TestClient, path: str) -> None:
    answer = viewer.get(path)
    assert (answer.status_code, answer.url.path) == (200, path)


def test_a_viewer_may_not_act(viewer: TestClient) -> None:
    form = form_of(viewer.get("/").text)
    assert viewer.get("/control").status_code == 403
    assert viewer.post("/control/soft", data={"form": form, "why": "x"}).status_code == 403
    fields = {"form": form, "order": "x", "word": "demo"}
    assert viewer.post("/control/soft/confirm", data=fields).status_code == 403
    assert "/control" not in viewer.get("/").text


@pytest.mark.parametrize("wrong", ["", "x", "botctl_x", "botctl_" + "x" * 300, "\udcff"[:0] + "é"])
def test_a_wrong_token_opens_nothing_and_all_wrong_ones_read_alike(
    client: TestClient, wrong: str
) -> None:
    answer = log_in(client, wrong)
    assert answer.status_code in {401, 422}
    assert "botctl_session" not in client.cookies
    assert client.get("/", follow_redirects=False).status_code == 303


def test_the_session_cookie_is_kept_from_scripts_and_from_other_sites(
    client: TestClient, tokens: Tokens
) -> None:
    cookie = log_in(client, tokens.viewer).headers["set-cookie"]
    assert all(word in cookie for word in ("HttpOnly", "SameSite=strict", "Path=/"))
    assert tokens.viewer not in cookie


def test_behind_tls_the_cookie_is_for_this_host_over_tls_alone(
    host: WebHost, tokens: Tokens
) -> None:
    plan = replace(host.plan, tls_ahead=True, names=("bot.example",))
    with opened_client(replace(host, plan=plan)) as client:
        client.base_url = "https://bot.example"
        answer = log_in(client, tokens.viewer)
        assert answer.headers["set-cookie"].startswith("__Host-botctl_session=")
        assert "Secure" in answer.headers["set-cookie"]
        assert "max-age" in answer.headers["strict-transport-security"]
        assert client.get("/").status_code == 200


def test_a_cookie_that_was_changed_is_no_session(viewer: TestClient) -> None:
    good = viewer.cookies["botctl_session"]
    viewer.cookies.clear()
    viewer.cookies.set("botctl_session", good[:-3] + "AAA", domain="127.0.0.1")
    assert viewer.get("/", follow_redirects=False).status_code == 303


def test_a_session_ends_with_its_time(viewer: TestClient, host: WebHost) -> None:
    later = datetime.now(UTC) + timedelta(seconds=host.plan.session_s + 60)  # noqa: TID251
    cookie = {"Cookie": f"botctl_session={viewer.cookies['botctl_session']}"}  # told by hand: the
    viewer.cookies.clear()  # client itself would forget it in time
    with freeze_time(later, tick=True):
        viewer.headers.update(cookie)
        assert viewer.get("/cycles", follow_redirects=False).status_code == 303
    assert viewer.get("/cycles", follow_redirects=False).status_code == 200


def test_a_session_and_its_bearer_end_with_their_token(host: WebHost, client: TestClient) -> None:
    token = made(host, "short", Role.VIEWER)
    assert log_in(client, token).status_code == 303
    assert client.get("/api/v1/cycles", headers=bearer(token)).status_code == 200
    end_access(host.store, "short", host.watch().clock.now_ms())
    assert client.get("/cycles", follow_redirects=False).status_code == 303
    assert client.get("/api/v1/cycles", headers=bearer(token)).status_code == 401
    assert log_in(client, token).status_code == 401


def test_a_form_from_elsewhere_does_nothing(operator: TestClient) -> None:
    form = form_of(operator.get("/control").text)
    good = {"form": form, "why": "x"}
    elsewhere: list[dict[str, str]] = [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ]
    for headers in elsewhere:
        assert operator.post("/control/soft", data=good, headers=headers).status_code == 403
    assert operator.post("/control/soft", data={"why": "x"}).status_code == 422
    for wrong in ("x", form[:-2] + "zz"):
        assert operator.post("/control/soft", data={**good, "form": wrong}).status_code == 403
    assert operator.post("/control/soft", data=good).status_code == 200


def test_a_form_of_another_login_does_nothing(
    host: WebHost, tokens: Tokens, operator: TestClient
) -> None:
    with opened_client(host) as other:
        log_in(other, tokens.operator)
        strange = form_of(other.get("/control").text)
    assert operator.post("/control/soft", data={"form": strange, "why": "x"}).status_code == 403


def test_a_login_form_is_bound_to_its_browser(
    host: WebHost, tokens: Tokens, client: TestClient
) -> None:
    with opened_client(host) as other:
        strange = form_of(other.get("/login").text)
    client.get("/login")
    fields = {"form": strange, "token": tokens.operator}
    assert client.post("/login", data=fields, follow_redirects=False).status_code == 403


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb: c"]
)
def test_a_login_leads_to_a_page_of_ours(client: TestClient, tokens: Tokens, target: str) -> None:
    fields = {"form": form_of(client.get("/login").text), "token": tokens.viewer, "next": target}
    answer = client.post("/login", data=fields, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


@pytest.mark.parametrize("path", [*PAGES, *OPEN, "/nowhere", "/control"])
def test_every_answer_has_the_headers(operator: TestClient, path: str) -> None:
    headers = operator.get(path).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    kept = headers.get("cache-control", "")
    assert (kept == "no-store") != path.startswith("/static/")
    assert "server" not in headers


@pytest.mark.parametrize("page", [*PAGES, "/control", "/login", "/nowhere"])
def test_no_page_needs_what_its_policy_forbids(operator: TestClient, page: str) -> None:
    text = operator.get(page).text
    assert " style=" not in text
    assert "<style" not in text
    assert "onclick=" not in text
    assert text.count("<script") == text.count('<script src="/static/')


@pytest.mark.parametrize("name", ["evil.example", "127.0.0.1.evil.example", "", "[::2]"])
def test_a_name_that_is_not_ours_is_refused(client: TestClient, name: str) -> None:
    """A stranger's name may be made to resolve to this machine."""
    assert client.get("/metrics", headers={"Host": name}).status_code == 421


def test_a_body_is_refused_before_it_is_read(client: TestClient) -> None:
    """Anybody may send one: it must cost nothing."""
    small = client.post("/api/v1/kill", content=b"x" * BODY_BYTES_MAX)
    large = client.post("/api/v1/kill", content=b"x" * (BODY_BYTES_MAX + 1))
    endless = client.post("/api/v1/kill", content=iter([b"x"]))
    assert (small.status_code, large.status_code, endless.status_code) == (422, 413, 413)


@pytest.mark.parametrize("name", ["localhost:8787", "127.0.0.1", "[::1]:1"])
def test_loopback_by_any_name_is_served(client: TestClient, name: str) -> None:
    assert client.get("/healthz", headers={"Host": name}).status_code == 200


def test_metrics_want_their_token_when_one_is_set(host: WebHost) -> None:
    with opened_client(host) as client:
        found = client.get("/metrics")
        assert found.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert "# TYPE scan_cycles_total counter" in found.text
    plan = replace(host.plan, metrics_token="scrape-me")
    with opened_client(replace(host, plan=plan)) as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", headers=bearer("wrong")).status_code == 401
        assert client.get("/metrics", headers=bearer("scrape-me")).status_code == 200


def test_metrics_without_a_token_stay_on_loopback(host: WebHost) -> None:
    plan = replace(host.plan, tls_ahead=True, names=("bot.example",))
    with opened_client(replace(host, plan=plan)) as client:
        assert client.get("/metrics", headers={"Host": "bot.example"}).status_code == 401
