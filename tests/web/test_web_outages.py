"""What strangers wrote is shown and does nothing; a broken database is told, and nothing is guessed."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from fastapi.testclient import TestClient

from botctl.adapters.store import SqlStore
from botctl.core.roles import Role
from botctl.wiring.web import WebHost
from tests.store.making import decided, opened, row
from tests.web.conftest import made, opened_client
from tests.web.serving import bearer, log_in

HOSTILE = "<img src=x onerror=alert(1)>\u202e\x1b[31m{{7*7}}'\""


@contextmanager
def elsewhere(host: WebHost, file: Path) -> Iterator[tuple[TestClient, str, SqlStore]]:
    """The application over a small database of its own, logged in."""
    with opened(f"sqlite:///{file}", bot=host.bot) as store:
        other = replace(host, store=store, watch=lambda: replace(host.watch(), store=store))
        token = made(other, "anna", Role.VIEWER)
        decided(store, 1, rows=(replace(row(1), symbol=HOSTILE, detail=HOSTILE),))
        with opened_client(other) as client:
            assert log_in(client, token).status_code == 303
            yield client, token, store


def test_a_name_that_a_stranger_chose_stays_text(host: WebHost, tmp_path: Path) -> None:
    with elsewhere(host, tmp_path / "other.db") as (client, token, _):
        shown = client.get("/ledger").text
        assert "&lt;img src=x" in shown
        assert "<img" not in shown
        assert "49" not in re.findall(r"&gt;.*", shown)[0]
        assert not {"\u202e", "\x1b"} & set(shown)
        told = client.get("/api/v1/ledger", headers=bearer(token))
        assert told.json()["rows"][0]["symbol"] == HOSTILE.replace("\0", "")
        assert told.headers["content-type"] == "application/json"
        searched = client.get("/ledger", params={"market": '"><script>alert(1)</script>'}).text
        assert "<script>alert" not in searched


def test_a_broken_database_is_an_answer_with_its_code(host: WebHost, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    with elsewhere(host, file) as (client, token, store):
        assert client.get("/readyz").status_code == 200
        for each in (file, tmp_path / "other.db-wal"):
            size = each.stat().st_size
            with each.open("r+b") as harmed:
                harmed.write(b"?" * size)
        store._db.close()  # its connections remember pages; the next ones read
        page = client.get("/")
        rest = client.get("/api/v1/status", headers=bearer(token))
        assert (page.status_code, rest.status_code) in {(500, 500), (503, 503)}
        assert "<h1>ERR_DB_" in page.text
        assert json.loads(rest.text)["error"]["code"].startswith("ERR_DB_")
        assert "Traceback" not in page.text + rest.text
        ready = client.get("/readyz")
        assert (ready.status_code, ready.text[:7]) == (503, "ERR_DB_")
        assert client.get("/healthz").status_code == 200
