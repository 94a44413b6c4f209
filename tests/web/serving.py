"""`botctl serve` as its own process over a real database, and clients that log in."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import httpx2
from fastapi.testclient import TestClient

from tests.jobs.processes import until

ROOT: Final = Path(__file__).parents[2]
BASE: Final = "http://127.0.0.1"
FORM: Final = re.compile(r'name="form" value="([^"]+)"')
ORDER: Final = re.compile(r'name="order" value="([^"]+)"')
HTML: Final = {"Accept": "text/html"}
END_S: Final = 30

Client = httpx2.Client | TestClient


class Served:
    """Tells its address as soon as it answers; `stop` ends it as a supervisor would."""

    def __init__(self, config: Path, folder: Path, settings: Mapping[str, str]) -> None:
        self.errors = folder / "serve.err"
        chosen = {f"BOTCTL_WEB__{name}": text for name, text in settings.items()}
        with self.errors.open("w") as errors, (folder / "serve.out").open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "botctl", "serve", "--config", str(config), "--json"],
                cwd=ROOT,
                env={**os.environ, "BOTCTL_WEB__PORT": "0", **chosen},  # noqa: TID251  a child's
                stdout=out,
                stderr=errors,
            )
        self.out = folder / "serve.out"
        self.url = ""

    def wait(self) -> None:
        until(self._told, "botctl serve tells where it listens")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(END_S)

    def log(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.errors.read_text().splitlines()]

    def _told(self) -> bool:
        assert self.process.poll() is None, self.errors.read_text()
        urls = [line["url"] for line in self.log() if line["event"] == "serving"]
        self.url = str(urls[0]) if urls else ""
        return bool(urls)


@contextmanager
def served(config: Path, folder: Path, **settings: str) -> Iterator[Served]:
    process = Served(config, folder, settings)
    try:
        process.wait()
        yield process
    finally:
        process.process.kill()
        process.process.wait()


def log_in(client: Client, token: str) -> httpx2.Response:
    page = client.get("/login", headers=HTML)
    fields = {"form": form_of(page.text), "token": token, "next": "/"}
    return client.post("/login", data=fields, follow_redirects=False)


def form_of(page: str) -> str:
    found = FORM.search(page)
    assert found is not None, page
    return found[1]


def order_of(page: str) -> str:
    found = ORDER.search(page)
    assert found is not None, page
    return found[1]


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}
