"""`botctl serve` as its own process, where Prometheus finds it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.support.prometheus import until

ROOT: Final = Path(__file__).parents[2]


class Served:
    """`target` is host:port, as a scrape names it."""

    def __init__(self, config: Path, folder: Path) -> None:
        folder.mkdir()
        self._log = folder / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "botctl", "serve", "--config", str(config), "--json"],
                cwd=ROOT,
                env={**os.environ, "BOTCTL_WEB__PORT": "0"},  # noqa: TID251  a child's
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        self.target = ""

    def wait(self) -> None:
        until(self._listens, self._log)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def _listens(self) -> bool:
        assert self._process.poll() is None, self._log.read_text()
        told = [json.loads(line) for line in self._log.read_text().splitlines()]
        urls = [str(line["url"]) for line in told if line["event"] == "serving"]
        self.target = urlsplit(urls[0]).netloc if urls else ""
        return bool(urls)


@contextmanager
def served(config: Path, folder: Path) -> Iterator[Served]:
    process = Served(config, folder)
    try:
        process.wait()
        yield process
    finally:
        process.stop()
