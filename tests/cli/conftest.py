"""The command line in this process, in a folder and an environment of its own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from botctl.cli import app


@dataclass(frozen=True, slots=True)
class Ended:
    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, object]:
        """All of stdout is one JSON object."""
        read = json.loads(self.out)
        assert isinstance(read, dict)
        return read

    @property
    def error(self) -> dict[str, object]:
        read = self.document["error"]
        assert isinstance(read, dict)
        return read


class Botctl(Protocol):
    def __call__(self, *words: str) -> Ended: ...


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")  # however wide the terminal of whoever runs this is
    for name in ("XDG_CACHE_HOME", "BOTCTL_CONFIG", "BOTCTL_PASSPHRASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def botctl(home: Path, capsys: pytest.CaptureFixture[str]) -> Botctl:
    assert home.is_dir()

    def run(*words: str) -> Ended:
        status = app.run(list(words))
        captured = capsys.readouterr()
        return Ended(status, captured.out, captured.err)

    return run


@pytest.fixture
def ready(botctl: Botctl) -> Botctl:
    """After `botctl init`."""
    assert botctl("init").status == 0
    return botctl
