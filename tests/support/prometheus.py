"""A real Prometheus over a target of a test: started with a configuration, asked by its HTTP API."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlencode

import msgspec

from botctl.adapters.clock import pause_ms

PATIENCE_S: Final = 60.0
POLL_MS: Final = 100
HTTP_S: Final = 10
OK: Final = 200
SCRAPE_S: Final = 1
CONFIG: Final = """\
global: {{scrape_interval: {scrape_s}s, scrape_timeout: {scrape_s}s, evaluation_interval: {scrape_s}s}}
rule_files: [{rules}]
scrape_configs:
  - job_name: botctl
    honor_labels: true
    static_configs: [{{targets: ["{target}"]}}]
"""

Labels = Mapping[str, str]


class Alert(msgspec.Struct):
    """Pending or firing; resolved ones are not told."""

    labels: dict[str, str]
    annotations: dict[str, str]
    state: str

    @property
    def name(self) -> str:
        return self.labels["alertname"]


class _Alerts(msgspec.Struct):
    alerts: list[Alert]


class Prometheus:
    def __init__(self, port: int) -> None:
        self._port = port

    def query(self, expr: str) -> list[tuple[Labels, float]]:
        """Raises AssertionError with Prometheus' own words for what it does not understand."""
        found = self._data("/api/v1/query", query=expr)
        assert isinstance(found, dict)
        result = cast("list[dict[str, object]]", found["result"])
        return [(_labels(one["metric"]), _value(one["value"])) for one in result]

    def names(self) -> set[str]:
        """Of all series it has, families and recorded ones."""
        return set(cast("list[str]", self._data("/api/v1/label/__name__/values")))

    def firing(self) -> set[str]:
        """Names of alerts, also of ones without a bot."""
        return {one.name for one in self.alerts() if one.state == "firing"}

    def alerts(self) -> list[Alert]:
        return msgspec.convert(self._data("/api/v1/alerts"), _Alerts).alerts

    def unhealthy_rules(self) -> list[str]:
        """Rules whose last evaluation failed, with the reason."""
        found = self._data("/api/v1/rules")
        assert isinstance(found, dict)
        groups = cast("list[dict[str, list[dict[str, str]]]]", found["groups"])
        rules = [rule for group in groups for rule in group["rules"]]
        return [f"{one['name']}: {one.get('lastError')}" for one in rules if one["health"] == "err"]

    def is_ready(self) -> bool:
        try:
            return self._get("/-/ready")[0] == OK
        except OSError:
            return False

    def _data(self, path: str, **asked: str) -> object:
        status, body = self._get(f"{path}?{urlencode(asked)}")
        told = json.loads(body)
        assert status == OK, told
        return cast("dict[str, object]", told)["data"]

    def _get(self, path: str) -> tuple[int, bytes]:
        connection = HTTPConnection("127.0.0.1", self._port, timeout=HTTP_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()


@contextmanager
def watching(
    binary: Path, folder: Path, *, target: str, rules: list[Path], scrape_s: int = SCRAPE_S
) -> Iterator[Prometheus]:
    """`target` is host:port. It has scraped and evaluated nothing yet."""
    folder.mkdir()
    config = folder / "prometheus.yml"
    listed = ", ".join(str(path) for path in rules)
    config.write_text(CONFIG.format(scrape_s=scrape_s, rules=listed, target=target))
    port = _free_port()
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [
                str(binary),
                f"--config.file={config}",
                f"--storage.tsdb.path={folder / 'data'}",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            env={"GOMAXPROCS": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            asked = Prometheus(port)
            until(asked.is_ready, folder / "log")
            yield asked
        finally:
            process.kill()
            process.wait()


def until(holds: Callable[[], bool], told: object) -> None:
    """Polls, with a bound."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline_s:
            detail = told.read_text()[-3_000:] if isinstance(told, Path) else str(told)
            raise AssertionError(f"not within {PATIENCE_S} s: {detail}")
        pause_ms(POLL_MS)


def _free_port() -> int:
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


def _labels(found: object) -> Labels:
    return cast("dict[str, str]", found)


def _value(found: object) -> float:
    return float(cast("list[str]", found)[1])
