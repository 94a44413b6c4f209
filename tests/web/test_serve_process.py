"""`botctl serve` as a supervisor knows it: starts, answers, drains, and ends with 0."""

import json
import os
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from botctl.wiring.stage import DevnetStage
from tests.web.conftest import Tokens
from tests.web.serving import ROOT, Served, bearer, log_in, served
from tests.web.test_web_events import cookie_of, listening, read_until


def test_sigterm_ends_it_cleanly_while_pages_are_live(
    stage: DevnetStage, tokens: Tokens, tmp_path: Path
) -> None:
    with served(stage.config, tmp_path) as one:
        with listening(one.url, cookie_of(one, tokens.viewer)) as read:
            read_until(read, "retry:")
            status = one.stop()
        assert status == 0
        report = json.loads(one.out.read_text())
        assert report["url"] == one.url
        events = [line["event"] for line in one.log()]
        assert events[0] == "serving"
        assert events[-1] == "serving stopped"
        assert "unexpected error" not in events


def test_liveness_and_readiness_need_no_token_and_tell_nothing(process: Served) -> None:
    with httpx2.Client(base_url=process.url) as client:
        assert (client.get("/healthz").text, client.get("/readyz").text) == ("ok\n", "ready\n")


def test_a_taken_port_is_said_in_a_sentence(stage: DevnetStage, process: Served) -> None:
    port = process.url.rpartition(":")[2]
    ended = serve(stage, {"BOTCTL_WEB__PORT": port})
    assert ended.returncode == 78
    assert json.loads(ended.stdout)["error"]["code"] == "ERR_PORT_TAKEN"


@pytest.mark.parametrize(
    "settings",
    [
        {"BOTCTL_WEB__HOST": "0.0.0.0"},  # noqa: S104  refused, and that is the point
        {"BOTCTL_WEB__HOST": "192.0.2.1", "BOTCTL_WEB__TLS_AHEAD": "true"},
        {"BOTCTL_WEB__HOST": "::", "BOTCTL_WEB__NAMES": "bot.example"},
    ],
)
def test_an_address_beyond_this_machine_needs_tls_ahead_and_names(
    stage: DevnetStage, settings: dict[str, str]
) -> None:
    ended = serve(stage, settings)
    assert ended.returncode == 78
    error = json.loads(ended.stdout)["error"]
    assert error["code"] == "ERR_CONFIG_INVALID"
    assert "web.tls_ahead" in error["message"]


def test_no_secret_is_written_or_shown(stage: DevnetStage, tokens: Tokens, tmp_path: Path) -> None:
    """Canaries: the metrics token and a login's, through every page and the whole log."""
    canary = "canary-of-the-metrics"
    with served(stage.config, tmp_path, METRICS_TOKEN=canary) as one:
        with httpx2.Client(base_url=one.url, headers={"Accept": "text/html"}) as client:
            log_in(client, "botctl_canary-of-a-wrong-one")
            log_in(client, tokens.operator)
            pages = ("/", "/control", "/alerts", "/providers", "/openapi.json", "/metrics", "/no")
            shown = [client.get(path).text for path in pages]
            shown.append(client.get("/metrics", headers=bearer(canary)).text)
        assert one.stop() == 0
        written = one.errors.read_text() + one.out.read_text()
    key = (stage.config.parent / "web.key").read_bytes()
    for secret in (canary, "canary-of-a-wrong-one", tokens.operator, key.hex()):
        assert secret not in written
        assert not any(secret in page for page in shown)
    assert (stage.config.parent / "web.key").stat().st_mode & 0o077 == 0
    rows = stage.store.accesses()
    assert rows
    assert tokens.operator not in repr(rows)


def serve(stage: DevnetStage, settings: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "botctl", "serve", "--config", stage.config, "--json"],
        cwd=ROOT,
        env={**os.environ, **settings},  # noqa: TID251  a child's
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
