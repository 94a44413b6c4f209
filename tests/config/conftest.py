"""A settings file of its own for each test, and an environment that holds nothing of ours."""

from pathlib import Path
from typing import Protocol

import pytest

from botctl.config.load import load
from botctl.config.values import Config


class Load(Protocol):
    def __call__(self, text: str = "", **env: str) -> Config: ...


@pytest.fixture
def toml(tmp_path: Path) -> Path:
    return tmp_path / "botctl.toml"


@pytest.fixture
def loaded(toml: Path, tmp_path: Path) -> Load:
    """`loaded(text, BOTCTL_X__Y="...")`: the text is written, then read with that environment."""

    def read(text: str = "", **env: str) -> Config:
        toml.write_text(text, encoding="utf-8")
        return load(toml, {"HOME": str(tmp_path), **env})

    return read
